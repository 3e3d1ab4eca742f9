import { expect, test } from "vitest";
import type { Comparison, Run } from "~/api/types";
import { alike, configRows, factRows, stepRows } from "./cells";
import { parse } from "./search";
import { change, widths } from "./times";
import { previousGood } from "./useRecentRuns";

test("equal values have equal numbers", () => {
  expect(alike(["a", "b", "a", null, undefined])).toEqual([0, 1, 0, 2, 2]);
  expect(alike([{ a: 1 }, { a: 1 }])).toEqual([0, 0]);
});

const section = (rows: unknown[]) => ({ different: rows.length, same: 0, partial: false, rows });

test("where a config's value is from makes no difference", () => {
  const values = [{ value: 1, from: "a.json:1" }, { value: 1, from: "--set" }, null];
  const [row] = configRows({
    configs: section([{ config: "model", key: "depth", values }]),
  } as unknown as Comparison);
  expect(row).toMatchObject({
    within: "model",
    name: "depth",
    alike: [0, 0, 1],
    cells: [{ text: "1" }, { note: "--set" }, null],
  });
});

test("facts and steps are in words", () => {
  const rows = factRows({
    environment: section([
      { name: "argv", values: [["run", "--x"], ["run"]] },
      { name: "git", values: [{ revision: "0123456789abc", branch: "main", dirty: true }, null] },
    ]),
  } as unknown as Comparison);
  expect(rows.map((row) => [row.name, ...row.cells.map((cell) => cell?.text)])).toEqual([
    ["command", "run --x", "run"],
    ["git", "0123456789 · main · with changes", undefined],
  ]);
  const shape = { type: "foreach", join: false, next: ["b"], by: "xs", decorators: ["retry"] };
  const [step] = stepRows({
    graph: section([{ step: "a", values: [shape, null] }]),
  } as unknown as Comparison);
  expect(step?.cells).toEqual([{ text: "foreach by xs → b", note: "@retry" }, null]);
});

test("how times differ", () => {
  expect([change(100, 150), change(100, 50), change(100, 104), change(0, 5), change(undefined, 5)]).toEqual([
    "+50 %",
    "−50 %",
    "",
    "",
    "",
  ]);
  expect(change(100, 450)).toBe("× 4.5");
  expect(widths([50, 100, undefined])).toEqual([50, 100, 0]);
});

test("what is compared is in the address", () => {
  expect(parse({ run: ["A/1", "A/2", "A/1", "x"], all: "true", by: "median" })).toEqual({
    runs: ["A/1", "A/2"],
    all: true,
    by: "median",
  });
  expect(parse({ run: "A/1", by: "no" })).toEqual({ runs: ["A/1"], all: false, by: "wall" });
});

test("the previous good run is the last that ended well before", () => {
  const run = (id: string, status: string, started_at: number) =>
    ({ flow: "A", run: id, status, started_at }) as Run;
  const runs = [run("5", "done", 50), run("4", "failed", 40), run("3", "done", 30), run("1", "done", 10)];
  expect(previousGood(runs, "A", "4", 40)?.run).toBe("3");
  expect(previousGood(runs, "A", "3", undefined)?.run).toBe("1");
  expect(previousGood(runs, "A", "1", 10)).toBeUndefined();
});
