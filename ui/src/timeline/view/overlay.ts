/** The upper canvas: what is pointed at, chosen or highlighted. It is redrawn without the bars below. */

import { NONE } from "../data/ask";
import type { Layout } from "../data/layout";
import { boxOf, drawBar } from "./bars";
import type { Picture } from "./base";
import type { Place } from "./geometry";
import { type Area, laneOf, laneTop, placeOfLane } from "./hit";
import type { Pen } from "./pen";

/** What is drawn over the bars. */
export interface Marks {
  /** The bar that is pointed at, and the task the keyboard is at; -1 for none. */
  hover: number;
  cursor: number;
  /** Where the pointer is; NaN if it is not here. */
  pointer: number;
  area: Area | undefined;
  /** First bars of the tasks of the critical path, in order. */
  path: Uint32Array;
  /** First bars of the slowest tasks, the slowest first. */
  slow: Uint32Array;
  /** Something goes on: now is shown. */
  live: boolean;
}

/** Nothing is marked. */
export const noMarks: Marks = {
  hover: -1,
  cursor: -1,
  pointer: Number.NaN,
  area: undefined,
  path: new Uint32Array(0),
  slow: new Uint32Array(0),
  live: false,
};

/** Draws what is marked. */
export function drawOverlay(pen: Pen, picture: Picture, marks: Marks): void {
  const { context } = pen;
  context.setTransform(pen.ratio, 0, 0, pen.ratio, 0, 0);
  context.clearRect(0, 0, pen.width, pen.height);
  if (marks.path.length > 0 || marks.slow.length > 0) highlight(pen, picture, marks);
  if (marks.live) nowLine(pen, picture);
  if (!Number.isNaN(marks.pointer)) {
    context.fillStyle = pen.colours.strong;
    context.fillRect(Math.round(marks.pointer), 0, 1, pen.height);
  }
  if (marks.hover >= 0) outline(pen, picture, marks.hover, pen.colours.text, 1.5);
  if (marks.cursor >= 0) {
    for (const item of itemsFrom(picture.layout, marks.cursor)) {
      outline(pen, picture, item, pen.colours.accent, 2);
    }
  }
  if (marks.area) drawArea(pen, picture, marks.area);
}

/** A bar's box where it is drawn now; none if it is in no lane that is shown. */
export function boxNow(pen: Pen, picture: Picture, item: number) {
  const lane = laneOf(picture.layout, item);
  const place = placeOfLane(picture.geometry, lane);
  if (!place || place.form === "heat") return undefined;
  const [top, height] = laneAt(place, lane);
  return boxOf(pen, picture.layout, item, picture.scale, top - picture.scroll, height);
}

function laneAt(place: Place, lane: number): [number, number] {
  // In a folded step lanes lie over each other: thin, and a few of them side by side.
  if (place.form === "folded") return [place.top + 8 + ((lane - place.section.lanes[0]) % 5) * 5, 4];
  const inset = place.form === "line" ? 3 : 0;
  return [laneTop(place, lane) + inset, place.lane - 2 * inset];
}

/** All bars of the task whose first bar is `item`. */
export function itemsFrom(layout: Layout, item: number): number[] {
  const row = layout.task[item];
  const items = [item];
  for (let next = item + 1; layout.bar[next] !== NONE && layout.task[next] === row; next++) items.push(next);
  return items;
}

function outline(pen: Pen, picture: Picture, item: number, colour: string, width: number): void {
  const box = boxNow(pen, picture, item);
  if (!box) return;
  const { context } = pen;
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.strokeRect(box.x - width / 2, box.y - width / 2, box.width + width, box.height + width);
}

/** Everything else steps back; what is highlighted is drawn again, with the way from one to the next. */
function highlight(pen: Pen, picture: Picture, marks: Marks): void {
  const { context, colours } = pen;
  context.globalAlpha = 0.72;
  context.fillStyle = colours.background;
  context.fillRect(0, 0, pen.width, pen.height);
  context.globalAlpha = 1;
  for (const [rank, first] of [...marks.path, ...marks.slow].entries()) {
    const slow = rank >= marks.path.length;
    for (const item of itemsFrom(picture.layout, first)) {
      const box = boxNow(pen, picture, item);
      if (!box || box.x > pen.width || box.x + box.width < 0) continue;
      drawBar(pen, picture.tasks, picture.layout, item, picture.scale, box);
      context.lineWidth = 1.5;
      context.strokeStyle = slow ? colours.dim : colours.accent;
      context.strokeRect(box.x - 1, box.y - 1, box.width + 2, box.height + 2);
    }
  }
  way(pen, picture, marks.path);
}

/** The way of the critical path: from the end of each task to the beginning of the next. */
function way(pen: Pen, picture: Picture, path: Uint32Array): void {
  const { context } = pen;
  context.strokeStyle = pen.colours.accent;
  context.lineWidth = 1.5;
  context.beginPath();
  let before: { x: number; y: number } | undefined;
  for (const first of path) {
    const items = itemsFrom(picture.layout, first);
    const from = boxNow(pen, picture, first);
    const to = boxNow(pen, picture, items.at(-1) ?? first);
    if (!from || !to) continue;
    const y = from.y + from.height / 2;
    if (before) {
      context.moveTo(before.x, before.y);
      context.lineTo(before.x, y);
      context.lineTo(from.x, y);
    }
    before = { x: to.x + to.width, y };
  }
  context.stroke();
}

function nowLine(pen: Pen, { scale }: Picture): void {
  const x = Math.round((scale.now - scale.from) * scale.by);
  if (x < 0 || x > pen.width) return;
  const { context, colours } = pen;
  context.fillStyle = colours.curve;
  context.fillRect(x, 0, 1, pen.height);
}

function drawArea(pen: Pen, { scale, scroll }: Picture, area: Area): void {
  const { context, colours } = pen;
  const x = (area.from - scale.from) * scale.by;
  const width = (area.to - area.from) * scale.by;
  context.fillStyle = context.strokeStyle = colours.accent;
  context.globalAlpha = 0.12;
  context.fillRect(x, area.top - scroll, width, area.bottom - area.top);
  context.globalAlpha = 0.9;
  context.lineWidth = 1;
  context.strokeRect(Math.round(x) + 0.5, Math.round(area.top - scroll) + 0.5, width, area.bottom - area.top);
  context.globalAlpha = 1;
}
