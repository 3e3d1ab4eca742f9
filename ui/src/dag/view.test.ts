import fc from "fast-check";
import { expect, test } from "vitest";
import { fitted, neighbour, read, showing, written, zoomed } from "./view";

const number = fc.double({ min: -5000, max: 5000, noNaN: true });
const scale = fc.double({ min: 0.1, max: 3, noNaN: true });
const views = fc.record({ x: number, y: number, k: scale });

test("zooming keeps the point under the pointer", () => {
  fc.assert(
    fc.property(views, scale, number, number, (view, by, x, y) => {
      const next = zoomed(view, by, x, y);
      expect((x - next.x) / next.k).toBeCloseTo((x - view.x) / view.k, 3);
      expect((y - next.y) / next.k).toBeCloseTo((y - view.y) / view.k, 3);
    }),
  );
});

test("a view comes back from its address", () => {
  fc.assert(
    fc.property(views, (view) => {
      const back = read(written(view));
      expect(Math.abs((back?.x ?? 0) - view.x)).toBeLessThanOrEqual(0.5);
      expect(Math.abs((back?.k ?? 0) - view.k)).toBeLessThanOrEqual(0.001);
    }),
  );
  for (const bad of [undefined, 7, "", "1_2", "a_b_c", "1_2_0", "1_2_-1"]) expect(read(bad)).toBeUndefined();
});

test("what is fitted is no larger than life and in the middle", () => {
  expect(fitted({ width: 100, height: 100 }, 300, 200)).toEqual({ k: 1, x: 100, y: 50 });
  expect(fitted({ width: 1000, height: 100 }, 500, 200)).toEqual({ k: 0.5, x: 0, y: 75 });
});

test("a step is brought into sight, one that is in sight stays", () => {
  const rect = { x: 500, y: 10, w: 100, h: 50 };
  expect(showing({ x: 0, y: 20, k: 1 }, rect, 400, 300)).toEqual({ x: -216, y: 20, k: 1 });
  expect(showing({ x: -300, y: 20, k: 1 }, rect, 400, 300)).toEqual({ x: -300, y: 20, k: 1 });
});

test("arrow keys go along the ways, and aside", () => {
  const node = (step: string, x: number, y: number) => ({ step, x, y, w: 10, h: 10, repeats: null });
  const nodes = [node("a", 0, 0), node("b", -50, 100), node("c", 50, 100), node("d", 0, 200)];
  const ways = ["ab", "ac", "bd", "cd"].map(([from = "", to = ""]) => ({ from, to, label: "", points: [] }));
  const go = (from: number, key: string) =>
    neighbour({ nodes, edges: ways }, nodes[from] ?? node("", 0, 0), key)?.step;
  expect([go(0, "ArrowDown"), go(1, "ArrowRight"), go(1, "ArrowDown"), go(2, "ArrowUp")]).toEqual([
    "b",
    "c",
    "d",
    "a",
  ]);
  expect(go(0, "ArrowUp")).toBeUndefined();
});
