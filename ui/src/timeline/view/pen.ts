/** What canvases are drawn with: sizes, colours, patterns, and texts that fit. */

import type { Colours } from "./colours";

/** A canvas, its size in CSS pixels, and how many pixels of the screen one is. */
export interface Pen {
  context: CanvasRenderingContext2D;
  width: number;
  height: number;
  ratio: number;
  colours: Colours;
  patterns: Map<string, CanvasPattern>;
}

/** The font of bars. */
export const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';

/** Stripes of a colour: `/` for what was given up, `\` for what was taken from another run. */
export function stripes(pen: Pen, colour: string, way: "/" | "\\", gap = 5): CanvasPattern | string {
  const key = `${colour}${way}${gap}${pen.ratio}`;
  const known = pen.patterns.get(key);
  if (known) return known;
  const size = Math.round(gap * pen.ratio);
  const tile = document.createElement("canvas");
  tile.width = tile.height = size;
  const context = tile.getContext("2d");
  if (!context) return colour;
  context.strokeStyle = colour;
  context.lineWidth = Math.max(1, size / 3);
  context.beginPath();
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift - 1, way === "/" ? size + 1 : -1);
    context.lineTo(shift + size + 1, way === "/" ? -1 : size + 1);
  }
  context.stroke();
  const pattern = pen.context.createPattern(tile, "repeat");
  if (!pattern) return colour;
  pattern.setTransform(new DOMMatrix().scale(1 / pen.ratio));
  pen.patterns.set(key, pattern);
  return pattern;
}

const widths = new Map<string, number>();

/** How wide a text is; what was measured is kept. */
export function widthOf(context: CanvasRenderingContext2D, text: string): number {
  const known = widths.get(text);
  if (known !== undefined) return known;
  if (widths.size > 20_000) widths.clear();
  const { width } = context.measureText(text);
  widths.set(text, width);
  return width;
}

/** As much of a text as fits, with an ellipsis; nothing if that is next to nothing. */
export function fitting(context: CanvasRenderingContext2D, text: string, room: number): string {
  if (text === "" || room < 10) return "";
  // Nobody measures a text of 300 characters for a bar of 40 pixels.
  const few = Math.ceil(room / 3) + 4;
  const letters = text.length > few ? [...text.slice(0, 2 * few)].slice(0, few) : [...text];
  const whole = letters.length === [...text].length;
  if (whole && widthOf(context, text) <= room) return text;
  let [low, high] = [0, letters.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (widthOf(context, `${letters.slice(0, middle).join("")}…`) <= room) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? "" : `${letters.slice(0, low).join("")}…`;
}
