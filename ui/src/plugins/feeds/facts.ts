import type { AttemptDetail, RunBundle, TaskDetail } from "~/api/types";

// What is recorded of runs and tasks, under the names that Metaflow's metadata have.

/** Facts by their names. */
export type Facts = Record<string, string>;

/** A datum as Metaflow's metadata service sends it. */
interface Datum {
  field_name: string;
  value: string;
}

/** What the server has of a Metaflow client's own metadata, the latest of each name. */
export function dataOf(sent: unknown): Facts {
  const facts: Facts = {};
  if (!Array.isArray(sent)) return facts;
  // The latest is first.
  for (const { field_name, value } of [...(sent as Datum[])].reverse()) {
    if (typeof field_name === "string") facts[field_name] = String(value);
  }
  return facts;
}

/** The facts of a run. */
export function runFacts(bundle: RunBundle): Facts {
  const facts: Facts = {};
  for (const tag of bundle.system_tags) {
    const colon = tag.indexOf(":");
    if (colon > 0) facts[tag.slice(0, colon)] = tag.slice(colon + 1);
  }
  for (const [name, value] of Object.entries(bundle.info as Record<string, unknown>)) {
    // They are artifacts.
    if (name === "parameters" || value === null) continue;
    facts[name === "script" ? "script-name" : name.replaceAll("_", "-")] =
      typeof value === "object" ? JSON.stringify(value) : String(value);
  }
  if (bundle.code?.revision)
    facts["git-info"] = JSON.stringify({ branch_name: bundle.code.branch, commit_sha: bundle.code.revision });
  facts["origin-run-id"] = bundle.origin ?? "None";
  return facts;
}

/** The facts of a task at one of its attempts. */
export function taskFacts(bundle: RunBundle, task: TaskDetail, attempt: number | undefined): Facts {
  const facts = runFacts(bundle);
  if (task.foreach.length > 0)
    facts["foreach-execution-path"] = task.foreach
      .map((frame) => `${frame.step ?? frame.artifact ?? "?"}:${frame.index}`)
      .join(",");
  if (task.origin) {
    const [, run, , id] = task.origin.split("/");
    if (run) facts["origin-run-id"] = run;
    if (id) facts["origin-task-id"] = id;
  }
  const one = attemptOf(task, attempt);
  if (one) {
    facts.attempt = String(one.attempt);
    if (one.status !== "running") {
      facts.attempt_ok = one.status === "done" ? "True" : "False";
      facts["attempt-done"] = String(one.attempt);
    }
  }
  return facts;
}

/** An attempt of a task; the latest, if none is named. */
export function attemptOf(task: TaskDetail, attempt: number | undefined): AttemptDetail | undefined {
  return task.attempts.find((one) => one.attempt === attempt) ?? task.attempts.at(-1);
}

const STATUS: Record<string, string> = { done: "completed", running: "running", queued: "pending" };

/** A task as Metaflow's pages know it: times in milliseconds. */
export function taskInfo(bundle: RunBundle, task: TaskDetail, attempt: number | undefined): object {
  const one = attemptOf(task, attempt);
  const ms = (us: number | null | undefined) => (us == null ? null : Math.floor(us / 1000));
  return {
    flow_id: bundle.flow,
    run_number: Number.isSafeInteger(Number(bundle.run)) ? Number(bundle.run) : bundle.run,
    run_id: bundle.run,
    step_name: task.step,
    task_id: task.task,
    task_name: null,
    user_name: bundle.user,
    ts_epoch: ms(task.created_at),
    started_at: ms(one?.started_at),
    finished_at: ms(one?.finished_at),
    duration: ms(one?.duration_us),
    status: STATUS[one?.status ?? task.status] ?? "failed",
    task_ok: task.status === "running" ? null : task.status === "done",
    attempt_id: one?.attempt ?? 0,
    tags: bundle.state.tags,
    system_tags: bundle.system_tags,
    foreach_label:
      task.foreach.length > 0 ? `[${task.foreach.map((frame) => frame.index).join("][")}]` : null,
  };
}
