/** Where sections are, from top to bottom, in pixels of the whole; what of it is seen is the scroll bar's business. */

import type { Layout, Section } from "../data/layout";

/** A section's name, counts and, for a step of one lane, its bar. */
export const HEAD = 28;
/** A step that is folded: its envelope and how many of its tasks ran. */
export const FOLDED = 40;
/** Below the lanes of a step. */
const ROOM = 8;
/** A bar is no lower and no higher. */
export const LOWEST = 3;
export const HIGHEST = 22;

/** How a section is shown: `line` is one lane in the head's own row. */
export type Form = "line" | "folded" | "lanes" | "heat";

/** A section in its place. */
export interface Place {
  section: Section;
  form: Form;
  top: number;
  height: number;
  /** Where its lanes or cells begin, and how high a lane is. */
  body: number;
  lane: number;
  /** Cells of a heat map, in a row and in pixels. */
  columns: number;
  cell: number;
}

/** All sections in their places. */
export interface Geometry {
  places: Place[];
  height: number;
}

/** What the places of sections depend on. */
export interface Shape {
  folded: ReadonlySet<string>;
  heat: ReadonlySet<string>;
  /** How high a lane is; as high as there is room for if it is not said. */
  lane: number | undefined;
  rows: boolean;
  width: number;
  height: number;
}

/** Puts sections in their places. */
export function placed(layout: Layout, shape: Shape): Geometry {
  const lane = shape.lane ?? roomy(layout, shape);
  const places: Place[] = [];
  let top = 0;
  for (const section of layout.sections) {
    const place = one(section, shape, lane, top, layout.sections.length);
    places.push(place);
    top += place.height;
  }
  return { places, height: top };
}

function one(section: Section, shape: Shape, lane: number, top: number, sections: number): Place {
  const lanes = section.lanes[1] - section.lanes[0];
  const base = { section, top, columns: 0, cell: 0, lane };
  const named = section.name !== "";
  if (lanes <= 1 && named) return { ...base, form: "line", height: HEAD, body: top, lane: HEAD };
  if (shape.folded.has(section.name)) return { ...base, form: "folded", height: FOLDED, body: top };
  const body = top + (named ? HEAD : ROOM);
  const last = sections === 1 ? 2 : ROOM;
  if (shape.heat.has(section.name)) {
    const cells = section.tasks;
    const cell = cells <= 600 ? 16 : cells <= 6_000 ? 9 : 5;
    const columns = Math.max(1, Math.floor((shape.width - 16) / cell));
    const height = Math.ceil(cells / columns) * cell;
    return { ...base, form: "heat", columns, cell, body, height: body - top + height + ROOM };
  }
  return { ...base, form: "lanes", body, height: body - top + lanes * lane + last };
}

/** As high as all lanes fit at, within reason. */
function roomy(layout: Layout, shape: Shape): number {
  let lanes = 0;
  let heads = 0;
  for (const section of layout.sections) {
    const own = section.lanes[1] - section.lanes[0];
    const folded = shape.folded.has(section.name) || shape.heat.has(section.name);
    heads += folded ? FOLDED : HEAD + (own > 1 ? ROOM : 0);
    if (own > 1 && !folded) lanes += own;
  }
  if (lanes === 0) return 20;
  const fits = Math.floor((shape.height - heads) / lanes);
  // Labels are worth a little scrolling; a thousand lanes are not.
  const least = shape.rows || lanes <= 40 ? 18 : lanes <= 120 ? 10 : LOWEST;
  return Math.min(20, Math.max(least, fits));
}

/** The places that are seen between two heights. */
export function visible(geometry: Geometry, from: number, to: number): Place[] {
  return geometry.places.filter((place) => place.top < to && place.top + place.height > from);
}
