import { type Dots, durationTicks, STATES, timeTicks, type View, xOf, yOf } from "./model";
import { palette } from "./palette";

/** From so many dots on a dot is a speck: its shape could not be told any more. */
const MANY = 4000;

/** Draws the dots and, behind them, what to read them by. */
export function draw(canvas: HTMLCanvasElement, dots: Dots, view: View, offset: number): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  const [width, height] = [
    Math.round((view.width + GUTTER) * ratio),
    Math.round((view.height + AXIS) * ratio),
  ];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const colour = palette();
  context.setTransform(ratio, 0, 0, ratio, GUTTER * ratio, 0);
  context.clearRect(-GUTTER, 0, view.width + GUTTER, view.height + AXIS);
  drawAxes(context, view, offset, colour);
  const shape = dots.count > MANY ? speck : undefined;
  STATES.forEach((state, place) => {
    context.fillStyle = colour(`--${state}-bar`);
    context.strokeStyle = colour(`--${state}`);
    context.lineWidth = 1.6;
    context.globalAlpha = dots.count > MANY ? 0.6 : 0.85;
    context.beginPath();
    for (let n = 0; n < dots.count; n += 1) {
      if (dots.status[n] !== place) continue;
      (shape ?? SHAPES[state])(context, xOf(view, dots.started[n] ?? 0), yOf(view, dots.duration[n] ?? 0));
    }
    if (!shape && (state === "failed" || state === "running")) context.stroke();
    else context.fill();
  });
  context.globalAlpha = 1;
}

/** The height of the axis below the dots. */
export const AXIS = 18;
/** The width of the axis left of them. */
export const GUTTER = 44;

type Draw = (context: CanvasRenderingContext2D, x: number, y: number) => void;

const speck: Draw = (context, x, y) => context.rect(x - 1, y - 1, 2, 2);

const SHAPES: Readonly<Record<(typeof STATES)[number], Draw>> = {
  done: (context, x, y) => {
    context.moveTo(x + 2.6, y);
    context.arc(x, y, 2.6, 0, 7);
  },
  stopped: (context, x, y) => context.rect(x - 2.5, y - 2.5, 5, 5),
  running: (context, x, y) => {
    context.moveTo(x + 2.8, y);
    context.arc(x, y, 2.8, 0, 7);
  },
  lost: (context, x, y) => {
    context.moveTo(x, y - 3.6);
    context.lineTo(x + 3.6, y);
    context.lineTo(x, y + 3.6);
    context.lineTo(x - 3.6, y);
    context.closePath();
  },
  failed: (context, x, y) => {
    context.moveTo(x - 2.8, y - 2.8);
    context.lineTo(x + 2.8, y + 2.8);
    context.moveTo(x + 2.8, y - 2.8);
    context.lineTo(x - 2.8, y + 2.8);
  },
};

function drawAxes(
  context: CanvasRenderingContext2D,
  view: View,
  offset: number,
  colour: (name: string) => string,
): void {
  context.font = `10px ${getComputedStyle(document.body).fontFamily}`;
  context.strokeStyle = colour("--line");
  context.lineWidth = 1;
  context.globalAlpha = 0.7;
  context.beginPath();
  const lines = durationTicks(view);
  const times = timeTicks(view, offset);
  for (const { y } of lines) {
    context.moveTo(0, Math.round(y) + 0.5);
    context.lineTo(view.width, Math.round(y) + 0.5);
  }
  for (const { x } of times) {
    context.moveTo(Math.round(x) + 0.5, view.height);
    context.lineTo(Math.round(x) + 0.5, view.height + 4);
  }
  context.moveTo(0, view.height + 0.5);
  context.lineTo(view.width, view.height + 0.5);
  context.stroke();
  context.globalAlpha = 1;
  context.fillStyle = colour("--text-faint");
  context.textBaseline = "alphabetic";
  context.textAlign = "right";
  for (const { y, text } of lines) context.fillText(text, -8, y + 3);
  context.textAlign = "center";
  for (const { x, text } of times) context.fillText(text, x, view.height + 14);
}
