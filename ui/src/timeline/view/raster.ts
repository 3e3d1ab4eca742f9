/**
 * Bars as pixels, for when more are seen than can be drawn one by one: a line of pixels for each lane, copied as often as the lane is
 * high. A failure is never hidden by what surrounds it: it is drawn last, at least two pixels wide, and higher than other bars.
 */

import type { Layout } from "../data/layout";
import { LOST_BAR } from "../data/layout";
import { FAILED, STOPPED } from "../data/tasks";
import { inLane } from "./hit";

/** What a picture is made of. */
export interface Raster {
  pixels: Uint32Array;
  width: number;
  height: number;
}

/** Time to pixels of the picture. */
export interface Scale {
  from: number;
  /** Pixels for a µs. */
  by: number;
  now: number;
}

/** Three lines of a lane's pixels: where only failures are, the upper part, and the lower one, where lost attempts are too. */
export interface Lines {
  outer: Uint32Array;
  upper: Uint32Array;
  lower: Uint32Array;
}

/** Lines for pictures of this width. */
export function linesOf(width: number): Lines {
  return { outer: new Uint32Array(width), upper: new Uint32Array(width), lower: new Uint32Array(width) };
}

/** Draws a lane between two heights of the picture, in its pixels. */
export function rasterLane(
  raster: Raster,
  lines: Lines,
  layout: Layout,
  lane: number,
  scale: Scale,
  colours: Uint32Array,
  top: number,
  bottom: number,
): void {
  lines.outer.fill(0);
  lines.upper.fill(0);
  lines.lower.fill(0);
  const [first, past] = inLane(layout, lane, scale.from, scale.from + raster.width / scale.by);
  let bad = false;
  for (let i = first; i < past; i++) {
    const kind = layout.kind[i] as number;
    if (kind === FAILED || kind === STOPPED || kind === LOST_BAR) {
      bad = true;
      continue;
    }
    const [a, b] = pixels(layout, i, scale, raster.width, 1);
    lines.upper.fill(colours[kind] as number, a, b);
  }
  lines.lower.set(lines.upper);
  if (bad) failures(lines, layout, first, past, scale, colours, raster.width);
  copy(raster, lines, top, bottom);
}

function failures(
  lines: Lines,
  layout: Layout,
  first: number,
  past: number,
  scale: Scale,
  colours: Uint32Array,
  width: number,
): void {
  for (let i = first; i < past; i++) {
    const kind = layout.kind[i] as number;
    if (kind !== FAILED && kind !== STOPPED && kind !== LOST_BAR) continue;
    const [a, b] = pixels(layout, i, scale, width, 2);
    const colour = colours[kind] as number;
    lines.lower.fill(colour, a, b);
    if (kind === LOST_BAR) continue;
    lines.upper.fill(colour, a, b);
    if (kind === FAILED) lines.outer.fill(colour, a, b);
  }
}

/** From which pixel to which: at least so many, with one between bars that are long enough. */
function pixels(layout: Layout, item: number, scale: Scale, width: number, least: number): [number, number] {
  const to = Math.min(layout.to[item] as number, Math.max(scale.now, layout.from[item] as number));
  const a = Math.floor(((layout.from[item] as number) - scale.from) * scale.by);
  let b = Math.floor((to - scale.from) * scale.by);
  if (b - a > 3) b--;
  return [Math.max(0, a), Math.min(width, Math.max(b, a + least))];
}

function copy(raster: Raster, lines: Lines, top: number, bottom: number): void {
  const { pixels, width, height } = raster;
  const high = bottom - top;
  // So high that the difference is seen, and nothing where there is no room for it.
  const edge = high >= 5 ? Math.max(1, Math.round(high * 0.14)) : 0;
  const middle = top + edge + Math.floor((high - 2 * edge) * 0.45);
  for (let y = Math.max(0, top); y < Math.min(height, bottom); y++) {
    const outer = y < top + edge || y >= bottom - edge;
    const line = outer ? lines.outer : y < middle ? lines.upper : lines.lower;
    pixels.set(line, y * width);
  }
}
