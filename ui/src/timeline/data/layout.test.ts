import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { curveOf, peaks } from "./curve";
import { type FakeTask, fakeBlock } from "./fake";
import { everything } from "./filter";
import { readBlock } from "./format";
import { fromShown, idleOf, noIdle, toShown } from "./idle";
import { byLane, packed } from "./lanes";
import { ADOPTED_BAR, type Asked, LOST_BAR, layoutOf } from "./layout";
import { withBlock } from "./merge";
import { greatest, sorted } from "./order";
import { noTasks } from "./tasks";

const span = fc.record({ start: fc.nat(1000), took: fc.option(fc.nat(100)) });
const spans = fc.array(span).map((list) => list.sort((a, b) => a.start - b.start));
const starts = (list: { start: number }[]) => Float64Array.from(list, ({ start }) => start);
const ends = (list: { start: number; took: number | null }[]) =>
  Float64Array.from(list, ({ start, took }) => (took === null ? Number.NaN : start + took));

describe("order", () => {
  const keys = fc.array(fc.oneof(fc.nat(5), fc.nat({ max: 2 ** 53 - 1 }), fc.constant(Number.NaN)), {
    maxLength: 60,
  });
  const places = (list: number[]) => Uint32Array.from(list.keys());

  test("rows are in order of their keys up to 2^53, those without last, equal ones as they were", () => {
    fc.assert(
      fc.property(keys, (list) => {
        const known = (row: number) => list[row] as number;
        const last = (row: number) => (Number.isNaN(known(row)) ? 1 : 0);
        const expected = [...list.keys()].sort((a, b) => last(a) - last(b) || known(a) - known(b) || a - b);
        expect([...sorted(places(list), known, false)]).toEqual(expected);
      }),
    );
  });

  test("the greatest are the first of all in order", () => {
    fc.assert(
      fc.property(keys, fc.nat(8), (list, most) => {
        const known = (row: number) => list[row] as number;
        const all = [...sorted(places(list), known, true)].filter((row) => !Number.isNaN(known(row)));
        expect([...greatest(places(list), known, most)]).toEqual(all.slice(0, most));
      }),
    );
  });
});

describe("lanes", () => {
  test("things are in order within their lanes", () => {
    fc.assert(
      fc.property(spans, (list) => {
        const found = packed(starts(list), ends(list));
        const { places, past } = byLane(found);
        const lanes = [...past].map((to, n) => [...places.slice(past[n - 1] ?? 0, to)]);
        const expected = lanes.map((_, n) => [...list.keys()].filter((i) => found.lane[i] === n));
        expect(lanes).toEqual(expected);
      }),
    );
  });

  test("nothing overlaps in a lane, and there are as many lanes as were busy at once", () => {
    fc.assert(
      fc.property(spans, (list) => {
        const { lane, lanes } = packed(starts(list), ends(list));
        const last = new Map<number, number>();
        const until = (i: number) => {
          const took = list[i]?.took;
          return took === null || took === undefined
            ? Number.POSITIVE_INFINITY
            : (list[i]?.start ?? 0) + Math.max(1, took);
        };
        for (const [i, { start }] of list.entries()) {
          expect(last.get(lane[i] as number) ?? 0).toBeLessThanOrEqual(start);
          last.set(lane[i] as number, until(i));
        }
        const busy = list.map(
          ({ start }) => list.filter((other, i) => other.start <= start && until(i) > start).length,
        );
        expect(lanes).toBe(Math.max(0, ...busy));
      }),
    );
  });
});

describe("idle time", () => {
  test("time stays in order and comes back", () => {
    fc.assert(
      fc.property(spans, fc.array(fc.integer({ min: -10, max: 1500 })), (list, times) => {
        const idle = idleOf(starts(list), ends(list), 1200);
        const shown = times.sort((a, b) => a - b).map((time) => toShown(idle, time));
        for (const [i, at] of shown.entries()) {
          if (i > 0) expect(at).toBeGreaterThanOrEqual(shown[i - 1] as number);
          expect(fromShown(idle, at)).toBeCloseTo(times[i] as number, 5);
        }
      }),
    );
  });

  test("a bar is as long as before, a long gap is not", () => {
    const idle = idleOf(Float64Array.of(0, 10_000), Float64Array.of(100, 10_100), 0);
    expect(toShown(idle, 100)).toBe(100);
    expect(toShown(idle, 10_000)).toBe(104);
    expect(toShown(idle, 10_100)).toBe(204);
    expect(toShown(noIdle, 10_100)).toBe(10_100);
  });
});

