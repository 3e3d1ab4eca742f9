/** What is asked of one task: by its row, its place in the arrays. */

import { ADOPTED, RUNNING, STOPPED, type Tasks } from "./tasks";

/** No row. */
export const NONE = 0xffff_ffff;

/** The row of a task; -1 if it is not there. */
export function rowOf(tasks: Tasks, id: number): number {
  const row = lowerBound(tasks.id, id);
  return tasks.id[row] === id ? row : -1;
}

/** The first place whose value is not below `value`; of ascending values. */
export function lowerBound(values: ArrayLike<number>, value: number, from = 0, to = values.length): number {
  // Ids mostly follow each other, so the place is known without a search.
  const guess = from + (value - (values[from] ?? 0));
  if (guess < to && values[guess] === value && (guess === from || (values[guess - 1] as number) < value))
    return guess;
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many attempts it had. */
export function attempts(tasks: Tasks, row: number): number {
  return (tasks.bars[row + 1] as number) - (tasks.bars[row] as number);
}

/** When its first attempt began; when it was made, if it has none. */
export function began(tasks: Tasks, row: number): number {
  const first = tasks.bars[row] as number;
  return (first < (tasks.bars[row + 1] as number) ? tasks.barStart[first] : tasks.created[row]) as number;
}

/** When it was over; NaN while it is not. */
export function ended(tasks: Tasks, row: number): number {
  const state = tasks.state[row] as number;
  if ((state & 0x7f) === RUNNING) return Number.NaN;
  const last = (tasks.bars[row + 1] as number) - 1;
  return (last >= (tasks.bars[row] as number) ? tasks.barEnd[last] : tasks.created[row]) as number;
}

/** How long its last attempt took, or has been taking; NaN if it had none. */
export function took(tasks: Tasks, row: number, now: number): number {
  const last = (tasks.bars[row + 1] as number) - 1;
  if (last < (tasks.bars[row] as number)) return Number.NaN;
  const start = tasks.barStart[last] as number;
  const end = tasks.barEnd[last] as number;
  return Math.max(0, (Number.isNaN(end) ? now : end) - start);
}

/** How long it waited after the last of its inputs was there; NaN if that is not known. */
export function waited(tasks: Tasks, row: number): number {
  if (adopted(tasks, row)) return Number.NaN;
  return Math.max(0, began(tasks, row) - (tasks.ready[row] as number));
}

/** It was taken from the run that is resumed. */
export function adopted(tasks: Tasks, row: number): boolean {
  return ((tasks.state[row] as number) & ADOPTED) !== 0;
}

const STATES = ["running", "done", "failed", "stopped"] as const;

/** A state's name. */
export type StateName = (typeof STATES)[number] | "adopted";

/** The name of a task's state, as badges take it. */
export function stateName(state: number): StateName {
  if ((state & ADOPTED) !== 0) return "adopted";
  return STATES[Math.min(state, STOPPED)] ?? "stopped";
}

/** The failure its last failed attempt is of; 0 for none. */
export function failureOf(tasks: Tasks, row: number): number {
  for (let bar = (tasks.bars[row + 1] as number) - 1; bar >= (tasks.bars[row] as number); bar--) {
    const failure = tasks.barFailure[bar] as number;
    if (failure !== 0) return failure;
  }
  return 0;
}

const utf8 = new TextDecoder();

/** The value of its foreach item, as the server wrote it; empty if it has none. */
export function foreachValue(tasks: Tasks, row: number): string {
  const from = tasks.value[row] as number;
  const to = tasks.value[row + 1] as number;
  return from === to ? "" : utf8.decode(tasks.values.subarray(from, to));
}

/** Its foreach indices, outermost first, as `3/0`. */
export function indexOf(tasks: Tasks, row: number): string {
  const to = tasks.index[row + 1] as number;
  let text = "";
  for (let i = tasks.index[row] as number; i < to; i++) text += (text && "/") + tasks.indices[i];
  return text;
}

/** What a bar is called: by its foreach value, else by its index. */
export function labelOf(tasks: Tasks, row: number): string {
  return foreachValue(tasks, row) || indexOf(tasks, row);
}

/** The name of its step. */
export function stepOf(tasks: Tasks, row: number): string {
  return tasks.steps[tasks.step[row] as number] ?? "";
}
