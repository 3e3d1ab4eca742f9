import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FakeTask, fakeBlock } from "../data/fake";
import { everything } from "../data/filter";
import { readBlock } from "../data/format";
import { type Asked, layoutOf } from "../data/layout";
import { withBlock } from "../data/merge";
import { noTasks } from "../data/tasks";
import { areaText, heatText, listText, viewOf } from "../search";
import { tickStep, tickText, whole, within, zoomed } from "./camera";
import { gone, nextFailure } from "./cursor";
import { placed, visible } from "./geometry";
import { atTime, cellAt, inArea, inLane, laneAt, laneOf, laneTop, placeAt } from "./hit";

const asked: Asked = {
  filter: everything,
  mode: "lanes",
  group: "step",
  sort: "start",
  down: false,
  collapseIdle: false,
  steps: [],
  now: 2000,
};
const shape = {
  folded: new Set<string>(),
  heat: new Set<string>(),
  lane: 10,
  rows: false,
  width: 500,
  height: 300,
};

const bars = fc.array(fc.record({ start: fc.nat(1000), took: fc.nat(90), failed: fc.boolean() }), {
  minLength: 1,
});
const tasksOf = (list: { start: number; took: number; failed: boolean }[]) =>
  withBlock(
    noTasks(),
    readBlock(
      fakeBlock(
        list.map(({ start, took, failed }, i): FakeTask => {
          const state = failed ? 2 : 1;
          return {
            id: i + 1,
            step: i % 3 ? "train" : "load",
            state,
            created: start,
            bars: [{ state, start, end: start + took }],
          };
        }),
      ),
    ),
  );

describe("what is under the pointer", () => {
  test("is the bar that is there, in any lane at any time", () => {
    fc.assert(
      fc.property(bars, fc.nat(1200), fc.nat(), (list, time, pick) => {
        const layout = layoutOf(tasksOf(list), asked);
        const lanes = layout.laneFrom.length - 1;
        const lane = pick % lanes;
        const items = Array.from(layout.from, (_, i) => i).filter((i) => laneOf(layout, i) === lane);
        const there = items.filter(
          (i) => (layout.from[i] as number) <= time && (layout.to[i] as number) >= time,
        );
        const hit = atTime(layout, lane, time, 0.5, 2000);
        if (there.length === 0) expect(hit).toBe(-1);
        else expect(there).toContain(hit);
        const [low, high] = inLane(layout, lane, time, time + 50);
        for (const i of items) {
          const seen = (layout.from[i] as number) < time + 50 && (layout.to[i] as number) >= time;
          if (seen) expect(i >= low && i < high).toBe(true);
        }
      }),
    );
  });

  test("every lane is where it is drawn, and sections do not overlap", () => {
    fc.assert(
      fc.property(bars, fc.boolean(), (list, rows) => {
        const layout = layoutOf(tasksOf(list), { ...asked, mode: rows ? "rows" : "lanes" });
        const geometry = placed(layout, { ...shape, rows });
        let bottom = 0;
        for (const place of geometry.places) {
          expect(place.top).toBe(bottom);
          bottom += place.height;
          for (let lane = place.section.lanes[0]; lane < place.section.lanes[1]; lane++) {
            const y = laneTop(place, lane) + 1;
            expect(placeAt(geometry, y)).toBe(place);
            expect(laneAt(place, y)).toBe(lane);
          }
        }
        expect(geometry.height).toBe(bottom);
        expect(visible(geometry, 0, bottom)).toHaveLength(geometry.places.length);
      }),
    );
  });

  test("an area has the tasks that reach into it, of whatever steps it covers", () => {
    fc.assert(
      fc.property(bars, fc.nat(1000), fc.nat(200), (list, at, more) => {
        // Between whole numbers: whether an edge belongs to it makes no difference to anybody.
        const [from, length] = [at + 0.25, more + 0.5];
        const tasks = tasksOf(list);
        const layout = layoutOf(tasks, asked);
        const geometry = placed(layout, shape);
        const rows = inArea(
          layout,
          geometry,
          { from, to: from + length, top: 0, bottom: geometry.height },
          2000,
        );
        const base = Math.min(...list.map(({ start }) => start));
        const expected = list.flatMap(({ start, took }, i) =>
          start - base <= from + length && start - base + took >= from ? [i] : [],
        );
        expect([...rows]).toEqual(expected);
      }),
    );
  });

  test("cells of a map are counted row by row", () => {
    const list = Array.from({ length: 90 }, (_, i) => ({ start: i, took: 5, failed: false }));
    const layout = layoutOf(tasksOf(list), asked);
    const geometry = placed(layout, { ...shape, heat: new Set(["train"]) });
    const place = geometry.places.find(({ section }) => section.name === "train");
    if (!place) throw new Error("no map");
    expect([place.form, place.cell, place.columns]).toEqual(["heat", 16, 30]);
    expect(cellAt(place, 17, place.body + 1)).toBe(1);
    expect(cellAt(place, 1, place.body + 17)).toBe(30);
    expect(cellAt(place, 499, place.body + 1)).toBe(undefined);
    expect(cellAt(place, 1, place.body + 40)).toBe(undefined);
  });
});

