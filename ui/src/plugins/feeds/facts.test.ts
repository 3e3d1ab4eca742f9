import { describe, expect, it } from "vitest";
import type { RunBundle, TaskDetail } from "~/api/types";
import { dataOf, runFacts, taskFacts, taskInfo } from "./facts";

const bundle = {
  flow: "Train",
  run: "5",
  user: "ann",
  origin: null,
  system_tags: ["runtime:dev", "plain"],
  code: { revision: "abc", branch: "main", dirty: false },
  info: { script: "flow.py", argv: ["run"], parameters: { a: 1 }, host: "h" },
  state: { tags: ["x"] },
} as unknown as RunBundle;

const task = {
  step: "train",
  task: 7,
  status: "done",
  created_at: 1_000_000,
  foreach: [{ step: "start", index: 3 }],
  origin: null,
  attempts: [
    { attempt: 0, status: "failed", started_at: 2_000_000, finished_at: 3_000_000, duration_us: 1_000_000 },
    { attempt: 1, status: "done", started_at: 4_000_000, finished_at: 6_000_000, duration_us: 2_000_000 },
  ],
} as unknown as TaskDetail;

describe("what is recorded, as Metaflow calls it", () => {
  it("of a run", () => {
    expect(runFacts(bundle)).toEqual({
      runtime: "dev",
      "script-name": "flow.py",
      argv: '["run"]',
      host: "h",
      "git-info": '{"branch_name":"main","commit_sha":"abc"}',
      "origin-run-id": "None",
    });
  });

  it("of a task at an attempt", () => {
    expect(taskFacts(bundle, task, 0)).toMatchObject({ attempt: "0", attempt_ok: "False", runtime: "dev" });
    expect(taskFacts(bundle, task, undefined)).toMatchObject({
      attempt: "1",
      attempt_ok: "True",
      "attempt-done": "1",
      "foreach-execution-path": "start:3",
    });
  });

  it("of a task, in short", () => {
    expect(taskInfo(bundle, task, 1)).toMatchObject({
      flow_id: "Train",
      run_number: 5,
      step_name: "train",
      task_id: 7,
      status: "completed",
      started_at: 4000,
      duration: 2000,
      attempt_id: 1,
    });
    expect(taskInfo(bundle, task, 0)).toMatchObject({ status: "failed" });
  });

  it("by a Metaflow client, the latest of each name", () => {
    const sent = [
      { field_name: "attempt", value: "1" },
      { field_name: "attempt", value: "0" },
    ];
    expect(dataOf(sent)).toEqual({ attempt: "1" });
    expect(dataOf({ message: "no" })).toEqual({});
  });
});
