import type { Run } from "~/api/types";

/** How far a run is: the step it is at, with tasks done and in all. */
export interface Progress {
  /** The step at work, or the one that failed, or the last one. */
  step: string;
  /** Other steps at work beside it. */
  beside: number;
  done: number;
  tasks: number;
  failed: number;
  /** Tasks of all steps. */
  all: number;
}

/** Steps that are there for the machinery alone. */
const HIDDEN = "_parameters";

/** How far a run is; nothing if none of its steps are known. */
export function progressOf(run: Run): Progress | undefined {
  const steps = (run.steps ?? []).filter((step) => step.step !== HIDDEN);
  const running = steps.filter((step) => step.running > 0);
  const failed = steps.filter((step) => step.failed > 0);
  const unfinished = steps.filter((step) => step.done < step.tasks);
  const at = run.status === "running" ? (running[0] ?? unfinished[0]) : (failed[0] ?? unfinished[0]);
  const step = at ?? steps.at(-1);
  if (!step) return undefined;
  return {
    step: step.step,
    beside: Math.max(0, running.length - 1),
    done: step.done,
    tasks: step.tasks,
    failed: step.failed,
    all: steps.reduce((sum, one) => sum + one.tasks, 0),
  };
}
