/** A folded step: how many of its tasks ran at each moment, and each failure. */

import { ADOPTED_BAR, type Layout, LOST_BAR, type Section } from "../data/layout";
import { DONE, FAILED, RUNNING, STOPPED } from "../data/tasks";
import type { Pen } from "./pen";
import type { Scale } from "./raster";

/** For each pixel: how many ran, and how many of them in each of four states; kept between frames. */
const changes = new Map<number, Int32Array>();

function row(width: number, key: number): Int32Array {
  const known = changes.get(key);
  if (known && known.length >= width + 2) return known.fill(0);
  const made = new Int32Array(width + 2);
  changes.set(key, made);
  return made;
}

/** Draws the density of a section between two heights. */
export function drawDensity(
  pen: Pen,
  layout: Layout,
  section: Section,
  scale: Scale,
  top: number,
  bottom: number,
): void {
  const width = Math.ceil(pen.width);
  const [well, work, bad] = [row(width, 0), row(width, 1), row(width, 2)];
  for (let i = section.items[0]; i < section.items[1]; i++) {
    const from = layout.from[i] as number;
    const to = Math.min(layout.to[i] as number, Math.max(scale.now, from));
    const a = Math.max(0, Math.floor((from - scale.from) * scale.by));
    const b = Math.min(width, Math.floor((to - scale.from) * scale.by) + 1);
    if (b <= a) continue;
    const kind = layout.kind[i] as number;
    const into = kind === RUNNING ? work : kind === DONE || kind === ADOPTED_BAR ? well : bad;
    into[a] = (into[a] as number) + 1;
    into[b] = (into[b] as number) - 1;
  }
  columns(pen, [well, work, bad], top, bottom, width);
  failures(pen, layout, section, scale, top, bottom);
}

/** Columns as high as many ran, against the most that ever ran in what is seen. */
function columns(
  pen: Pen,
  rows: [Int32Array, Int32Array, Int32Array],
  top: number,
  bottom: number,
  width: number,
): void {
  let most = 0;
  const sums = [0, 0, 0];
  for (let x = 0; x < width; x++) {
    for (const [k, values] of rows.entries())
      values[x] = sums[k] = (sums[k] as number) + (values[x] as number);
    most = Math.max(most, (sums[0] as number) + (sums[1] as number) + (sums[2] as number));
  }
  if (most === 0) return;
  const { context, colours } = pen;
  const high = bottom - top;
  const shades = [colours.bar[DONE], colours.bar[RUNNING], colours.bar[STOPPED]];
  const base = new Float32Array(width);
  for (const [k, values] of rows.entries()) {
    context.fillStyle = (k === 2 ? colours.bar[FAILED] : shades[k]) as string;
    context.globalAlpha = 0.72;
    for (let x = 0; x < width; x++) {
      const count = values[x] as number;
      if (count === 0) continue;
      // Even one of five hundred is seen.
      const height = Math.max((count / most) * high, 1.5);
      const under = base[x] as number;
      context.fillRect(x, Math.max(top, bottom - under - height), 1, height);
      base[x] = under + height;
    }
  }
  context.globalAlpha = 1;
}

/** Each failure as a mark above the columns: no two are merged into nothing. */
function failures(
  pen: Pen,
  layout: Layout,
  section: Section,
  scale: Scale,
  top: number,
  bottom: number,
): void {
  const { context, colours } = pen;
  let last = -10;
  for (let i = section.items[0]; i < section.items[1]; i++) {
    const kind = layout.kind[i] as number;
    if (kind !== FAILED && kind !== LOST_BAR) continue;
    const to = Math.min(layout.to[i] as number, scale.now);
    const x = (to - scale.from) * scale.by;
    if (x < -4 || x > pen.width + 4) continue;
    context.fillStyle = colours.bar[FAILED] as string;
    if (kind === FAILED) {
      context.fillRect(x - 0.75, top, 1.5, bottom - top);
      if (Math.abs(x - last) < 2) continue;
      last = x;
      context.beginPath();
      context.moveTo(x - 3.5, top - 5);
      context.lineTo(x + 3.5, top - 5);
      context.lineTo(x, top);
      context.fill();
    } else {
      context.fillRect(x - 0.75, bottom - 4, 1.5, 4);
    }
  }
}

/** A step's whole time as a hair, from its first task to its last. */
export function drawEnvelope(pen: Pen, section: Section, scale: Scale, y: number): void {
  if (Number.isNaN(section.from)) return;
  const from = Math.max(-5, (section.from - scale.from) * scale.by);
  const end = Math.min(section.to, Math.max(scale.now, section.from));
  const to = Math.min(pen.width + 5, Math.max(from + 1, (end - scale.from) * scale.by));
  if (to < 0 || from > pen.width) return;
  const { context, colours } = pen;
  context.fillStyle = section.counts.failed > 0 ? colours.failed : colours.strong;
  context.fillRect(from, y, to - from, 1.5);
  context.fillRect(from, y - 3, 1.5, 6);
  if (Number.isFinite(section.to)) context.fillRect(to - 1.5, y - 3, 1.5, 6);
}
