import type { TaskDetail } from "~/api/types";

/** A stretch of a task's time. */
export interface Stretch {
  /** It waited for a worker; an attempt was made ready, was at work, saved what it had made; or the next attempt was waited for. */
  readonly kind: "waited" | "starting" | "ran" | "saving" | "between";
  readonly attempt: number | undefined;
  readonly status: string;
  readonly from: number;
  readonly to: number;
}

/** What a task spent its time on, in order; what goes on goes on until `now`. Clocks that disagree make nothing negative. */
export function stretches(task: TaskDetail, now: number): Stretch[] {
  const first = task.attempts[0];
  if (!first) return [];
  const all: Stretch[] = [];
  let at = first.started_at - Math.max(0, task.waited_us ?? 0);
  const add = (stretch: Omit<Stretch, "from" | "to">, to: number) => {
    if (to > at) all.push({ ...stretch, from: at, to });
    at = Math.max(at, to);
  };
  for (const [index, attempt] of task.attempts.entries()) {
    const kind = index === 0 ? "waited" : "between";
    add({ kind, attempt: undefined, status: "queued" }, attempt.started_at);
    const over = attempt.status !== "running" || attempt.finished_at != null;
    const to = attempt.finished_at ?? (over ? attempt.started_at + attempt.duration_us : now);
    const own = { attempt: attempt.attempt, status: attempt.status };
    if (attempt.starting_us)
      add({ kind: "starting", ...own }, Math.min(to, attempt.started_at + attempt.starting_us));
    add({ kind: "ran", ...own }, to - (attempt.saving_us ?? 0));
    add({ kind: "saving", ...own }, to);
  }
  const last = task.attempts.at(-1);
  if (task.status === "running" && last?.finished_at != null) {
    add({ kind: "between", attempt: undefined, status: "queued" }, now);
  }
  return all;
}

/** How long a task spent on each, microseconds. */
export function sums(all: readonly Stretch[]): Record<Stretch["kind"], number> {
  const sum = { waited: 0, starting: 0, ran: 0, saving: 0, between: 0 };
  for (const { kind, from, to } of all) sum[kind] += to - from;
  return sum;
}
