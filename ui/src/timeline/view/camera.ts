/** What part of a run is seen: from when to when, as shown, over how many pixels. */

/** A view of time, in µs as shown. */
export interface Span {
  from: number;
  to: number;
}

/** The least that is seen, µs: below that, clocks say nothing. */
const LEAST = 20;
/** Room on both sides when all is seen. */
const ROOM = 0.012;

/** The view of everything from 0 to `end`. */
export function whole(end: number): Span {
  const length = Math.max(end, LEAST);
  return { from: -length * ROOM, to: length * (1 + ROOM) };
}

/** A view that lies within what there is, and is neither too short nor longer than that. */
export function within(view: Span, end: number): Span {
  const all = whole(end);
  const length = Math.min(Math.max(view.to - view.from, LEAST), all.to - all.from);
  const from = Math.min(Math.max(view.from, all.from), all.to - length);
  return { from, to: from + length };
}

/** Closer (`factor` below 1) or from further away; what is at the part `at` of the width stays there. */
export function zoomed(view: Span, factor: number, at: number): Span {
  const length = view.to - view.from;
  const fixed = view.from + length * at;
  return { from: fixed - length * factor * at, to: fixed + length * factor * (1 - at) };
}

/** Moved by a part of what is seen. */
export function moved(view: Span, part: number): Span {
  const by = (view.to - view.from) * part;
  return { from: view.from + by, to: view.to + by };
}

/** On the way from one view to another; `part` from 0 to 1. */
export function between(a: Span, b: Span, part: number): Span {
  return { from: a.from + (b.from - a.from) * part, to: a.to + (b.to - a.to) * part };
}

const STEPS = [1, 2, 5];
const MINUTES = [10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/** Round distances between marks of time, µs: as many marks as `room` allows. */
export function tickStep(length: number, room: number): number {
  const least = length / Math.max(1, room);
  for (let unit = 1; unit <= 1_000_000; unit *= 10) {
    for (const step of STEPS) if (step * unit >= least) return step * unit;
  }
  const seconds = MINUTES.find((step) => step * 1e6 >= least);
  return seconds ? seconds * 1e6 : Math.ceil(least / 86_400e6) * 86_400e6;
}

/** The time of a mark, as time since the beginning: `1.2 s`, `3:05`, `2:00:10`; as exact as the step between marks. */
export function tickText(us: number, step: number): string {
  if (us < 60e6 && step < 60e6) {
    if (us === 0) return "0";
    if (step < 1_000) return us < 1_000_000 ? `${trim(us / 1_000, 3)} ms` : `${trim(us / 1e6, 6)} s`;
    return us < 1_000_000 ? `${trim(us / 1_000, 0)} ms` : `${trim(us / 1e6, 3)} s`;
  }
  const seconds = Math.floor(us / 1e6);
  const two = (n: number) => String(Math.floor(n)).padStart(2, "0");
  const [h, m] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const rest =
    step < 1e6
      ? `.${
          String(Math.floor(us % 1e6))
            .padStart(6, "0")
            .replace(/0+$/, "") || "0"
        }`
      : "";
  return h > 0 ? `${h}:${two(m)}:${two(seconds % 60)}${rest}` : `${m}:${two(seconds % 60)}${rest}`;
}

function trim(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}
