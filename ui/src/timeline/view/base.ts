/** The lower canvas: all bars, step by step. */

import type { Layout } from "../data/layout";
import type { Tasks } from "../data/tasks";
import { drawLane } from "./bars";
import { tickStep } from "./camera";
import { drawDensity, drawEnvelope } from "./density";
import { FOLDED, type Geometry, HEAD, type Place, visible } from "./geometry";
import { drawHeat, type HeatBy, heatRange, heatRows } from "./heat";
import { inLane, laneTop } from "./hit";
import type { Pen } from "./pen";
import { type Lines, linesOf, type Raster, rasterLane, type Scale } from "./raster";

/** More bars than this are drawn as pixels. */
export const MANY = 3000;

/** What is drawn. */
export interface Picture {
  tasks: Tasks;
  layout: Layout;
  geometry: Geometry;
  heat: ReadonlyMap<string, HeatBy>;
  scale: Scale;
  scroll: number;
  /** The time now, since the base of the tasks. */
  now: number;
}

/** What is kept between frames. */
export interface Kept {
  image?: ImageData;
  lines?: Lines;
  /** Cells of heat maps by step, of this layout. */
  cells: Map<string, { layout: Layout; rows: Uint32Array; range: [number, number] }>;
}

/** Lanes of a place that are seen. */
export function seenLanes(place: Place, scroll: number, height: number): [number, number] {
  const [first, past] = place.section.lanes;
  if (place.form === "line") return [first, past];
  if (place.form !== "lanes") return [first, first];
  const from = Math.max(first, first + Math.floor((scroll - place.body) / place.lane));
  const to = Math.min(past, first + Math.ceil((scroll + height - place.body) / place.lane));
  return [from, Math.max(from, to)];
}

/** How many bars are seen, and whether that is too many for drawing them one by one. */
export function barsSeen(picture: Picture, pen: Pen): number {
  const { layout, geometry, scale, scroll } = picture;
  const to = scale.from + pen.width / scale.by;
  let count = 0;
  for (const place of visible(geometry, scroll, scroll + pen.height)) {
    const [first, past] = seenLanes(place, scroll, pen.height);
    for (let lane = first; lane < past; lane++) {
      const [a, b] = inLane(layout, lane, scale.from, to);
      count += b - a;
    }
  }
  return count;
}

/** Draws the whole of what is seen; says how many bars that were. */
export function drawBase(pen: Pen, picture: Picture, kept: Kept): number {
  const { context } = pen;
  context.setTransform(pen.ratio, 0, 0, pen.ratio, 0, 0);
  context.clearRect(0, 0, pen.width, pen.height);
  const count = barsSeen(picture, pen);
  const places = visible(picture.geometry, picture.scroll, picture.scroll + pen.height);
  if (count > MANY) rasterPlaces(pen, picture, kept, places);
  for (const place of places) drawPlace(pen, picture, kept, place, count > MANY);
  grid(pen, picture, places);
  return count;
}

function rasterPlaces(pen: Pen, picture: Picture, kept: Kept, places: Place[]): void {
  const width = Math.round(pen.width * pen.ratio);
  const height = Math.round(pen.height * pen.ratio);
  if (width === 0 || height === 0) return;
  if (kept.image?.width !== width || kept.image.height !== height) {
    kept.image = new ImageData(width, height);
    kept.lines = linesOf(width);
  }
  const lines = kept.lines ?? linesOf(width);
  const raster: Raster = { pixels: new Uint32Array(kept.image.data.buffer), width, height };
  const scale = { ...picture.scale, by: picture.scale.by * pen.ratio };
  for (const place of places.filter(({ form }) => form === "lanes")) {
    const [first, past] = seenLanes(place, picture.scroll, pen.height);
    const at = (lane: number) => Math.round((laneTop(place, lane) - picture.scroll) * pen.ratio);
    const [top, bottom] = [Math.max(0, at(first)), Math.min(height, at(past))];
    raster.pixels.fill(0, top * width, bottom * width);
    const gap = place.lane >= 4 ? 1 : 0;
    for (let lane = first; lane < past; lane++) {
      rasterLane(raster, lines, picture.layout, lane, scale, pen.colours.pixel, at(lane), at(lane + 1) - gap);
    }
    if (bottom > top) pen.context.putImageData(kept.image, 0, 0, 0, top, width, bottom - top);
  }
}

function drawPlace(pen: Pen, picture: Picture, kept: Kept, place: Place, rastered: boolean): void {
  const { tasks, layout, scale, scroll } = picture;
  const { section } = place;
  const top = place.top - scroll;
  if (place.form === "folded") {
    drawDensity(pen, layout, section, scale, top + 9, top + FOLDED - 6);
    drawEnvelope(pen, section, scale, top + FOLDED - 5);
    return;
  }
  if (place.form === "heat") heat(pen, picture, kept, place);
  if (place.body > place.top + 8) drawEnvelope(pen, section, scale, top + HEAD / 2);
  if (place.form !== "line" && (place.form !== "lanes" || rastered)) return;
  const [first, past] = seenLanes(place, scroll, pen.height);
  const inset = place.form === "line" ? 3 : 0;
  for (let lane = first; lane < past; lane++) {
    drawLane(pen, tasks, layout, lane, scale, laneTop(place, lane) - scroll + inset, place.lane - 2 * inset);
  }
}

function heat(pen: Pen, picture: Picture, kept: Kept, place: Place): void {
  const { tasks, layout, now, scroll } = picture;
  const { name } = place.section;
  let cells = kept.cells.get(name);
  if (cells?.layout !== layout) {
    const rows = heatRows(tasks, layout, place);
    cells = { layout, rows, range: heatRange(tasks, rows, now) };
    kept.cells.set(name, cells);
  }
  drawHeat(pen, tasks, cells.rows, place, picture.heat.get(name) ?? "state", cells.range, now, scroll);
}

/** Lines of time and between steps, behind everything. */
function grid(pen: Pen, picture: Picture, places: Place[]): void {
  const { context, colours, width, height } = pen;
  const { scale, scroll } = picture;
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = colours.line;
  const length = width / scale.by;
  const step = tickStep(length, width / 90);
  // Where idle time is taken out, marks are not at round times: the axis shows them, lines do not.
  if (picture.layout.idle.from.length === 0) {
    for (let at = Math.ceil(scale.from / step) * step; at < scale.from + length; at += step) {
      context.globalAlpha = at === 0 ? 1 : 0.6;
      context.fillRect(Math.round((at - scale.from) * scale.by), 0, 1, height);
    }
    context.globalAlpha = 1;
  }
  for (const place of places) {
    if (place.top > 0) context.fillRect(0, Math.round(place.top - scroll), width, 1);
  }
  gaps(pen, picture);
  context.globalCompositeOperation = "source-over";
}

/** Idle time that is taken out, as a band of stripes. */
function gaps(pen: Pen, { layout, scale }: Picture): void {
  const { idle } = layout;
  const { context, colours } = pen;
  let taken = 0;
  context.fillStyle = colours.strong;
  for (let i = 0; i < idle.from.length; i++) {
    const from = (idle.from[i] as number) - taken;
    taken += (idle.to[i] as number) - (idle.from[i] as number) - idle.shown;
    const x = (from - scale.from) * scale.by;
    const width = idle.shown * scale.by;
    if (x > pen.width || x + width < 0) continue;
    for (let y = 0; y < pen.height; y += 6) {
      context.fillRect(x + width * 0.35, y, 1, 3);
      context.fillRect(x + width * 0.65, y + 3, 1, 3);
    }
  }
}
