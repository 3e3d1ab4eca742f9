/** Where a run's tasks come from: all of them once, compressed, then what changes, over the socket of the tab. */

import { getBytes, isAbort } from "~/api/client";
import { live } from "~/live";
import type { RunTasks } from "./store";

/** Feeds a store until what is returned is called. */
export function feed(store: RunTasks): () => void {
  const gaveUp = new AbortController();
  let stop: (() => void) | undefined;
  void first(store, gaveUp.signal).then((seq) => {
    if (seq !== undefined && !gaveUp.signal.aborted) stop = follow(store, seq);
  });
  return () => {
    gaveUp.abort();
    stop?.();
  };
}

/** Everything there is; says up to which number of the change feed. */
async function first(store: RunTasks, signal: AbortSignal): Promise<number | undefined> {
  const path = { flow: store.flow, run: store.run };
  try {
    const bytes = await getBytes("/api/v1/flows/{flow}/runs/{run}/tasks.bin", { path, signal });
    if (!bytes || signal.aborted) return undefined;
    const seq = seqOf(bytes);
    store.block(bytes, 0);
    return seq;
  } catch (error) {
    if (!signal.aborted && !isAbort(error)) store.failed(error);
    return undefined;
  }
}

function follow(store: RunTasks, after: number): () => void {
  const { flow, run } = store;
  return live.watch({ view: "run", flow, run, after }, (news) => {
    if (news.type === "columns") store.block(news.columns, 0);
    else if (news.type === "gone") store.gone();
    else if (news.type === "problem") store.failed(news.problem);
  });
}

/** The number an answer is as of: the header begins with it, and is not read twice as a whole. */
function seqOf(bytes: ArrayBuffer): number {
  const length = Math.min(200, bytes.byteLength - 8);
  const text = new TextDecoder().decode(new Uint8Array(bytes, 8, Math.max(0, length)));
  return Number(/"seq":\s*(\d+)/.exec(text)?.[1] ?? 0);
}
