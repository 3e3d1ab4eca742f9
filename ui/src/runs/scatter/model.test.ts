import fc from "fast-check";
import { expect, it } from "vitest";
import {
  type Dots,
  dotsOf,
  durationAt,
  durationTicks,
  nearest,
  timeAt,
  timeTicks,
  viewOf,
  xOf,
  yOf,
} from "./model";

const made = (rows: readonly [number, number][]): Dots =>
  dotsOf({
    from: 1_000_000,
    started: rows.map(([at]) => at),
    duration: rows.map(([, ms]) => ms),
    status: rows.map(() => 0),
    statuses: ["failed"],
    flow: rows.map(() => 0),
    flows: ["F"],
    run: rows.map((_, n) => String(n)),
    total: rows.length,
    sequence: 1,
  });

const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 1e11 }), fc.integer({ min: 0, max: 1e9 })), {
  maxLength: 40,
});

it("shows every dot, and finds it where it is", () => {
  fc.assert(
    fc.property(rows, (rows) => {
      const dots = made(rows);
      const view = viewOf(dots, 800, 120);
      rows.forEach((_, n) => {
        const [x, y] = [xOf(view, dots.started[n] ?? 0), yOf(view, dots.duration[n] ?? 0)];
        expect(x >= 0 && x <= 800 && y >= 0 && y <= 120).toBe(true);
        const found = nearest(dots, view, x, y);
        expect(xOf(view, dots.started[found] ?? 0)).toBeCloseTo(x, 3);
        expect(timeAt(view, x)).toBeCloseTo(dots.started[n] ?? 0, 1);
        expect(durationAt(view, y) / Math.max(1, dots.duration[n] ?? 0)).toBeCloseTo(1, 6);
      });
    }),
  );
});

it("marks the axes without crowding", () => {
  fc.assert(
    fc.property(rows, (rows) => {
      const view = viewOf(made(rows), 800, 120);
      const gaps = (places: number[]) =>
        places.slice(1).map((place, n) => Math.abs(place - (places[n] ?? 0)));
      expect(Math.min(26, ...gaps(durationTicks(view).map(({ y }) => y)))).toBeGreaterThanOrEqual(26);
      expect(Math.min(95, ...gaps(timeTicks(view, 7_200_000).map(({ x }) => x)))).toBeGreaterThanOrEqual(95);
    }),
  );
});

it("finds nothing where nothing is", () => {
  const dots = made([
    [0, 10],
    [1e9, 1e6],
  ]);
  const view = viewOf(dots, 800, 120);
  expect(nearest(dots, view, 400, 60)).toBe(-1);
  expect([dots.flow(0), dots.run(1), dots.status[0]]).toEqual(["F", "1", 4]);
});
