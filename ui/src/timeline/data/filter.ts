/** Which tasks are shown. */

import { attempts, failureOf, foreachValue, indexOf, stateName, stepOf } from "./ask";
import type { Failure } from "./format";
import type { Tasks } from "./tasks";

/** What tasks are asked for; empty is all of them. */
export interface Filter {
  /** `running`, `done`, `failed`, `stopped`, `adopted`, `retried`. */
  statuses: string[];
  steps: string[];
  /** In the number, the step, the foreach index or value, or what it failed with; case makes no difference. */
  text: string;
  /** The id of a group of failures. */
  failure?: number | undefined;
}

/** No filter. */
export const everything: Filter = { statuses: [], steps: [], text: "" };

/** Nothing is left out. */
export function isEverything(filter: Filter): boolean {
  return (
    filter.statuses.length === 0 &&
    filter.steps.length === 0 &&
    filter.text.trim() === "" &&
    filter.failure === undefined
  );
}

/** The step that keeps a run's parameters: a task like others, but none of the flow's. */
const PARAMETERS = "_parameters";

/** The rows of tasks that are asked for, in order of id. */
export function filtered(tasks: Tasks, filter: Filter): Uint32Array {
  const rows = new Uint32Array(tasks.count);
  const takes = [
    byStep(tasks, filter),
    byStatus(tasks, filter),
    byFailure(tasks, filter),
    byText(tasks, filter),
  ];
  let count = tasks.count;
  for (let row = 0; row < count; row++) rows[row] = row;
  for (const take of takes) {
    if (!take) continue;
    const left = count;
    count = 0;
    for (let i = 0; i < left; i++) if (take(rows[i] as number)) rows[count++] = rows[i] as number;
  }
  return rows.subarray(0, count);
}

type Take = ((row: number) => boolean) | undefined;

function byStep(tasks: Tasks, { steps }: Filter): Take {
  if (steps.length === 0) {
    const own = tasks.steps.indexOf(PARAMETERS);
    return own < 0 ? undefined : (row) => tasks.step[row] !== own;
  }
  const wanted = new Set(steps.map((step) => tasks.steps.indexOf(step)));
  return (row) => wanted.has(tasks.step[row] as number);
}

function byStatus(tasks: Tasks, { statuses }: Filter): Take {
  if (statuses.length === 0) return undefined;
  const wanted = new Set(statuses);
  return (row) =>
    wanted.has(stateName(tasks.state[row] as number)) || (wanted.has("retried") && attempts(tasks, row) > 1);
}

function byFailure(tasks: Tasks, { failure }: Filter): Take {
  return failure === undefined ? undefined : (row) => hasFailure(tasks, row, (id) => id === failure);
}

function hasFailure(tasks: Tasks, row: number, is: (id: number) => boolean): boolean {
  const last = tasks.bars[row + 1] as number;
  for (let bar = tasks.bars[row] as number; bar < last; bar++) {
    const id = tasks.barFailure[bar] as number;
    if (id !== 0 && is(id)) return true;
  }
  return false;
}

function byText(tasks: Tasks, filter: Filter): Take {
  const text = filter.text.trim().toLowerCase();
  if (text === "") return undefined;
  const says = (failure: Failure) => `${failure.kind}: ${failure.message}`.toLowerCase().includes(text);
  const failures = new Set(tasks.failures.filter(says).map((failure) => failure.id));
  const steps = new Set(tasks.steps.flatMap((step, at) => (step.toLowerCase().includes(text) ? [at] : [])));
  return (row) =>
    steps.has(tasks.step[row] as number) ||
    String(tasks.id[row]).includes(text) ||
    indexOf(tasks, row).includes(text) ||
    foreachValue(tasks, row).toLowerCase().includes(text) ||
    hasFailure(tasks, row, (id) => failures.has(id));
}

/** How many of the tasks are in each state: for the filter's own counts. */
export interface StateCounts {
  running: number;
  done: number;
  failed: number;
  stopped: number;
  adopted: number;
  retried: number;
}

/** Counts tasks by state; of all rows if none are named. */
export function counted(tasks: Tasks, rows?: Uint32Array): StateCounts {
  const counts = { running: 0, done: 0, failed: 0, stopped: 0, adopted: 0, retried: 0 };
  const length = rows ? rows.length : tasks.count;
  for (let i = 0; i < length; i++) {
    const row = rows ? (rows[i] as number) : i;
    counts[stateName(tasks.state[row] as number)]++;
    if (attempts(tasks, row) > 1) counts.retried++;
  }
  return counts;
}

/** What a task failed with, in a line; nothing if it did not. */
export function errorOf(tasks: Tasks, row: number): string {
  return failureText(tasks, failureOf(tasks, row));
}

/** A failure in a line, by its id; nothing for 0. */
export function failureText(tasks: Tasks, id: number): string {
  const failure = id === 0 ? undefined : tasks.failures.find((one) => one.id === id);
  if (!failure) return "";
  return failure.message ? `${failure.kind}: ${failure.message}` : failure.kind;
}

/** The pathspec of a task, after that of its run. */
export function pathOf(tasks: Tasks, row: number): string {
  return `${stepOf(tasks, row)}/${tasks.id[row]}`;
}
