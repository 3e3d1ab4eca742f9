import { expect, test } from "vitest";
import { byName } from "./named";

const found = (name: string, hash: string, step: string, task: number) =>
  ({ name, hash, step, task, type: "int", size: 1, encoding: "pickle-v5", preview: null }) as never;

test("equal values are one, with the first task that has them", () => {
  const names = byName([
    found("alpha", "a", "_parameters", 0),
    found("x", "1", "start", 1),
    found("x", "1", "train", 2),
    found("x", "2", "train", 3),
    found("b", "9", "end", 4),
  ]);
  expect(
    names.map(({ name, values, tasks, shared }) => [
      name,
      values.map((v) => [v.first.task, v.tasks]),
      tasks,
      shared,
    ]),
  ).toEqual([
    ["alpha", [[0, 1]], 1, true],
    ["b", [[4, 1]], 1, false],
    [
      "x",
      [
        [1, 2],
        [3, 1],
      ],
      3,
      false,
    ],
  ]);
});
