/** The view of the timeline as the address has it. */

import { many, one, type Patch, type Search } from "~/shell/url";
import type { Filter } from "./data/filter";
import type { HeatBy } from "./view/heat";

/** Times and heights of an area that is selected: seconds since the run began, then pixels from the top. */
export interface AreaAt {
  from: number;
  to: number;
  top: number;
  bottom: number;
}

/** Everything that decides what the timeline shows. Times are seconds since the first task was made. */
export interface View {
  /** What is seen; nothing is all of it, up to now. */
  t0: number | undefined;
  t1: number | undefined;
  /** Pixels scrolled down. */
  y: number;
  /** The right edge stays at now. */
  follow: boolean;
  filter: Filter;
  mode: "lanes" | "rows";
  group: "step" | "none";
  sort: "start" | "duration" | "name";
  down: boolean;
  idle: boolean;
  path: boolean;
  slow: boolean;
  folded: string[];
  /** Steps that come first. */
  pins: string[];
  heat: ReadonlyMap<string, HeatBy>;
  /** How high lanes are, if the user said so. */
  lane: number | undefined;
  /** The task the keyboard is at. */
  task: number | undefined;
  area: AreaAt | undefined;
  /** The step whose statistics are shown. */
  stats: string | undefined;
}

const STATES = ["running", "done", "failed", "stopped", "adopted", "retried"];

/** Reads an address. What makes no sense is as if it were not there. */
export function viewOf(search: Search): View {
  const sort = one(search, "sort") ?? "start";
  const name = sort.replace(/^-/, "");
  return {
    t0: number(one(search, "t0")),
    t1: number(one(search, "t1")),
    y: Math.max(0, number(one(search, "y")) ?? 0),
    follow: one(search, "follow") === "true",
    filter: filterOf(search),
    mode: one(search, "mode") === "rows" ? "rows" : "lanes",
    group: one(search, "group") === "none" ? "none" : "step",
    sort: name === "duration" || name === "name" ? name : "start",
    down: sort.startsWith("-"),
    idle: one(search, "idle") === "true",
    path: one(search, "path") === "true",
    slow: one(search, "slow") === "true",
    folded: list(search, "folded"),
    pins: list(search, "pins"),
    heat: new Map(list(search, "heat").map(heatOf)),
    lane: within(number(one(search, "lane")), 3, 22),
    task: number(one(search, "task")),
    area: areaOf(one(search, "area")),
    stats: one(search, "stats"),
  };
}

/** What tasks an address asks for; the table of tasks has the same. */
export function filterOf(search: Search): Filter {
  const failure = number(one(search, "failure"));
  return {
    statuses: list(search, "status").filter((state) => STATES.includes(state)),
    steps: [...new Set([...list(search, "steps"), ...list(search, "step")])],
    text: one(search, "q") ?? "",
    ...(failure === undefined ? {} : { failure }),
  };
}

/** The same filter, to be written. */
export function filterPatch(filter: Partial<Filter>): Patch {
  return {
    ...("statuses" in filter && { status: filter.statuses?.join(",") }),
    ...("steps" in filter && { steps: filter.steps?.map(encoded).join(","), step: undefined }),
    ...("text" in filter && { q: filter.text }),
    ...("failure" in filter && { failure: filter.failure }),
  };
}

/** A time as it is written: seconds, as exact as a view of a few microseconds needs. */
export function secondsText(us: number): number {
  return Number((us / 1e6).toFixed(6));
}

/** An area as it is written. */
export function areaText(area: AreaAt): string {
  return [area.from, area.to, Math.round(area.top), Math.round(area.bottom)].join("~");
}

/** Names as they are written, with commas between. */
export function listText(names: Iterable<string>): string {
  return [...names].map(encoded).join(",");
}

/** Heat maps as they are written. */
export function heatText(heat: ReadonlyMap<string, HeatBy>): string {
  return [...heat].map(([step, by]) => `${encoded(step)}:${by}`).join(",");
}

function encoded(name: string): string {
  return name.replace(/[%,:]/g, (sign) => encodeURIComponent(sign));
}

function decoded(name: string): string {
  return name.replace(/%(25|2C|3A)/g, (code) => decodeURIComponent(code));
}

function list(search: Search, name: string): string[] {
  return many(search, name)
    .flatMap((value) => value.split(","))
    .map((value) => decoded(value.trim()))
    .filter((value) => value !== "");
}

function heatOf(text: string): [string, HeatBy] {
  const [, step = text, by] = /^(.*):(state|duration)$/.exec(text) ?? [];
  return [step, by === "duration" ? "duration" : "state"];
}

function areaOf(text: string | undefined): AreaAt | undefined {
  const [from, to, top, bottom] = (text ?? "").split("~").map((part) => number(part));
  if (from === undefined || to === undefined || top === undefined || bottom === undefined) return undefined;
  return to > from && bottom > top ? { from, to, top, bottom } : undefined;
}

function number(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function within(value: number | undefined, least: number, most: number): number | undefined {
  return value === undefined ? undefined : Math.min(most, Math.max(least, Math.round(value)));
}
