import { expect, test } from "vitest";
import type { Schemas } from "~/api/types";
import { Gathered, keyOf, PER_TASK, rowsOf } from "./runSearch";

const match = (task: number, attempt: number, line: number): Schemas["RunSearchEvent"] => ({
  ...{ kind: "match", step: "train", task, attempt, line },
  ...{ at: 0, stream: "stdout", text: "x", ranges: [] },
});

test("matches are gathered by attempts, and counts are the latest", () => {
  const gathered = new Gathered();
  gathered.add(match(1, 0, 5));
  gathered.add(match(1, 0, 6));
  gathered.add({ kind: "progress", steps: { train: { tasks: 1, matching: 1, matches: 2, lines: 9 } } });
  gathered.add(match(1, 1, 5));
  gathered.add(match(2, 0, 1));
  const found = gathered.found({ complete: true });
  expect(found.tasks.map((of) => [of.task, of.attempt, of.matches.length])).toEqual([
    [1, 0, 2],
    [1, 1, 1],
    [2, 0, 1],
  ]);
  expect([found.shown, found.steps.train?.matches, found.over]).toEqual([4, 2, true]);
});

test("of a folded task only its name is a row, and a noisy one says that there is more", () => {
  const gathered = new Gathered();
  for (let line = 0; line < PER_TASK; line++) gathered.add(match(1, 0, line));
  gathered.add(match(2, 0, 0));
  const { tasks } = gathered.found();
  const kinds = (folded: string[]) => rowsOf(tasks, new Set(folded)).map((row) => row.kind);
  expect(kinds([])).toEqual(["task", ...new Array(PER_TASK).fill("line"), "more", "task", "line"]);
  expect(kinds([keyOf({ task: 1, attempt: 0 })])).toEqual(["task", "task", "line"]);
});
