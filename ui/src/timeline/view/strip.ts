/** The strip above the bars and the small picture of the whole run: how many tasks were at work. */

import { peaks } from "../data/curve";
import type { Layout } from "../data/layout";
import { LOST_BAR } from "../data/layout";
import { FAILED } from "../data/tasks";
import type { Pen } from "./pen";
import type { Scale } from "./raster";

let room = new Float32Array(0);

/** Draws the curve of what is seen, up to `top` pixels from above; says the most there were at once. */
export function drawCurve(pen: Pen, layout: Layout, scale: Scale, top: number): number {
  const { context, colours } = pen;
  context.setTransform(pen.ratio, 0, 0, pen.ratio, 0, 0);
  context.clearRect(0, 0, pen.width, pen.height);
  const width = Math.ceil(pen.width);
  if (room.length !== width) room = new Float32Array(width);
  const length = pen.width / scale.by;
  peaks(layout.curve, scale.from, scale.from + length, room);
  let most = 0;
  const last = Math.min(width, Math.ceil((scale.now - scale.from) * scale.by));
  for (let x = 0; x < last; x++) most = Math.max(most, room[x] as number);
  if (most === 0) return 0;
  const high = pen.height - top;
  context.beginPath();
  context.moveTo(0, pen.height);
  for (let x = 0; x < last; x++) context.lineTo(x + 0.5, pen.height - ((room[x] as number) / most) * high);
  context.lineTo(Math.max(0, last - 0.5), pen.height);
  context.closePath();
  context.fillStyle = colours.curve;
  context.globalAlpha = 0.2;
  context.fill();
  context.globalAlpha = 0.75;
  context.strokeStyle = colours.curve;
  context.lineWidth = 1;
  context.stroke();
  context.globalAlpha = 1;
  return most;
}

/** Marks each failure at the lower edge. */
export function drawFailures(pen: Pen, layout: Layout, scale: Scale): void {
  const { context, colours } = pen;
  context.fillStyle = colours.failed;
  for (let i = 0; i < layout.kind.length; i++) {
    const kind = layout.kind[i] as number;
    if (kind !== FAILED && kind !== LOST_BAR) continue;
    const x = ((layout.to[i] as number) - scale.from) * scale.by;
    context.fillRect(x - 0.75, pen.height - (kind === FAILED ? 6 : 3), 1.5, kind === FAILED ? 6 : 3);
  }
}
