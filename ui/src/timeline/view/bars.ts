/** Bars one by one, with their parts, marks and labels: for when there is room for them. */

import { duration } from "~/theme/format";
import { labelOf } from "../data/ask";
import { ADOPTED_BAR, type Layout, LOST_BAR } from "../data/layout";
import { DONE, FAILED, RUNNING, STOPPED, type Tasks } from "../data/tasks";
import { inLane } from "./hit";
import { FONT, fitting, type Pen, stripes, widthOf } from "./pen";
import type { Scale } from "./raster";

/** Where a bar is, in pixels. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Draws the bars of a lane; `top` and `height` are the lane's. */
export function drawLane(
  pen: Pen,
  tasks: Tasks,
  layout: Layout,
  lane: number,
  scale: Scale,
  top: number,
  height: number,
): void {
  const [first, past] = inLane(layout, lane, scale.from, scale.from + pen.width / scale.by);
  for (let item = first; item < past; item++) {
    const free =
      item > (layout.laneFrom[lane] as number) ? (layout.to[item - 1] as number) : Number.NEGATIVE_INFINITY;
    waiting(pen, layout, item, scale, top, height, free);
    const box = boxOf(pen, layout, item, scale, top, height);
    if (box.x > pen.width || box.x + box.width < 0) continue;
    drawBar(pen, tasks, layout, item, scale, box);
  }
}

/** Draws one bar in its box. */
export function drawBar(pen: Pen, tasks: Tasks, layout: Layout, item: number, scale: Scale, box: Box): void {
  const { context } = pen;
  context.font = FONT;
  context.textBaseline = "middle";
  bar(pen, layout, item, box);
  parts(pen, layout, item, scale, box);
  label(pen, tasks, layout, item, box);
}

/** A bar's own box: with a hair between it and its neighbours. */
export function boxOf(
  pen: Pen,
  layout: Layout,
  item: number,
  scale: Scale,
  top: number,
  height: number,
): Box {
  const from = layout.from[item] as number;
  const to = Math.min(layout.to[item] as number, Math.max(scale.now, from));
  const x = (from - scale.from) * scale.by;
  const end = (to - scale.from) * scale.by;
  const kind = layout.kind[item] as number;
  const least = kind === FAILED || kind === LOST_BAR ? 2.5 : kind === ADOPTED_BAR ? 6 : 1.5;
  const gap = end - x > 4 ? 0.5 : 0;
  const inset = height > 12 ? 3 : height > 6 ? 1 : 0;
  const low = kind === LOST_BAR && height > 6 ? (height - 2 * inset) * 0.38 : 0;
  // Canvases take no numbers that are far outside.
  const left = Math.max(-20, x + gap);
  const right = Math.min(pen.width + 20, Math.max(end - gap, x + least));
  return { x: left, y: top + inset + low, width: right - left, height: height - 2 * inset - low };
}

/** The time a task waited, as a line to its bar; as far back as the lane is free. */
function waiting(
  pen: Pen,
  layout: Layout,
  item: number,
  scale: Scale,
  top: number,
  height: number,
  free: number,
): void {
  const since = Math.max(layout.wait[item] as number, free);
  const until = layout.from[item] as number;
  const from = Math.max(-20, (since - scale.from) * scale.by + 1);
  const to = Math.min(pen.width + 20, (until - scale.from) * scale.by);
  if (to - from < 2) return;
  const middle = Math.round(top + height / 2);
  const { context } = pen;
  context.strokeStyle = pen.colours.queued;
  context.lineWidth = 1;
  context.setLineDash([2, 2]);
  context.beginPath();
  context.moveTo(from, middle + 0.5);
  context.lineTo(to, middle + 0.5);
  context.stroke();
  context.setLineDash([]);
  if ((layout.wait[item] as number) >= free && height > 8) context.fillRect(from, middle - 2, 1, 5);
}

