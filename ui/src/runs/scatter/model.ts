import type { Schemas } from "~/api/types";

/** Dots in typed arrays, milliseconds. */
export interface Dots {
  readonly count: number;
  readonly started: Float64Array;
  readonly duration: Float64Array;
  /** Index into `STATES`. */
  readonly status: Uint8Array;
  readonly flow: (index: number) => string;
  readonly run: (index: number) => string;
}

/** States in the order in which they are drawn: what failed lies above. */
export const STATES = ["done", "stopped", "running", "lost", "failed"] as const;

/** Dots as the API tells them. */
export function dotsOf(answer: Schemas["Scatter"]): Dots {
  const { from, started, duration, status, statuses, flow, flows, run } = answer;
  const places = statuses.map((name) => Math.max(0, STATES.indexOf(name as (typeof STATES)[number])));
  return {
    count: run.length,
    started: Float64Array.from(started, (ms) => from / 1000 + ms),
    duration: Float64Array.from(duration),
    status: Uint8Array.from(status, (place) => places[place] ?? 0),
    flow: (index) => flows[flow[index] ?? 0] ?? "",
    run: (index) => run[index] ?? "",
  };
}

/** What of time and duration is shown, and where. */
export interface View {
  from: number;
  to: number;
  /** Logarithms of milliseconds. */
  low: number;
  high: number;
  width: number;
  height: number;
}

/** A view that shows all dots. */
export function viewOf(dots: Dots, width: number, height: number): View {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let n = 0; n < dots.count; n += 1) {
    const at = dots.started[n] ?? 0;
    const size = logOf(dots.duration[n] ?? 0);
    if (at < from) from = at;
    if (at > to) to = at;
    if (size < low) low = size;
    if (size > high) high = size;
  }
  if (dots.count === 0) [from, to, low, high] = [0, 1, 2, 5];
  const wide = Math.max(60_000, (to - from) * 0.02);
  const tall = Math.max(0.15, (high - low) * 0.08);
  return { from: from - wide, to: to + wide, low: low - tall, high: high + tall, width, height };
}

/** Of nothing there is no logarithm. */
function logOf(ms: number): number {
  return Math.log10(Math.max(1, ms));
}

export function xOf(view: View, at: number): number {
  return ((at - view.from) / (view.to - view.from)) * view.width;
}
export function yOf(view: View, ms: number): number {
  return view.height - ((logOf(ms) - view.low) / (view.high - view.low)) * view.height;
}
/** When a place is. */
export function timeAt(view: View, x: number): number {
  return view.from + (x / view.width) * (view.to - view.from);
}
/** How long a place is. */
export function durationAt(view: View, y: number): number {
  return 10 ** (view.low + (1 - y / view.height) * (view.high - view.low));
}

/** The dot nearest to a place, within some pixels; -1 if there is none. A failed one is found before others. */
export function nearest(dots: Dots, view: View, x: number, y: number, within = 9): number {
  let best = -1;
  let least = within * within;
  for (let n = 0; n < dots.count; n += 1) {
    const dx = xOf(view, dots.started[n] ?? 0) - x;
    if (dx > within || dx < -within) continue;
    const dy = yOf(view, dots.duration[n] ?? 0) - y;
    const far = dx * dx + dy * dy - (dots.status[n] === STATES.length - 1 ? 4 : 0);
    if (far < least) {
      least = far;
      best = n;
    }
  }
  return best;
}

const LENGTHS: readonly [number, string][] = [
  [1, "1 ms"],
  [10, "10 ms"],
  [100, "100 ms"],
  [1_000, "1 s"],
  [10_000, "10 s"],
  [60_000, "1 m"],
  [600_000, "10 m"],
  [3_600_000, "1 h"],
  [36_000_000, "10 h"],
  [259_200_000, "3 d"],
  [2_592_000_000, "30 d"],
];

/** Marks of the axis of durations, not nearer than some pixels. */
export function durationTicks(view: View, apart = 26): { y: number; text: string }[] {
  const ticks: { y: number; text: string }[] = [];
  for (const [ms, text] of LENGTHS) {
    const y = yOf(view, ms);
    const before = ticks.at(-1)?.y ?? Number.POSITIVE_INFINITY;
    if (y > 8 && y < view.height - 6 && before - y >= apart) ticks.push({ y, text });
  }
  return ticks;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const STEPS = [
  60_000,
  300_000,
  900_000,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  7 * DAY,
  14 * DAY,
  30 * DAY,
  90 * DAY,
  365 * DAY,
];

/** Marks of the axis of time; `offset` is how far the viewer's clock is from Greenwich, milliseconds. */
export function timeTicks(view: View, offset: number, apart = 96): { x: number; text: string }[] {
  const span = view.to - view.from;
  const step = STEPS.find((one) => (one / span) * view.width >= apart) ?? span;
  const ticks: { x: number; text: string }[] = [];
  for (let at = Math.ceil((view.from + offset) / step) * step; at - offset < view.to; at += step) {
    const iso = new Date(at).toISOString();
    const text = at % DAY === 0 ? iso.slice(5, 10) : iso.slice(11, 16);
    ticks.push({ x: xOf(view, at - offset), text });
  }
  return ticks.filter(({ x }) => x > 16 && x < view.width - 16);
}