describe("the curve", () => {
  test("says how many were at work", () => {
    fc.assert(
      fc.property(spans, fc.nat(1100), (list, moment) => {
        const curve = curveOf(starts(list), ends(list));
        let at = -1;
        while (at + 1 < curve.at.length && (curve.at[at + 1] as number) <= moment) at++;
        const busy = list.filter(
          ({ start, took }) => start <= moment && (took === null || start + took > moment),
        );
        expect(at < 0 ? 0 : curve.count[at]).toBe(busy.length);
      }),
    );
  });

  test("and at most how many in each part", () => {
    const out = new Float32Array(4);
    peaks(curveOf(Float64Array.of(0, 5, 12), Float64Array.of(10, 8, Number.NaN)), 0, 20, out);
    expect([...out]).toEqual([1, 2, 1, 1]);
  });
});

const asked: Asked = {
  filter: everything,
  mode: "lanes",
  group: "step",
  sort: "start",
  down: false,
  collapseIdle: false,
  steps: ["start", "train", "join", "end"],
  now: 500,
};
const bars = (start: number, end: number, state = 1) => [{ state, start, end }];
const list: FakeTask[] = [
  { id: 1, step: "start", state: 1, created: 0, bars: bars(0, 10) },
  { id: 2, step: "train", state: 1, created: 12, index: [0], parents: [[1, 1]], bars: bars(12, 60) },
  {
    id: 3,
    step: "train",
    state: 2,
    created: 12,
    index: [1],
    value: "big",
    parents: [[1, 1]],
    bars: [
      { state: 2, start: 12, end: 30, failure: 5 },
      { state: 2, start: 40, end: 50, failure: 5 },
    ],
  },
  {
    id: 4,
    step: "train",
    state: 0,
    created: 50,
    index: [2],
    parents: [[1, 1]],
    bars: [{ state: 0, start: 55 }],
  },
  { id: 5, step: "join", state: 0x81, created: 60 },
];
const failures = [{ id: 5, kind: "ValueError", message: "row # is bad" }];
const tasks = withBlock(noTasks(), readBlock(fakeBlock(list, 1, true, failures)));

describe("layout", () => {
  test("steps are sections in the order of the graph, with those to come", () => {
    const { sections, laneFrom, kind, wait } = layoutOf(tasks, asked);
    expect(sections.map(({ name, tasks, lanes }) => [name, tasks, lanes[1] - lanes[0]])).toEqual([
      ["start", 1, 1],
      ["train", 3, 2],
      ["join", 1, 1],
      ["end", 0, 0],
    ]);
    expect([...laneFrom]).toEqual([0, 1, 2, 5, 6]);
    expect([...kind]).toEqual([1, 1, LOST_BAR, 2, 0, ADOPTED_BAR]);
    // Since its input was there; a second attempt since the end of the first.
    expect([wait[1], wait[3]]).toEqual([10, 30]);
  });

  test("a row for each task, in any order", () => {
    const rows = layoutOf(tasks, { ...asked, mode: "rows", sort: "duration", down: true });
    expect([...rows.rows]).toEqual([0, 3, 1, 2, 4]);
    expect(rows.laneFrom.length).toBe(6);
    const all = layoutOf(tasks, { ...asked, mode: "rows", group: "none", sort: "start" });
    expect([...all.rows]).toEqual([0, 1, 2, 3, 4]);
    expect([...all.slowest]).toEqual([3, 1, 0, 2]);
  });

  test("filters by state, step, words, failure", () => {
    const rows = (filter: Partial<Asked["filter"]>) => [
      ...layoutOf(tasks, { ...asked, filter: { ...everything, ...filter } }).rows,
    ];
    expect(rows({ statuses: ["failed"] })).toEqual([2]);
    expect(rows({ statuses: ["retried", "adopted"] })).toEqual([2, 4]);
    expect(rows({ steps: ["train"], statuses: ["done"] })).toEqual([1]);
    expect(rows({ text: "VALUEERR" })).toEqual([2]);
    expect(rows({ text: "Big" })).toEqual([2]);
    expect(rows({ text: "join" })).toEqual([4]);
    expect(rows({ failure: 5 })).toEqual([2]);
    expect(rows({ text: "nothing has this" })).toEqual([]);
  });

  test("no run at all", () => {
    const nothing = layoutOf(noTasks(), { ...asked, steps: [], collapseIdle: true });
    expect([nothing.sections, nothing.rows.length, nothing.curve.peak]).toEqual([[], 0, 0]);
  });
});
