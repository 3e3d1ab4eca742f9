import { palette } from "~/runs/scatter/palette";
import type { Cell, Grid } from "./model";

/** Where things are in the grid. */
export interface Layout {
  /** The width of a column, one for each run. */
  wide: number;
  /** The height of a row, one for each step. */
  tall: number;
  /** The height of the bars above: how long runs took. */
  top: number;
}

/** Draws a grid: a bar for each run, below it a square for each of its steps; the longer the fuller. */
export function drawGrid(
  canvas: HTMLCanvasElement,
  grid: Grid,
  layout: Layout,
  at: [number, number] | undefined,
): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  const [width, height] = [grid.runs.length * layout.wide, layout.top + grid.steps.length * layout.tall];
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const colour = palette();
  if (at) {
    context.fillStyle = colour("--bg-active");
    context.fillRect(at[1] * layout.wide, 0, layout.wide, height);
    if (at[0] >= 0) context.fillRect(0, layout.top + at[0] * layout.tall, width, layout.tall);
  }
  drawBars(context, grid, layout, colour);
  grid.cells.forEach((row, step) => {
    row.forEach((cell, run) => {
      const [x, y] = [run * layout.wide, layout.top + step * layout.tall];
      if (cell) drawCell(context, cell, x, y, layout, (cell.wall ?? 0) / (grid.longest[step] ?? 1), colour);
      else {
        context.fillStyle = colour("--line-strong");
        context.fillRect(x + layout.wide / 2 - 1, y + layout.tall / 2 - 1, 2, 2);
      }
    });
  });
}

type Colour = (name: string) => string;

function drawBars(context: CanvasRenderingContext2D, grid: Grid, layout: Layout, colour: Colour): void {
  const longest = Math.max(1, ...grid.runs.map((run) => run.duration));
  const room = layout.top - 12;
  grid.runs.forEach((run, n) => {
    const tall = Math.max(2, (run.duration / longest) * room);
    const x = n * layout.wide + 2;
    const bar = [x, layout.top - 8 - tall, layout.wide - 4, tall] as const;
    context.fillStyle = colour(`--${run.status}-bar`);
    if (run.status === "running") {
      context.strokeStyle = colour("--running-bar");
      context.strokeRect(bar[0] + 0.5, bar[1] + 0.5, bar[2] - 1, bar[3] - 1);
    } else context.fillRect(...bar);
    // A foot tells those that did not end well without their colour.
    if (run.status !== "done" && run.status !== "running")
      context.fillRect(x, layout.top - 5, layout.wide - 4, 2);
  });
}

function drawCell(
  context: CanvasRenderingContext2D,
  cell: Cell,
  x: number,
  y: number,
  { wide, tall }: Layout,
  share: number,
  colour: Colour,
): void {
  const size = Math.min(wide, tall) - 4;
  const [left, top] = [x + (wide - size) / 2, y + (tall - size) / 2];
  const name = cell.state === "adopted" ? "done" : cell.state === "waiting" ? "queued" : cell.state;
  context.fillStyle = colour(`--${name}-bar`);
  context.strokeStyle = colour(`--${name}-bar`);
  context.lineWidth = 1;
  if (cell.state === "running") {
    // Filled from below as far as it is.
    const full = (size * cell.done) / Math.max(1, cell.tasks);
    context.fillRect(left, top + size - full, size, full);
    context.strokeRect(left + 0.5, top + 0.5, size - 1, size - 1);
    return;
  }
  context.globalAlpha =
    cell.state === "failed" ? 1 : cell.wall === undefined ? 0.45 : 0.25 + 0.75 * Math.sqrt(share);
  if (cell.state === "adopted") {
    for (let line = 1; line < size; line += 3) context.fillRect(left, top + line, size, 1);
  } else context.fillRect(left, top, size, size);
  context.globalAlpha = 1;
  if (cell.state === "failed") drawCross(context, left, top, size, colour("--bg"));
  if (cell.retried > 0 && cell.state !== "failed") {
    context.fillStyle = colour("--stopped");
    context.beginPath();
    context.moveTo(left + size, top);
    context.lineTo(left + size, top + 6);
    context.lineTo(left + size - 6, top);
    context.fill();
  }
}

function drawCross(
  context: CanvasRenderingContext2D,
  left: number,
  top: number,
  size: number,
  colour: string,
): void {
  const inset = size * 0.3;
  context.strokeStyle = colour;
  context.lineWidth = 1.6;
  context.beginPath();
  context.moveTo(left + inset, top + inset);
  context.lineTo(left + size - inset, top + size - inset);
  context.moveTo(left + size - inset, top + inset);
  context.lineTo(left + inset, top + size - inset);
  context.stroke();
}
