import type { Range } from "./pieces";

/** Which streams of a log. */
export type Stream = "both" | "stdout" | "stderr";
/** How the times of lines are shown. */
export type Times = "none" | "clock" | "since";

/** What the address says of how a log is looked at. */
export interface LogParams {
  stream: Stream;
  /** Lines that are pointed at, from 0: the first, and the last. */
  lines: Range | undefined;
  q: string;
  regex: boolean;
  case: boolean;
  /** Only lines that match are shown. */
  only: boolean;
  wrap: boolean;
  times: Times;
}

const isOn = (value: unknown) =>
  value === true || value === 1 || value === "true" || value === "1" || value === "";

/** Reads the address; what it does not know is as usual. `#L120` and `#L120-L130` are understood, too. */
export function readLogParams(search: Record<string, unknown>, hash = ""): LogParams {
  const { stream, time } = search;
  return {
    stream: stream === "stdout" || stream === "stderr" ? stream : "both",
    lines: readLines(String(search.line ?? "")) ?? readLines(hash),
    q: typeof search.q === "string" ? search.q : typeof search.q === "number" ? String(search.q) : "",
    regex: isOn(search.regex),
    case: isOn(search.case),
    only: isOn(search.only),
    wrap: isOn(search.wrap),
    times: time === "clock" || time === "since" ? time : "none",
  };
}

function readLines(text: string): Range | undefined {
  const found = /^#?L?(\d{1,15})(?:(?:-|:)L?(\d{1,15}))?$/.exec(text);
  if (!found) return undefined;
  const [a, b] = [Number(found[1]), Number(found[2] ?? found[1])];
  if (a < 1 || b < 1) return undefined;
  return a < b ? [a - 1, b - 1] : [b - 1, a - 1];
}

/** The same for the address: what is as usual is left out of it. */
export function writeLogParams(changed: Partial<LogParams>): Record<string, unknown> {
  const written: Record<string, unknown> = {};
  if ("stream" in changed) written.stream = changed.stream === "both" ? undefined : changed.stream;
  if ("lines" in changed) written.line = changed.lines && writeLines(changed.lines);
  if ("q" in changed) written.q = changed.q || undefined;
  for (const name of ["regex", "case", "only", "wrap"] as const) {
    if (name in changed) written[name] = changed[name] ? 1 : undefined;
  }
  if ("times" in changed) written.time = changed.times === "none" ? undefined : changed.times;
  return written;
}

/** Lines as people count them: `120`, `120-130`. */
export function writeLines([from, to]: Range): string | number {
  return from === to ? from + 1 : `${from + 1}-${to + 1}`;
}
