import fc from "fast-check";
import { expect, it } from "vitest";
import { durationTicks, pathOf, rangeOf, roundTicks } from "./chart";

it("marks round numbers within what is shown", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
      (low, size) => {
        const range = [low, low + size] as const;
        fc.pre(range[1] - range[0] > 1e-7 * Math.abs(low));
        const ticks = roundTicks(range);
        expect(ticks.length).toBeLessThanOrEqual(6);
        const about = 1e-9 * Math.max(Math.abs(low), size);
        for (const tick of ticks) expect(tick >= low - about && tick <= range[1] + about).toBe(true);
      },
    ),
  );
  expect(roundTicks([0, 10])).toEqual([0, 5, 10]);
});

it("leaves gaps where nothing is known", () => {
  expect(
    pathOf(
      [1, undefined, 2, 3],
      (n) => n,
      (v) => v,
    ),
  ).toBe("M0.0 1.0h.01M2.0 2.0h.01L3.0 3.0");
});

it("shows a line that never changes", () => {
  const [low, high] = rangeOf([{ name: "x", values: [3, 3] }], false);
  expect(low < 3 && high > 3).toBe(true);
  expect(rangeOf([], true)).toEqual([0, 1]);
});

it("marks whole minutes of durations", () => {
  expect(durationTicks([0, 400e6])).toEqual([0, 120e6, 240e6, 360e6]);
  expect(durationTicks([0, 400])).toEqual([0, 100, 200, 300, 400]);
});
