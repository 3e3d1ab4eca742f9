import fc from "fast-check";
import { expect, test } from "vitest";
import { extent, tracesOf } from "./sketch";

test("lines, points and bars over numbers are drawn", () => {
  const data = [
    { type: "scatter", x: [1, 2], y: [3, 4], name: "a" },
    { type: "scatter", mode: "markers", x: ["Mon", "Tue"], y: [3, 4] },
    { type: "bar", y: [1, 2] },
    { type: "sankey", y: [1] },
    { type: "bar", y: ["x"] },
    null,
  ];
  expect(tracesOf({ data }).map(({ kind, name, x }) => [kind, name, x])).toEqual([
    ["line", "a", [1, 2]],
    ["points", "", [0, 1]],
    ["bars", "", [0, 1]],
  ]);
});

test("anything else is none", () => {
  fc.assert(fc.property(fc.jsonValue(), (spec) => void tracesOf(spec)));
});

test("an extent has a width", () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 })), (of) => {
      const [low, high] = extent(of);
      expect(high).toBeGreaterThan(low);
      for (const one of of) expect(one >= low && one <= high).toBe(true);
    }),
  );
});
