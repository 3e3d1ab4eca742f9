/** The tasks of a run as arrays, in order of id: one value for each task, or for each attempt. */

import { type Block, type Column, type Failure, OPEN } from "./format";

/** States of tasks and attempts. */
export const RUNNING = 0;
export const DONE = 1;
export const FAILED = 2;
export const STOPPED = 3;
/** A bit of a task's state: it was taken from the run that is resumed. */
export const ADOPTED = 0x80;

/** All tasks of a run. Times are microseconds since `base`; NaN is a time that is not known or has not come. */
export interface Tasks {
  /** The number of the change feed it is as of. */
  seq: number;
  /** Microseconds since the epoch. */
  base: number;
  count: number;
  steps: string[];
  failures: Failure[];
  id: Float64Array;
  step: Uint16Array;
  state: Uint8Array;
  created: Float64Array;
  /** When the last of its inputs was there. */
  ready: Float64Array;
  /** Where a task's attempts begin; those of the last end at the last value. The same of `index`, `parent`, `value`. */
  bars: Uint32Array;
  index: Uint32Array;
  indices: Float64Array;
  parent: Uint32Array;
  parentFirst: Float64Array;
  parentCount: Uint32Array;
  value: Uint32Array;
  values: Uint8Array;
  barNumber: Uint16Array;
  barState: Uint8Array;
  barStart: Float64Array;
  barEnd: Float64Array;
  barFailure: Uint32Array;
  /** Time from the start until the code of the user began, and from its end to the end; empty if not recorded. */
  barStarting: Float64Array;
  barSaving: Float64Array;
  /** Process, CPU time (µs) and memory (KiB) of attempts; empty if the server does not say. */
  barPid: Uint32Array;
  barCpu: Float64Array;
  barRss: Uint32Array;
}

/** The arrays of tasks: everything that is handed from the worker to the page and merged. */
export const PER_TASK = ["id", "step", "state", "created"] as const;
/** One value for each attempt. */
export const PER_BAR = [
  "barNumber",
  "barState",
  "barStart",
  "barEnd",
  "barFailure",
  "barStarting",
  "barSaving",
  "barPid",
  "barCpu",
  "barRss",
] as const;

/** A run of which nothing is known. */
export function noTasks(): Tasks {
  const header = {
    version: 1,
    seq: 0,
    full: true,
    base_at: 0,
    tick_us: 1,
    steps: [],
    failures: [],
    columns: [],
  };
  return tasksOf({ header, columns: new Map() });
}

/** The tasks of a block; times count from `base`, or from the block's own. Steps take numbers of `steps`, which grows. */
export function tasksOf(block: Block, base = block.header.base_at, steps: string[] = []): Tasks {
  const { header, columns } = block;
  const column = (name: string): Column => columns.get(name) ?? new Uint32Array(0);
  const shift = header.base_at - base;
  const at = (name: string) => times(column(name), header.tick_us, shift);
  const id = new Float64Array(column("task.id"));
  const started = at("attempt.started");
  const tasks: Tasks = {
    seq: header.seq,
    base,
    count: id.length,
    steps,
    failures: header.failures,
    id,
    step: renumbered(column("task.step"), header.steps, steps),
    state: new Uint8Array(column("task.state")),
    created: at("task.created"),
    ready: new Float64Array(id.length).fill(Number.NaN),
    bars: bounds(column("task.attempts"), id.length),
    index: bounds(column("task.depth"), id.length),
    indices: new Float64Array(column("index")),
    parent: bounds(column("task.parents"), id.length),
    parentFirst: new Float64Array(column("parent.first")),
    parentCount: new Uint32Array(column("parent.count")),
    value: bounds(column("task.label"), id.length),
    values: new Uint8Array(column("label")),
    barNumber: new Uint16Array(column("attempt.number")),
    barState: new Uint8Array(column("attempt.state")),
    barStart: started,
    barEnd: ends(started, column("attempt.duration"), header.tick_us),
    barFailure: new Uint32Array(column("attempt.failure")),
    barStarting: times(column("attempt.starting"), header.tick_us, 0),
    barSaving: times(column("attempt.saving"), header.tick_us, 0),
    barPid: new Uint32Array(column("attempt.pid")),
    barCpu: times(column("attempt.cpu"), header.tick_us, 0),
    barRss: new Uint32Array(column("attempt.rss")),
  };
  return tasks;
}

function times(ticks: Column, tick: number, shift: number): Float64Array {
  const out = new Float64Array(ticks.length);
  for (let i = 0; i < out.length; i++)
    out[i] = ticks[i] === OPEN ? Number.NaN : shift + (ticks[i] as number) * tick;
  return out;
}

function ends(starts: Float64Array, durations: Column, tick: number): Float64Array {
  const out = new Float64Array(starts.length);
  for (let i = 0; i < out.length; i++) {
    const took = durations[i] as number;
    out[i] = took === OPEN ? Number.NaN : (starts[i] as number) + took * tick;
  }
  return out;
}

function bounds(counts: Column, length: number): Uint32Array {
  const out = new Uint32Array(length + 1);
  for (let i = 0; i < length; i++) out[i + 1] = (out[i] as number) + (counts[i] ?? 0);
  return out;
}

function renumbered(column: Column, names: string[], steps: string[]): Uint16Array {
  const numbers = names.map((name) => {
    const known = steps.indexOf(name);
    return known >= 0 ? known : steps.push(name) - 1;
  });
  const out = new Uint16Array(column.length);
  for (let i = 0; i < out.length; i++) out[i] = numbers[column[i] as number] ?? 0;
  return out;
}
