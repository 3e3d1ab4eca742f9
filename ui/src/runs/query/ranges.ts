/** Stretches of time and lengths of time, as queries write them. */

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

/** Where days begin for the viewer: `+02:00`. */
export function zone(at = new Date()): string {
  const minutes = -at.getTimezoneOffset();
  const size = Math.abs(minutes);
  return `${minutes < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** A moment as a query writes it, the same for whoever opens the link. */
export function moment(ms: number, seconds: boolean): string {
  const at = new Date(ms);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  const time = `${two(at.getHours())}:${two(at.getMinutes())}${seconds ? `:${two(at.getSeconds())}` : ""}`;
  return `${day}T${time}${zone(at)}`;
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
