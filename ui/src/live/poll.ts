import { get, getBytes, isAbort, toProblem } from "~/api/client";
import type { Card, CardPage } from "~/api/types";
import { type News, resumed, type Topic } from "./topic";

/** Between two looks, milliseconds. */
const EVERY = 2_500;

/** Asks for what is watched every few seconds, where no socket comes through. Call what is returned to stop. */
export function poll(topic: Topic, tell: (news: News) => void): () => void {
  const gaveUp = new AbortController();
  void asking(topic, tell, gaveUp.signal);
  return () => gaveUp.abort();
}

async function asking(first: Topic, tell: (news: News) => void, signal: AbortSignal): Promise<void> {
  let topic = first;
  const told = (news: News) => {
    topic = resumed(topic, news);
    tell(news);
  };
  while (!signal.aborted) {
    try {
      if (!document.hidden && (await look(topic, told, signal)) === "over") return;
    } catch (error) {
      if (signal.aborted || isAbort(error)) return;
      const problem = toProblem(error);
      if (!problem.isPassing) {
        tell(problem.isMissing ? { type: "gone" } : { type: "problem", problem });
        return;
      }
    }
    await new Promise((resolve) => window.setTimeout(resolve, EVERY));
  }
}

async function look(
  topic: Topic,
  tell: (news: News) => void,
  signal: AbortSignal,
): Promise<"over" | undefined> {
  if (topic.view === "runs") {
    // What changed in a list is not told without a socket: the list is asked for again.
    tell({ type: "runs", seq: topic.after ?? 0, changed: [], left: [], reload: true });
    return undefined;
  }
  const { flow, run } = topic;
  const words = { flow, run };
  if (topic.view === "run") {
    const query = { after: topic.after };
    const columns = await getBytes("/api/v1/flows/{flow}/runs/{run}/tasks.bin", {
      path: words,
      query,
      signal,
    });
    const { state } = await get("/api/v1/flows/{flow}/runs/{run}", { path: words, signal });
    if (signal.aborted) return "over";
    if (columns) tell({ type: "columns", columns });
    // Tasks may have been written between the two answers: the number to go on with is that of the first.
    tell({ type: "run", seq: columns ? seqOf(columns) : (topic.after ?? state.seq), state });
    return undefined;
  }
  if (topic.view === "cards") {
    tell({ type: "cards", cards: await cardsOf(topic, signal) });
    return undefined;
  }
  const path = { ...words, task: topic.task };
  if (topic.view === "task") {
    const task = await get("/api/v1/flows/{flow}/runs/{run}/tasks/{task}", { path, signal });
    tell({ type: "task", task });
    return undefined;
  }
  const log = await get("/api/v1/flows/{flow}/runs/{run}/tasks/{task}/attempts/{attempt}/log", {
    path: { ...path, attempt: topic.attempt ?? "latest" },
    query: { stream: topic.stream, from: topic.from, count: 5000 },
    signal,
  });
  if (log.lines.length > 0) tell({ type: "log", log });
  const last = log.lines.at(-1);
  if (!log.ended || (last && last.line + 1 < log.total)) return undefined;
  tell({ type: "log_end" });
  return "over";
}

async function cardsOf(topic: Extract<Topic, { view: "cards" }>, signal: AbortSignal): Promise<Card[]> {
  const { flow, run, task, attempt } = topic;
  if (task !== undefined) {
    const path = { flow, run, task };
    const query = { attempt };
    return (await get("/api/v1/flows/{flow}/runs/{run}/tasks/{task}/cards", { path, query, signal })).cards;
  }
  const all: Card[] = [];
  for (let after: number | undefined; ; ) {
    const page: CardPage = await get("/api/v1/flows/{flow}/runs/{run}/cards", {
      path: { flow, run },
      query: { after, limit: 2000 },
      signal,
    });
    all.push(...page.cards);
    if (page.next == null) return all;
    after = page.next;
  }
}

/** The number an answer of `tasks.bin` is as of. */
function seqOf(columns: ArrayBuffer): number {
  const length = new DataView(columns).getUint32(4, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(columns, 8, length))) as { seq: number };
  return header.seq;
}
