import { expect, test } from "vitest";
import { type FakeTask, fakeBlock } from "../timeline/data/fake";
import { everything } from "../timeline/data/filter";
import { readBlock } from "../timeline/data/format";
import { listed } from "../timeline/data/list";
import { withBlock } from "../timeline/data/merge";
import type { TaskOrder } from "../timeline/data/protocol";
import { noTasks } from "../timeline/data/tasks";
import { columnsOf } from "./columns";
import { csvCell, written } from "./export";
import { pressed, tableOf } from "./search";

const task = (
  id: number,
  state: number,
  start: number,
  end: number | undefined,
  value: string,
): FakeTask => ({
  id,
  step: id === 1 ? "start" : "train",
  state,
  created: start,
  value,
  index: [id],
  bars: [{ state, start, ...(end === undefined ? {} : { end }), failure: state === 2 ? 9 : 0 }],
});
const list = [
  task(1, 1, 0, 50, "b10"),
  task(2, 2, 10, 20, "b9"),
  task(3, 0, 15, undefined, '=1,"x"'),
  task(4, 1, 12, 42, ""),
];
const failures = [{ id: 9, kind: "ValueError", message: "<b>no</b>" }];
const tasks = withBlock(noTasks(), readBlock(fakeBlock(list, 1, true, failures)));
const ids = (order: TaskOrder, down: boolean) =>
  [...listed(tasks, { filter: everything, order, down }, 100)].map((row) => tasks.id[row]);

test("every column sorts, up and down", () => {
  expect(ids("duration", true)).toEqual([3, 1, 4, 2]);
  expect(ids("ended", false)).toEqual([2, 4, 1, 3]);
  expect(ids("ended", true)).toEqual([1, 4, 2, 3]);
  expect(ids("state", false)).toEqual([2, 3, 1, 4]);
  expect(ids("step", false)).toEqual([1, 2, 3, 4]);
  // Numbers in texts count as numbers.
  expect(ids("value", false)).toEqual([4, 3, 2, 1]);
  expect(ids("error", true)[0]).toBe(2);
});

test("a column is pressed for what one most likely wants, then the other way, then not", () => {
  const view = tableOf({ order: "-duration" });
  expect(pressed(tableOf({}), "duration", true)).toBe("-duration");
  expect(pressed(view, "duration", true)).toBe("duration");
  expect(pressed(tableOf({ order: "duration" }), "duration", true)).toBe(undefined);
  expect(pressed(view, "value", false)).toBe("value");
  expect(tableOf({ order: "nonsense", task: "x" })).toMatchObject({ order: "id", task: undefined });
});

test("a file has what is listed, and nothing in it is calculated", () => {
  const rows = listed(tasks, { filter: everything, order: "id", down: true }, 100);
  const csv = written(tasks, rows, columnsOf(tasks), 100, "csv").trimEnd().split("\n");
  expect(csv[0]).toBe("state,task,index,value,began_at,ended_at,duration_us,waited_us,attempts,error");
  expect(csv[1]).toBe("done,train/4,4,,12,42,30,,1,");
  expect(csv[2]).toBe(`running,train/3,3,"'=1,""x""",15,,85,,1,`);
  const json = JSON.parse(written(tasks, rows, columnsOf(tasks), 100, "json")) as Record<string, unknown>[];
  expect(json[2]).toMatchObject({ task: "train/2", error: "ValueError: <b>no</b>", duration_us: 10 });
  expect(csvCell(-5)).toBe("-5");
});
