import { getLines } from "~/api/client";
import type { Schemas } from "~/api/types";
import type { Stream } from "./params";

/** What to look for in the logs of a run, and where. */
export interface RunWanted {
  readonly q: string;
  readonly regex: boolean;
  readonly case: boolean;
  readonly stream: Stream;
  /** Only in tasks of this step. */
  readonly step: string | undefined;
  /** Only in the latest attempt of each task. */
  readonly latest: boolean;
}

export type TaskMatch = Schemas["TaskLogMatch"];
export type StepCount = Schemas["StepMatchCount"];

/** A task with lines that match. */
export interface TaskFound {
  readonly step: string;
  readonly task: number;
  readonly attempt: number;
  readonly matches: readonly TaskMatch[];
}

/** What a search of a run has found so far. */
export interface RunFound {
  readonly tasks: readonly TaskFound[];
  readonly steps: Readonly<Record<string, StepCount>>;
  /** Matches that are shown; the steps count all. */
  readonly shown: number;
  readonly over: boolean;
  readonly complete: boolean;
}

export const NOTHING: RunFound = { tasks: [], steps: {}, shown: 0, over: true, complete: true };

const SEARCH = "/api/v1/flows/{flow}/runs/{run}/log/search";
/** Matches of one task that are sent: one noisy task does not hide the others. */
export const PER_TASK = 50;
/** Matches that are sent in all. */
export const MOST = 5000;

/** Gathers the matches of a run by the attempts that wrote them; they come in that order. */
export class Gathered {
  #tasks: { step: string; task: number; attempt: number; matches: TaskMatch[] }[] = [];
  #steps: Readonly<Record<string, StepCount>> = {};
  #shown = 0;

  add(event: Schemas["RunSearchEvent"]): void {
    if (event.kind !== "match") {
      this.#steps = event.steps;
      return;
    }
    this.#shown += 1;
    const last = this.#tasks.at(-1);
    const { step, task, attempt } = event;
    if (last?.task === task && last.attempt === attempt) last.matches.push(event);
    else this.#tasks.push({ step, task, attempt, matches: [event] });
  }

  found(end?: { complete: boolean }): RunFound {
    return {
      tasks: [...this.#tasks],
      steps: this.#steps,
      shown: this.#shown,
      over: end !== undefined,
      complete: end?.complete ?? true,
    };
  }
}

/** Searches the logs of a run, and tells of what it has found some six times a second. */
export async function searchRun(
  flow: string,
  run: string,
  wanted: RunWanted,
  signal: AbortSignal,
  tell: (found: RunFound) => void,
): Promise<void> {
  const gathered = new Gathered();
  let told = performance.now();
  const { q, regex, stream, step, latest } = wanted;
  const query = { q, regex, case: wanted.case, stream, step, latest, per_task: PER_TASK, limit: MOST };
  for await (const event of getLines(SEARCH, { path: { flow, run }, query, signal })) {
    gathered.add(event);
    if (event.kind === "end") return tell(gathered.found(event));
    if (performance.now() - told > 160) {
      told = performance.now();
      tell(gathered.found());
    }
  }
}

/** A row of what was found: whose it is, a line, or that there is more of it. */
export type FoundRow =
  | { readonly kind: "task"; readonly of: TaskFound }
  | { readonly kind: "line"; readonly of: TaskFound; readonly match: TaskMatch }
  | { readonly kind: "more"; readonly of: TaskFound };

/** What was found as rows one under the other; of tasks that are folded only who they are. */
export function rowsOf(tasks: readonly TaskFound[], folded: ReadonlySet<string>): FoundRow[] {
  const rows: FoundRow[] = [];
  for (const of of tasks) {
    rows.push({ kind: "task", of });
    if (folded.has(keyOf(of))) continue;
    for (const match of of.matches) rows.push({ kind: "line", of, match });
    if (of.matches.length >= PER_TASK) rows.push({ kind: "more", of });
  }
  return rows;
}

/** What an attempt is known by. */
export function keyOf({ task, attempt }: { task: number; attempt: number }): string {
  return `${task}/${attempt}`;
}
