/** Where the keyboard goes: from bar to bar, from lane to lane, from failure to failure. */

import { NONE } from "../data/ask";
import type { Layout } from "../data/layout";
import { FAILED } from "../data/tasks";
import type { Geometry } from "./geometry";
import { atTime, laneOf } from "./hit";

/** A way to go. */
export type Way = "left" | "right" | "up" | "down" | "first" | "last";

/** The first bar of the same task. */
export function firstOf(layout: Layout, item: number): number {
  let first = item;
  while (first > 0 && layout.task[first - 1] === layout.task[item] && layout.bar[first] !== NONE) first--;
  return first;
}

/** The bar of the next task that way; the same if there is none. */
export function gone(layout: Layout, geometry: Geometry, item: number, way: Way, now: number): number {
  const lane = laneOf(layout, item);
  const row = layout.task[item];
  if (way === "left" || way === "right") {
    const by = way === "left" ? -1 : 1;
    let next = item;
    while (layout.task[next] === row) next += by;
    const there = next >= 0 && next < layout.task.length;
    return there ? firstOf(layout, next) : item;
  }
  const lanes = shownLanes(geometry);
  const at = lanes.indexOf(lane);
  const to = { up: at - 1, down: at + 1, first: 0, last: lanes.length - 1 }[way];
  const other = lanes[Math.max(0, Math.min(lanes.length - 1, to))];
  if (other === undefined || other === lane) return item;
  const middle = ((layout.from[item] as number) + Math.min(layout.to[item] as number, now)) / 2;
  const hit = atTime(layout, other, middle, Number.POSITIVE_INFINITY, now);
  return hit < 0 ? firstOf(layout, layout.laneFrom[other] as number) : firstOf(layout, hit);
}

/** Lanes in the order they are shown, without those of folded steps. */
function shownLanes(geometry: Geometry): number[] {
  return geometry.places.flatMap(({ form, section }) => {
    if (form === "folded") return [];
    const [first, past] = section.lanes;
    return Array.from({ length: past - first }, (_, i) => first + i);
  });
}

/** The next bar that failed after this one, round and round; -1 if none did. */
export function nextFailure(layout: Layout, item: number): number {
  const { length } = layout.kind;
  for (let step = 1; step <= length; step++) {
    const at = (Math.max(item, -1) + step) % length;
    if (layout.kind[at] === FAILED && layout.task[at] !== layout.task[item]) return firstOf(layout, at);
  }
  return item >= 0 && layout.kind[item] === FAILED ? item : -1;
}
