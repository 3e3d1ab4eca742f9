import fc from "fast-check";
import { expect, test } from "vitest";
import { Heights } from "./heights";

test("rows are where the heights before them say", () => {
  const measured = fc.array(fc.record({ row: fc.nat(1499), height: fc.integer({ min: 1, max: 200 }) }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      measured,
      fc.array(fc.nat(40_000)),
      (first, changes, places) => {
        const heights = new Heights(first, 20);
        heights.grow(1500);
        const plain = new Array<number>(1500).fill(20);
        for (const { row, height } of changes) {
          heights.measure(row, height);
          plain[row] = height;
        }
        const tops = [0];
        for (const height of plain) tops.push((tops.at(-1) ?? 0) + height);
        expect(heights.total).toBe(tops[1500]);
        for (const row of [0, 1, 255, 256, 257, 511, 1499]) expect(heights.top(row)).toBe(tops[row]);
        for (const y of places) {
          const row = heights.at(y);
          expect(tops[row]).toBeLessThanOrEqual(y);
          if (row < 1499) expect(tops[row + 1]).toBeGreaterThan(y);
        }
      },
    ),
  );
});

test("a hundred million rows cost little", () => {
  const heights = new Heights(100_000_000, 20);
  expect(heights.measure(99_999_999, 60)).toBe(40);
  expect(heights.total).toBe(2_000_000_040);
  expect(heights.at(1_999_999_985)).toBe(99_999_999);
});

test("rows may grow after they were measured", () => {
  const heights = new Heights(10, 20);
  heights.measure(3, 40);
  heights.grow(100_000);
  expect(heights.top(4)).toBe(100);
  expect(heights.total).toBe(2_000_020);
});
