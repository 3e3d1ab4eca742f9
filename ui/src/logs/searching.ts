import { getLines } from "~/api/client";
import type { Schemas } from "~/api/types";
import { plainText } from "./ansi";
import { type Marker, markerOf } from "./folds";
import type { Extent } from "./lineCache";
import type { Stream } from "./params";
import type { Range } from "./pieces";
import type { LogOf } from "./useLog";

/** Matches that are shown; all are counted. */
export const SHOWN = 5000;
/** A larger log is not looked through for groups, bytes. */
const GROUPS_WITHIN = 200_000_000;
const SEARCH = "/api/v1/flows/{flow}/runs/{run}/tasks/{task}/attempts/{attempt}/log/search";

/** What to look for. */
export interface Wanted {
  readonly q: string;
  readonly regex: boolean;
  readonly case: boolean;
  readonly stream: Stream;
}

/** What a search has found so far. */
export interface Matches {
  /** Lines that match, in order: the first 5,000. */
  readonly lines: readonly number[];
  /** Of each, its text and where in it. */
  readonly found: ReadonlyMap<number, Match>;
  /** How many lines match in all, once that is known. */
  readonly total: number;
  readonly over: boolean;
  /** All of the log was looked at. */
  readonly complete: boolean;
}

export interface Match {
  readonly text: string;
  readonly ranges: readonly Range[];
}

export const NO_MATCHES: Matches = { lines: [], found: new Map(), total: 0, over: true, complete: true };

type Event = Schemas["LogSearchEvent"];

/** Searches a log, and tells of what it has found some ten times a second. */
export async function search(
  of: LogOf,
  wanted: Wanted,
  signal: AbortSignal,
  tell: (matches: Matches) => void,
): Promise<void> {
  const lines: number[] = [];
  const found = new Map<number, Match>();
  let told = performance.now();
  const query = { q: wanted.q, regex: wanted.regex, case: wanted.case, stream: wanted.stream, limit: SHOWN };
  for await (const event of getLines(SEARCH, { path: { ...of }, query, signal }) as AsyncGenerator<Event>) {
    if (event.kind === "end") {
      tell({ lines, found, total: event.matches, over: true, complete: event.complete });
      return;
    }
    lines.push(event.line);
    found.set(event.line, { text: event.text, ranges: event.ranges });
    if (performance.now() - told > 100) {
      told = performance.now();
      tell({ lines: [...lines], found: new Map(found), total: lines.length, over: false, complete: true });
    }
  }
}

/** Where a line as it is shown matches: of a very long one, a search answers a part. */
export function rangesIn(line: string, match: Match | undefined): readonly Range[] {
  if (!match) return [];
  const text = plainText(line);
  if (text === match.text) return match.ranges;
  const at = text.indexOf(match.text);
  return at < 0 ? [] : match.ranges.map(([from, to]) => [from + at, to + at] as const);
}

/** Where groups of lines begin and end. */
export async function findMarkers(of: LogOf, stream: Stream, extent: Extent): Promise<Marker[]> {
  if (extent.total === 0 || extent.bytes > GROUPS_WITHIN) return [];
  const query = { q: "::(group|endgroup)::", regex: true, case: true, stream, limit: 10_000 };
  const markers: Marker[] = [];
  for await (const event of getLines(SEARCH, { path: { ...of }, query }) as AsyncGenerator<Event>) {
    const marker = event.kind === "match" ? markerOf(event.line, event.text) : undefined;
    if (marker) markers.push(marker);
  }
  return markers;
}