describe("the keyboard", () => {
  const list = [0, 1, 2, 3].map((i) => ({ start: 10 * i, took: 15, failed: i === 2 }));
  const tasks = tasksOf(list);
  const layout = layoutOf(tasks, asked);
  const geometry = placed(layout, shape);
  test("comes to every bar and stays within", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("left", "right", "up", "down", "first", "last" as const)),
        (ways) => {
          let item = 0;
          for (const way of ways) {
            item = gone(layout, geometry, item, way, 2000);
            expect(item).toBeGreaterThanOrEqual(0);
            expect(item).toBeLessThan(layout.task.length);
          }
        },
      ),
    );
  });
  test("finds what failed from anywhere", () => {
    for (let item = -1; item < 4; item++) expect(layout.kind[nextFailure(layout, item)]).toBe(2);
  });
});

describe("the camera", () => {
  test("stays within the run, and zooming keeps what is pointed at", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        fc.double({ min: 1, max: 1e9, noNaN: true }),
        fc.double({ min: 0.1, max: 8, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (from, length, factor, at) => {
          const view = within({ from, to: from + length }, 5e7);
          const all = whole(5e7);
          expect(view.from).toBeGreaterThanOrEqual(all.from - 1e-6);
          expect(view.to).toBeLessThanOrEqual(all.to + 1e-3);
          const next = zoomed(view, factor, at);
          const point = (of: { from: number; to: number }) => of.from + (of.to - of.from) * at;
          expect(Math.abs(point(next) - point(view))).toBeLessThan(1);
        },
      ),
    );
  });

  test("marks of time are round, and few", () => {
    expect([tickStep(1e6, 10), tickStep(90e6, 10), tickStep(7200e6, 10)]).toEqual([100_000, 10e6, 900e6]);
    expect([tickText(0, 1e6), tickText(1500, 500), tickText(250_000, 50_000)]).toEqual([
      "0",
      "1.5 ms",
      "250 ms",
    ]);
    expect([tickText(1_500_000, 500_000), tickText(125e6, 5e6), tickText(7325e6, 60e6)]).toEqual([
      "1.5 s",
      "2:05",
      "2:02:05",
    ]);
  });
});

test("an address says everything, and nonsense in it says nothing", () => {
  const name = "a,b:c%2C 🚂";
  const view = viewOf({
    t0: "1.5",
    t1: "x",
    folded: listText([name, "end"]),
    heat: heatText(new Map([[name, "duration"]])),
    area: areaText({ from: 1, to: 2.5, top: 10, bottom: 20 }),
    status: "failed,nonsense",
    sort: "-duration",
    lane: "99",
  });
  expect(view).toMatchObject({
    t0: 1.5,
    t1: undefined,
    folded: [name, "end"],
    sort: "duration",
    down: true,
    lane: 22,
  });
  expect(view.heat.get(name)).toBe("duration");
  expect(view.area).toEqual({ from: 1, to: 2.5, top: 10, bottom: 20 });
  expect(view.filter.statuses).toEqual(["failed"]);
  expect(viewOf({ area: "2~1~3~4", step: "train" })).toMatchObject({
    area: undefined,
    filter: { steps: ["train"] },
  });
});
