/** Stretches of time and lengths of time, as queries write them. */

import { usePrefs } from "~/theme/prefs";
import { add, clear } from "./edit";
import { terms } from "./terms";

/** Stretches people ask for. */
export const PRESETS = [
  { name: "Last hour", term: "started>-1h" },
  { name: "Last 24 hours", term: "started>-24h" },
  { name: "Today", term: "started>=today" },
  { name: "Yesterday", term: "started:yesterday" },
  { name: "Last 7 days", term: "started>-7d" },
  { name: "Last 30 days", term: "started>-30d" },
] as const;

/** What a query says of when runs began, as it was written; empty if nothing. */
export function startedTerm(query: string): string {
  const said = terms(query).filter((term) => term.key === "started");
  return said.map((term) => query.slice(term.from, term.to)).join(" ");
}

/** With other words about when runs began; none with an empty text. */
export function withStarted(query: string, term: string): string {
  const rest = clear(query, "started");
  return term === "" ? rest : add(rest, term);
}

/** Minutes east of Greenwich where the viewer is, or likes to be, at a moment. */
export function offsetAt(ms: number): number {
  const { zone } = usePrefs.getState();
  if (zone === "local") return -new Date(ms).getTimezoneOffset();
  try {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
    const name = format.formatToParts(ms).find((part) => part.type === "timeZoneName")?.value ?? "";
    const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(name) ?? [];
    return (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * (sign === "-" ? -1 : 1);
  } catch {
    // A zone that this browser does not know.
    return 0;
  }
}

/** Where days begin for the viewer: `+02:00`. */
export function zone(ms = Date.now()): string {
  const minutes = offsetAt(ms);
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** A moment as a query writes it, the same for whoever opens the link. */
export function moment(ms: number, seconds: boolean): string {
  const shifted = new Date(ms + offsetAt(ms) * 60_000).toISOString();
  return `${shifted.slice(0, seconds ? 19 : 16)}${zone(ms)}`;
}

/** The moment a viewer means by a day and a time of day: `2026-01-31T12:30`. */
export function meant(text: string): number | null {
  const utc = Date.parse(`${text}Z`);
  return Number.isNaN(utc) ? null : utc - offsetAt(utc) * 60_000;
}

/** A stretch between two moments, milliseconds since the epoch; either may be open. */
export function between(from: number | null, to: number | null): string {
  const seconds = from !== null && to !== null && to - from < 2 * 3_600_000;
  const parts: string[] = [];
  if (from !== null) parts.push(`started>=${moment(from, seconds)}`);
  if (to !== null) parts.push(`started<=${moment(to, seconds)}`);
  return parts.join(" ");
}

const UNITS: readonly [string, number][] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1],
];

/** A length of time as a query writes it, of two units at most. */
export function length(ms: number): string {
  let rest = Math.max(0, Math.round(ms));
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    if (parts.length === 2 || (parts.length === 1 && unit === "ms")) break;
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count}${unit}`);
    rest -= count * size;
  }
  return parts.join("") || "0s";
}

/** A query narrowed to a box of the scatter: began in it, took so long. */
export function withBox(
  query: string,
  box: { from: number; to: number; least: number; most: number },
): string {
  const rest = withStarted(clear(query, "dur", "duration"), between(box.from, box.to));
  return add(rest, `dur>=${length(box.least)} dur<=${length(box.most)}`);
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
