import { expect, test } from "vitest";
import { pointsOf } from "./points";

const version = (run: string, value: unknown, size = 1) =>
  ({
    run,
    size,
    preview: typeof value === "number" ? { kind: "scalar", type: "float", value } : undefined,
  }) as never;

test("numbers are plotted as they are, oldest first, within the plot", () => {
  const points = pointsOf([version("3", 30), version("2", 10), version("1", 20)], 100, 50);
  expect(points.list.map((point) => [point.version.run, point.x, point.y])).toEqual([
    ["1", 6, 25],
    ["2", 50, 44],
    ["3", 94, 6],
  ]);
  expect([points.numeric, points.low, points.high]).toEqual([true, 10, 30]);
});

test("of anything else the size is plotted", () => {
  const points = pointsOf([version("2", 1), version("1", "x", 9)], 100, 50);
  expect([points.numeric, points.high]).toEqual([false, 9]);
});
