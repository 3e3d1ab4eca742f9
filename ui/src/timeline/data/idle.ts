/** Idle time taken out: long gaps in which nothing ran become short ones of one length. */

import { ordered } from "./order";

/** Which times are shown shorter. Without gaps, time is shown as it is. */
export interface Idle {
  /** Gap by gap: from when, to when. */
  from: Float64Array;
  to: Float64Array;
  /** As how long each of them is shown. */
  shown: number;
}

/** Nothing is taken out. */
export const noIdle: Idle = { from: new Float64Array(0), to: new Float64Array(0), shown: 0 };

/** A gap is long if it is more than so much of the time in which something ran. */
const LONG = 0.05;
/** A long gap is shown as so much of it. */
const SHOWN = 0.02;

/** The long gaps between things; an end is NaN while something goes on. */
export function idleOf(starts: Float64Array, ends: Float64Array, now: number): Idle {
  const order = ordered(starts);
  const from: number[] = [];
  const to: number[] = [];
  let busy = 0;
  let until = Number.NaN;
  for (const at of order) {
    const start = starts[at] as number;
    const end = ends[at] as number;
    const past = Math.max(start, Number.isNaN(end) ? now : end);
    if (start > until) {
      from.push(until);
      to.push(start);
    }
    if (!(past <= until)) {
      busy += past - Math.max(start, Number.isNaN(until) ? start : until);
      until = past;
    }
  }
  const long = from.map((_, i) => (to[i] as number) - (from[i] as number) > busy * LONG);
  const keep = (times: number[]) => Float64Array.from(times.filter((_, i) => long[i]));
  return busy === 0 ? noIdle : { from: keep(from), to: keep(to), shown: busy * SHOWN };
}

/** Where a time is shown. */
export function toShown(idle: Idle, time: number): number {
  let taken = 0;
  for (let i = 0; i < idle.from.length; i++) {
    const from = idle.from[i] as number;
    const to = idle.to[i] as number;
    if (time <= from) break;
    if (time < to) return from - taken + ((time - from) / (to - from)) * idle.shown;
    taken += to - from - idle.shown;
  }
  return time - taken;
}

/** The time that is shown there. */
export function fromShown(idle: Idle, shown: number): number {
  let taken = 0;
  for (let i = 0; i < idle.from.length; i++) {
    const from = (idle.from[i] as number) - taken;
    const length = (idle.to[i] as number) - (idle.from[i] as number);
    if (shown <= from) break;
    if (shown < from + idle.shown) return (idle.from[i] as number) + ((shown - from) / idle.shown) * length;
    taken += length - idle.shown;
  }
  return shown + taken;
}