function bar(pen: Pen, layout: Layout, item: number, box: Box): void {
  const { context, colours } = pen;
  const kind = layout.kind[item] as number;
  const colour = colours.bar[kind] as string;
  context.fillStyle = colour;
  if (kind === DONE || kind === FAILED || kind === RUNNING) {
    rounded(context, box);
  } else {
    context.globalAlpha = 0.3;
    rounded(context, box);
    context.globalAlpha = 1;
    context.fillStyle = stripes(pen, colour, kind === ADOPTED_BAR ? "\\" : "/");
    rounded(context, box);
    if (box.width > 5) {
      context.strokeStyle = colour;
      context.lineWidth = 1;
      context.strokeRect(box.x + 0.5, box.y + 0.5, box.width - 1, box.height - 1);
    }
  }
  if (box.height >= 9) mark(pen, kind, box);
}

function rounded(context: CanvasRenderingContext2D, { x, y, width, height }: Box): void {
  if (width < 6 || height < 6) {
    context.fillRect(x, y, width, height);
    return;
  }
  context.beginPath();
  context.roundRect(x, y, width, height, 2.5);
  context.fill();
}

/** How wide the mark at the end of a bar is. */
const MARK = 13;

/** A state's own shape, at the end of its bar: a cross, a square, or an open end. */
function mark(pen: Pen, kind: number, box: Box): void {
  if (box.width < MARK + 3 || kind === DONE || kind === ADOPTED_BAR) return;
  const { context } = pen;
  const x = box.x + box.width - MARK / 2 - 1;
  const y = box.y + box.height / 2;
  context.strokeStyle = context.fillStyle =
    kind === LOST_BAR || kind === STOPPED ? pen.colours.text : (pen.colours.on[kind] as string);
  context.lineWidth = 1.6;
  context.beginPath();
  if (kind === FAILED || kind === LOST_BAR) {
    for (const way of [1, -1]) {
      context.moveTo(x - 2.8, y - 2.8 * way);
      context.lineTo(x + 2.8, y + 2.8 * way);
    }
  } else if (kind === RUNNING) {
    context.moveTo(x - 1.5, y - 3);
    context.lineTo(x + 2, y);
    context.lineTo(x - 1.5, y + 3);
  } else {
    context.rect(x - 2.2, y - 2.2, 4.4, 4.4);
  }
  context.stroke();
}

/** What came before and after the code of the user: lighter, with an edge. */
function parts(pen: Pen, layout: Layout, item: number, scale: Scale, box: Box): void {
  const code = ((layout.code[item] as number) - scale.from) * scale.by;
  const saving = ((layout.saving[item] as number) - scale.from) * scale.by;
  const end = box.x + box.width;
  const { context, colours } = pen;
  context.fillStyle = colours.background;
  const veil = (from: number, to: number, edge: number) => {
    if (to - from < 1) return;
    context.globalAlpha = 0.42;
    context.fillRect(from, box.y, to - from, box.height);
    context.globalAlpha = 0.9;
    context.fillRect(edge, box.y, 1, box.height);
    context.globalAlpha = 1;
  };
  if (code > box.x + 1) veil(box.x, Math.min(code, end), Math.min(code, end) - 1);
  if (saving < end - 1) veil(Math.max(saving, box.x), end, Math.max(saving, box.x));
}

/** What the bar is called, then how long it took; in what is seen of it. */
function label(pen: Pen, tasks: Tasks, layout: Layout, item: number, box: Box): void {
  if (box.height < 11) return;
  const { context } = pen;
  const kind = layout.kind[item] as number;
  const left = Math.max(box.x, 0) + 5;
  const marked = kind !== DONE && kind !== ADOPTED_BAR ? MARK : 3;
  const room = Math.min(box.x + box.width, pen.width) - marked - left;
  if (room < 12) return;
  const name = labelOf(tasks, layout.task[item] as number);
  const shown = fitting(context, name, room);
  context.fillStyle =
    kind === DONE || kind === FAILED || kind === RUNNING
      ? (pen.colours.on[kind] as string)
      : pen.colours.text;
  const y = box.y + box.height / 2 + 0.5;
  if (shown !== "") context.fillText(shown, left, y);
  if (shown !== name || Number.isFinite(layout.to[item] as number) === false) return;
  const used = name === "" ? 0 : widthOf(context, name) + 8;
  const time = duration((layout.to[item] as number) - (layout.from[item] as number));
  if (used + widthOf(context, time) > room) return;
  context.globalAlpha = name === "" ? 1 : 0.75;
  context.fillText(time, left + used, y);
  context.globalAlpha = 1;
}
