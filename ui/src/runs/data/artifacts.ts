import { get } from "~/api/client";
import type { Run } from "~/api/types";

/** Runs of a flow that are asked for at once, and how many times at most. */
const CHUNK = 100;
const CHUNKS = 10;

interface History {
  values: Map<string, unknown>;
  /** Runs made before this have not been asked for. */
  covered: number;
  next: string | null;
  chunks: number;
  busy: boolean;
}

/**
 * Scalars that runs ended with, for columns of the table. The API tells them flow by flow, the newest first: they are asked for as far back as
 * rows are looked at.
 */
export class ArtifactValues {
  private readonly histories = new Map<string, History>();
  private readonly listeners = new Set<() => void>();
  version = 0;

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** The value that a run has, if it is known by now; asks for it otherwise. */
  readonly get = (run: Run, name: string): unknown => {
    const key = `${run.flow}\n${name}`;
    let history = this.histories.get(key);
    if (!history) {
      history = { values: new Map(), covered: Number.POSITIVE_INFINITY, next: null, chunks: 0, busy: false };
      this.histories.set(key, history);
    }
    if (run.started_at < history.covered) this.ask(run.flow, name, history);
    return history.values.get(run.run);
  };

  private ask(flow: string, name: string, history: History): void {
    if (history.busy || history.chunks >= CHUNKS || (history.chunks > 0 && history.next === null)) return;
    history.busy = true;
    history.chunks += 1;
    const query = { limit: CHUNK, ...(history.next !== null && { before: history.next }) };
    get("/api/v1/flows/{flow}/artifacts/{name}/history", { path: { flow, name }, query })
      .then(
        ({ runs, next }) => {
          for (const one of runs) history.values.set(one.run, scalarOf(one.preview));
          history.next = next ?? null;
          history.covered =
            next == null ? 0 : Math.min(history.covered, runs.at(-1)?.created_at ?? history.covered);
        },
        () => {
          // Nothing is known of it; what there is stays.
          history.chunks = CHUNKS;
        },
      )
      .finally(() => {
        history.busy = false;
        this.version += 1;
        for (const listener of this.listeners) listener();
      });
  }
}

/** The one value a preview shows, if it is of one. */
export function scalarOf(preview: unknown): unknown {
  if (typeof preview !== "object" || preview === null) return undefined;
  const { kind, value, text } = preview as { kind?: string; value?: unknown; text?: string };
  if (kind === "scalar") return value ?? text;
  return kind === "text" && text !== undefined && text.length <= 80 ? text : undefined;
}
