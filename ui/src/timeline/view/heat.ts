/** A foreach as a map: a cell for each of its tasks, in order of index; its colour is the state, or how long it took. */

import { took } from "../data/ask";
import type { Layout } from "../data/layout";
import { ADOPTED, FAILED, RUNNING, STOPPED, type Tasks } from "../data/tasks";
import { mixed } from "./colours";
import type { Place } from "./geometry";
import type { Pen } from "./pen";

/** What cells are coloured by. */
export type HeatBy = "state" | "duration";

const SHADES = 24;

/** Rows of a section in order of foreach index; of tasks in order of id, that is the order they were made in. */
export function heatRows(tasks: Tasks, layout: Layout, place: Place): Uint32Array {
  const [from, to] = place.section.rows;
  const rows = layout.rows.slice(from, to);
  const depth = (row: number) => (tasks.index[row + 1] as number) - (tasks.index[row] as number);
  const compare = (a: number, b: number) => {
    const least = Math.min(depth(a), depth(b));
    for (let i = 0; i < least; i++) {
      const x = tasks.indices[(tasks.index[a] as number) + i] as number;
      const y = tasks.indices[(tasks.index[b] as number) + i] as number;
      if (x !== y) return x - y;
    }
    return depth(a) - depth(b) || a - b;
  };
  return rows.sort(compare);
}

/** The durations between which shades go from light to dark: the fastest and the 98th of a hundred. */
export function heatRange(tasks: Tasks, rows: Uint32Array, now: number): [number, number] {
  const times = Float64Array.from(rows, (row) => took(tasks, row, now)).filter((time) => !Number.isNaN(time));
  times.sort();
  const last = times[Math.min(times.length - 1, Math.floor(times.length * 0.98))] ?? 1;
  return [times[0] ?? 0, Math.max(last, (times[0] ?? 0) + 1)];
}

/** Draws the cells that are seen. */
export function drawHeat(
  pen: Pen,
  tasks: Tasks,
  rows: Uint32Array,
  place: Place,
  by: HeatBy,
  range: [number, number],
  now: number,
  scroll: number,
): void {
  const { context, colours } = pen;
  const { cell, columns } = place;
  const gap = cell > 6 ? 1 : 0.5;
  const size = cell - gap;
  const shades = Array.from({ length: SHADES }, (_, i) =>
    mixed(mixed(colours.background, colours.accent, 0.14), colours.accent, i / (SHADES - 1)),
  );
  const first = Math.max(0, Math.floor((scroll - place.body) / cell) * columns);
  const past = Math.min(rows.length, (Math.floor((scroll + pen.height - place.body) / cell) + 1) * columns);
  for (let i = first; i < past; i++) {
    const row = rows[i] as number;
    const x = (i % columns) * cell;
    const y = place.body + Math.floor(i / columns) * cell - scroll;
    const state = tasks.state[row] as number;
    if (by === "duration") {
      const time = took(tasks, row, now);
      const part = Math.min(1, Math.max(0, (time - range[0]) / (range[1] - range[0])));
      context.fillStyle = Number.isNaN(time)
        ? colours.line
        : (shades[Math.round(part * (SHADES - 1))] as string);
    } else {
      context.fillStyle = colours.bar[(state & ADOPTED) !== 0 ? 4 : state] as string;
    }
    context.fillRect(x, y, size, size);
    shape(pen, state, x, y, size, by);
  }
}

/** A state's own shape in its cell: a cross for failed, a dot for running, a stroke for stopped or adopted. */
function shape(pen: Pen, state: number, x: number, y: number, size: number, by: HeatBy): void {
  if (state === 1) return;
  const { context, colours } = pen;
  if (by === "duration" && state === FAILED) {
    context.fillStyle = colours.failed;
    context.fillRect(x, y, Math.max(2, size / 3), Math.max(2, size / 3));
  }
  if (size < 7) return;
  context.strokeStyle = context.fillStyle =
    by === "duration" ? colours.text : (colours.on[state & 3] as string);
  context.lineWidth = 1.4;
  const [a, b] = [0.28 * size, 0.72 * size];
  context.beginPath();
  if (state === FAILED) {
    context.moveTo(x + a, y + a);
    context.lineTo(x + b, y + b);
  }
  if (state === FAILED || state === STOPPED || (state & ADOPTED) !== 0) {
    context.moveTo(x + a, y + b);
    context.lineTo(x + b, y + a);
  } else if (state === RUNNING) {
    context.arc(x + size / 2, y + size / 2, size / 6, 0, 7);
  }
  context.stroke();
}
