import type { Run, RunBundle, Schemas, ShapeStep } from "~/api/types";

/** How a step was in a run. */
export interface Cell {
  state: "running" | "done" | "failed" | "adopted" | "waiting";
  tasks: number;
  done: number;
  failed: number;
  retried: number;
  /** From its first task's begin to its last one's end, microseconds; unknown while some are at work. */
  wall: number | undefined;
  /** Of its tasks; unknown until the run has been looked at. */
  p50: number | undefined;
  max: number | undefined;
}

/** Times of the steps of a run. */
export type StepTimes = ReadonlyMap<string, Cell>;

/** The runs of a flow and their steps: runs the oldest first, steps in order of the graph. */
export interface Grid {
  runs: readonly Run[];
  steps: readonly string[];
  /** `cells[step][run]`; nothing where a run did not come to the step. */
  cells: readonly (readonly (Cell | undefined)[])[];
  /** The longest of each step. */
  longest: readonly number[];
}

const HIDDEN = "_parameters";

/** What the list of runs knows of a step. */
export function listedCell(step: Schemas["Step"]): Cell {
  const { tasks, running, done, failed, adopted, began_at, ended_at } = step;
  const over = running === 0 && done + failed === tasks;
  const state = failed > 0 ? "failed" : !over ? "running" : adopted === tasks ? "adopted" : "done";
  const wall = over && ended_at != null ? Math.max(0, ended_at - began_at) : undefined;
  return { state, tasks, done, failed, retried: 0, wall, p50: undefined, max: undefined };
}

/** Times of all steps of a run. */
export function timesOf(bundle: RunBundle): StepTimes {
  const times = new Map<string, Cell>();
  for (const [step, state] of Object.entries(bundle.state.steps)) {
    const { began_at, ended_at, durations, tasks, done, failed, stopped, retried, adopted } = state;
    if (tasks === 0) continue;
    const known =
      failed + stopped > 0 ? "failed" : adopted === tasks ? "adopted" : done === tasks ? "done" : "running";
    const wall = began_at != null && ended_at != null ? Math.max(0, ended_at - began_at) : undefined;
    const [p50, max] = [durations?.p50, durations?.max];
    times.set(step, { state: known, tasks, done, failed: failed + stopped, retried, wall, p50, max });
  }
  return times;
}

/** Steps in order of the newest graph; those that only older runs had stand where they came. */
export function orderOf(graph: readonly ShapeStep[], runs: readonly Run[]): string[] {
  const order = graph.map(({ step }) => step).filter((step) => step !== HIDDEN);
  for (const run of runs) {
    let before = -1;
    for (const { step } of run.steps ?? []) {
      if (step === HIDDEN) continue;
      const at = order.indexOf(step);
      if (at >= 0) before = at;
      else {
        before += 1;
        order.splice(before, 0, step);
      }
    }
  }
  return order;
}

/** The grid of some runs (the newest first, as the API has them). */
export function gridOf(newest: readonly Run[], graph: readonly ShapeStep[]): Grid {
  const runs = [...newest].reverse();
  const steps = orderOf(graph, newest);
  const known = runs.map((run) => new Map((run.steps ?? []).map((step) => [step.step, listedCell(step)])));
  const cells = steps.map((step) => known.map((listed) => listed.get(step)));
  const longest = cells.map((row) => Math.max(1, ...row.map((cell) => cell?.wall ?? 0)));
  return { runs, steps, cells, longest };
}

/** The middle of some numbers. */
export function median(of: readonly number[]): number | undefined {
  const sorted = [...of].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle];
  const [low, high] = [sorted[middle - 1], sorted[middle]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

/** A failure that came in one run or more. */
export interface Failure {
  group: Schemas["ErrorGroup"];
  /** The runs that had it, the newest first. */
  runs: readonly string[];
  attempts: number;
}

/** What failed in some runs (the newest first), alike together; what came in most runs first. */
export function failuresOf(
  of: readonly { run: string; groups: readonly Schemas["ErrorGroup"][] }[],
): Failure[] {
  const known = new Map<number, { group: Schemas["ErrorGroup"]; runs: string[]; attempts: number }>();
  for (const { run, groups } of of) {
    for (const group of groups) {
      const same = known.get(group.id);
      if (same) {
        same.runs.push(run);
        same.attempts += group.attempts;
      } else known.set(group.id, { group, runs: [run], attempts: group.attempts });
    }
  }
  return [...known.values()].sort((a, b) => b.runs.length - a.runs.length);
}
