import { expect, it } from "vitest";
import type { Run, ShapeStep } from "~/api/types";
import { failuresOf, gridOf, listedCell, median, orderOf } from "./model";
import { ofTasks } from "./Trends";

const step = (name: string, tasks = 1, done = 1, failed = 0, running = 0) => ({
  step: name,
  tasks,
  done,
  failed,
  running,
  adopted: 0,
  began_at: 10,
  ended_at: 80,
});
const run = (id: string, steps: ReturnType<typeof step>[]): Run => ({
  flow: "F",
  run: id,
  status: "done",
  user: "ann",
  tags: [],
  system_tags: [],
  started_at: 0,
  finished_at: 1,
  duration: 1,
  steps,
});
const graph = (...names: string[]) => names.map((step) => ({ step }) as ShapeStep);

it("puts steps in the order of the graph, old ones where they were", () => {
  const old = run("1", [step("_parameters"), step("start"), step("clean"), step("end")]);
  expect(orderOf(graph("start", "train", "end"), [old])).toEqual(["start", "clean", "train", "end"]);
  expect(orderOf([], [old])).toEqual(["start", "clean", "end"]);
});

it("shows runs the oldest first, with the times that are known", () => {
  const newest = [run("2", [step("start"), step("train", 4, 2, 1)]), run("1", [step("start")])];
  const grid = gridOf(newest, graph("start", "train"));
  expect(grid.runs.map(({ run }) => run)).toEqual(["1", "2"]);
  expect(grid.cells[1]?.map((cell) => cell?.state)).toEqual([undefined, "failed"]);
  expect(grid.longest).toEqual([70, 1]);
  expect(grid.cells[0]?.map((cell) => cell?.wall)).toEqual([70, 70]);
});

it("knows how long a step took once nothing of it is at work, and what it took over", () => {
  expect(listedCell(step("a", 4, 2, 0, 1)).wall).toBeUndefined();
  expect(listedCell({ ...step("a", 2, 2), adopted: 2 }).state).toBe("adopted");
  expect([listedCell(step("a", 2, 1, 1)).state, listedCell(step("a", 2, 1, 1)).wall]).toEqual(["failed", 70]);
});

it("draws the tasks of a step, or the step alone where it has one", () => {
  const grid = gridOf([run("2", []), run("1", [])], graph("train"));
  const one = { status: "done", created_at: 0, failed: 0, whole_us: 9 };
  const durations = { count: 3, min: 1, p50: 2, p95: 5, max: 5, total: 9 };
  const many = ofTasks(grid, [{ ...one, run: "2", tasks: 3, durations }]);
  expect(many.map(({ values }) => values)).toEqual([
    [undefined, 2],
    [undefined, 5],
    [undefined, 5],
    [undefined, 9],
  ]);
  expect(ofTasks(grid, [{ ...one, run: "1", tasks: 1 }]).map(({ values }) => values)).toEqual([
    [9, undefined],
  ]);
});

it("takes alike failures of several runs together", () => {
  const group = (id: number, attempts: number) => ({ id, attempts }) as never;
  const found = failuresOf([
    { run: "9", groups: [group(1, 1), group(2, 1)] },
    { run: "8", groups: [group(2, 3)] },
  ]);
  expect(found.map(({ group, runs, attempts }) => [group.id, runs, attempts])).toEqual([
    [2, ["9", "8"], 4],
    [1, ["9"], 1],
  ]);
});

it("finds the middle", () => {
  expect([median([3, 1, 2]), median([4, 2]), median([])]).toEqual([2, 3, undefined]);
});
