/** What is under the pointer, and what is in an area. */

import { lowerBound } from "../data/ask";
import type { Layout } from "../data/layout";
import type { Geometry, Place } from "./geometry";

/** A bar by its place in the layout, in a lane. */
export interface Hit {
  item: number;
  lane: number;
}

/** The bars of a lane that reach into a time; waiting counts. Of bars that ascend and do not overlap. */
export function inLane(layout: Layout, lane: number, from: number, to: number): [number, number] {
  const first = layout.laneFrom[lane] as number;
  const past = layout.laneFrom[lane + 1] as number;
  let low = lowerStart(layout.from, from, first, past);
  // The one before may reach into it; where clocks disagree, the one before that.
  for (let back = 0; back < 2 && low > first && (layout.to[low - 1] as number) >= from; back++) low--;
  let high = lowerStart(layout.from, to, low, past);
  // What begins later may have been waiting.
  if (high < past && (layout.wait[high] as number) < to) high++;
  return [low, high];
}

/** The first place from which on bars begin at or after a time. */
function lowerStart(from: Float64Array, time: number, first: number, past: number): number {
  let low = first;
  let high = past;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((from[middle] as number) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The bar of a lane at a time, or the nearest within `slack`. */
export function atTime(layout: Layout, lane: number, time: number, slack: number, now: number): number {
  const [low, high] = inLane(layout, lane, time - slack, time + slack);
  let best = -1;
  let least = slack;
  for (let i = low; i < high; i++) {
    const from = layout.from[i] as number;
    const to = Math.min(layout.to[i] as number, Math.max(now, from));
    const away = time < from ? from - time : time > to ? time - to : 0;
    if (away <= least && !(away > 0 && best >= 0)) {
      best = i;
      least = away;
    }
  }
  return best;
}

/** The section at a height. */
export function placeAt(geometry: Geometry, y: number): Place | undefined {
  return geometry.places.find((place) => y >= place.top && y < place.top + place.height);
}

/** The lane at a height; none where there is no lane. */
export function laneAt(place: Place, y: number): number | undefined {
  const [first, past] = place.section.lanes;
  if (place.form === "line") return first < past ? first : undefined;
  if (place.form !== "lanes" || y < place.body) return undefined;
  const lane = first + Math.floor((y - place.body) / place.lane);
  return lane < past ? lane : undefined;
}

/** The cell of a heat map, as the number of a task in its section. */
export function cellAt(place: Place, x: number, y: number): number | undefined {
  if (place.form !== "heat" || y < place.body || x < 0) return undefined;
  const column = Math.floor(x / place.cell);
  const cell = Math.floor((y - place.body) / place.cell) * place.columns + column;
  return column < place.columns && cell < place.section.tasks ? cell : undefined;
}

/** Where a lane is: the top of its bar. */
export function laneTop(place: Place, lane: number): number {
  return place.form === "line" ? place.top : place.body + (lane - place.section.lanes[0]) * place.lane;
}

/** A part of the timeline: a time, and heights. */
export interface Area {
  from: number;
  to: number;
  top: number;
  bottom: number;
}

/** Rows of the tasks that have a bar in an area; those of folded steps by their time alone. */
export function inArea(layout: Layout, geometry: Geometry, area: Area, now: number): Uint32Array {
  const rows: number[] = [];
  for (const place of geometry.places) {
    if (place.top >= area.bottom || place.top + place.height <= area.top) continue;
    const [first, past] = place.section.lanes;
    for (let lane = first; lane < past; lane++) {
      if (place.form === "lanes") {
        const top = laneTop(place, lane);
        if (top + place.lane <= area.top || top >= area.bottom) continue;
      }
      const [low, high] = inLane(layout, lane, area.from, area.to);
      for (let i = low; i < high; i++) {
        const to = Math.min(layout.to[i] as number, Math.max(now, layout.from[i] as number));
        if ((layout.from[i] as number) <= area.to && to >= area.from) rows.push(layout.task[i] as number);
      }
    }
  }
  return Uint32Array.from(new Set(rows)).sort();
}

/** The first bar of a task; -1 if it is not shown. Sections are searched one after another. */
export function itemOf(layout: Layout, row: number): number {
  return layout.task.indexOf(row);
}

/** The lane a bar is in. */
export function laneOf(layout: Layout, item: number): number {
  // The last lane that begins at or before it; lanes are never empty.
  return lowerBound(layout.laneFrom, item + 1) - 1;
}

/** The section a lane belongs to, in its place. */
export function placeOfLane(geometry: Geometry, lane: number): Place | undefined {
  return geometry.places.find(({ section }) => lane >= section.lanes[0] && lane < section.lanes[1]);
}
