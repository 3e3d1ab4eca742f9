import type { ShapeStep, StepState } from "~/api/types";
import { count, duration, plural } from "~/theme/format";

/** A step's state in a word. */
export const STATES: Record<string, string> = {
  waiting: "waiting",
  queued: "queued",
  running: "running",
  done: "done",
  adopted: "adopted",
  failed: "failed",
  skipped: "not run",
};

/** How many of a step's tasks are over: `12/40`, `12/~40` if that may change; nothing of a step with one task at most. */
export function counts(state: StepState): string {
  const all = Math.max(state.expected, state.tasks);
  if (all <= 1 && !state.estimated) return "";
  return `${count(over(state))}/${state.estimated ? "~" : ""}${count(all)}`;
}

/** Tasks that are over. */
export function over(state: StepState): number {
  return state.done + state.failed + state.stopped;
}

/** The second line of a step: how many tasks, and how long one takes. */
export function summary(state: StepState): string {
  const took = state.durations;
  const parts = [counts(state)];
  if (took) parts.push(duration(took.p50));
  if (!took || state.state !== "done") parts.push(STATES[state.state] ?? state.state);
  return parts.filter((part) => part !== "").join(" · ");
}

/** What a step is, in words. */
export function kindOf(shape: ShapeStep): string {
  const itself = shape.next.includes(shape.step) ? ", repeats" : "";
  switch (shape.kind) {
    case "foreach":
      return `fans out for each of ${shape.foreach ?? "its items"}`;
    case "split":
      return `splits into ${shape.next.length} branches`;
    case "switch":
      return `chooses by ${shape.condition ?? "a value"}${itself}`;
    case "parallel":
      return "runs in parallel";
    case "join":
      return "joins what was split";
    case "end":
      return "ends the run";
    default:
      return "leads on";
  }
}

/** All of a step in one sentence, for people who listen. */
export function spoken(shape: ShapeStep, state: StepState | undefined, onPath: boolean): string {
  const parts = [`${shape.step}: ${state ? (STATES[state.state] ?? state.state) : "unknown"}`];
  if (state && state.tasks > 1)
    parts.push(`${count(over(state))} of ${plural(Math.max(state.expected, state.tasks), "task")} over`);
  if (state && state.failed > 0) parts.push(`${count(state.failed)} failed`);
  if (state?.durations) parts.push(`typically ${duration(state.durations.p50)}`);
  if (onPath) parts.push("on the critical path");
  parts.push(kindOf(shape));
  return parts.join(", ");
}
