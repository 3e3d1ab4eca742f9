// What a plugin may say. Nothing of it is believed before it was looked at.

/** A cell of a column that a plugin fills. */
export interface CellValue {
  text: string;
  tone?: Tone;
  href?: string;
}

/** A mark in the timeline. */
export interface TimelineMark {
  /** When, microseconds since the epoch. */
  at: number;
  until?: number;
  label: string;
  tone?: Tone;
}

export type Tone = "done" | "failed" | "running" | "stopped";

/** Something that a plugin said: what Metaflow's plugins say, and what ours may say beside. */
export type Said =
  | { type: "PluginRegisterEvent"; api: string }
  | { type: "PluginHeightCheck"; height: number }
  | { type: "PluginSubscribeToData"; paths: string[] }
  | { type: "PluginSubscribeToEvent"; events: string[] }
  | { type: "PluginCallEvent"; event: string; data: unknown }
  | { type: "PluginRemoveRequest" }
  | { type: "PluginSetUrlState"; value: string }
  | { type: "PluginColumnValues"; values: Record<string, CellValue> }
  | { type: "PluginTimelineMarks"; marks: TimelineMark[] }
  | { type: "PluginProblem"; message: string }
  | { type: "PluginPong"; ping: number };

/** No name of an event or a path is longer. */
const NAME = 200;
/** So many names are listened to at once. */
const NAMES = 100;
/** Marks and cells of one message. */
const MOST = 2000;
/** What a plugin keeps in the address. */
const ADDRESS = 1000;

type Fields = Record<string, unknown>;

/** Reads a message; nothing, if it is none that a plugin can send. */
export function read(data: unknown): Said | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const fields = data as Fields;
  switch (fields.type) {
    case "PluginRegisterEvent":
      return { type: fields.type, api: apiOf(fields.version) };
    case "PluginHeightCheck":
      return isNumber(fields.height) ? { type: fields.type, height: fields.height } : undefined;
    case "PluginSubscribeToData":
      return { type: fields.type, paths: names(fields.paths) };
    case "PluginSubscribeToEvent":
      return { type: fields.type, events: names(fields.events) };
    case "PluginCallEvent":
      return isName(fields.event) ? { type: fields.type, event: fields.event, data: fields.data } : undefined;
    case "PluginRemoveRequest":
      return { type: fields.type };
    case "PluginProblem":
      return { type: fields.type, message: text(fields.message, 500) };
    case "PluginPong":
      return isNumber(fields.ping) ? { type: fields.type, ping: fields.ping } : undefined;
    default:
      return readOurs(fields);
  }
}

function readOurs(fields: Fields): Said | undefined {
  switch (fields.type) {
    case "PluginSetUrlState":
      return typeof fields.value === "string" && fields.value.length <= ADDRESS
        ? { type: fields.type, value: fields.value }
        : undefined;
    case "PluginColumnValues":
      return { type: fields.type, values: cells(fields.values) };
    case "PluginTimelineMarks":
      return {
        type: fields.type,
        marks: Array.isArray(fields.marks) ? fields.marks.slice(0, MOST).flatMap(mark) : [],
      };
    default:
      return undefined;
  }
}

function apiOf(version: unknown): string {
  const api = typeof version === "object" && version !== null ? (version as Fields).api : undefined;
  return typeof api === "string" ? api.slice(0, NAME) : "";
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isName(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= NAME;
}

/** One name, or more. */
function names(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter(isName).slice(0, NAMES);
}

function text(value: unknown, longest: number): string {
  return (typeof value === "string" ? value : String(value ?? "")).slice(0, longest);
}

const TONES: readonly unknown[] = ["done", "failed", "running", "stopped"] satisfies Tone[];

function tone(value: unknown): { tone?: Tone } {
  return TONES.includes(value) ? { tone: value as Tone } : {};
}

function cells(values: unknown): Record<string, CellValue> {
  const read: Record<string, CellValue> = Object.create(null);
  if (typeof values !== "object" || values === null) return read;
  for (const [run, given] of Object.entries(values).slice(0, MOST)) {
    const cell: Fields = typeof given === "object" && given !== null ? (given as Fields) : { text: given };
    const href = typeof cell.href === "string" ? { href: cell.href } : {};
    read[run] = { text: text(cell.text, NAME), ...tone(cell.tone), ...href };
  }
  return read;
}

function mark(given: unknown): TimelineMark[] {
  const fields = (typeof given === "object" && given !== null ? given : {}) as Fields;
  if (!isNumber(fields.at)) return [];
  const until = isNumber(fields.until) && fields.until > fields.at ? { until: fields.until } : {};
  return [{ at: fields.at, ...until, label: text(fields.label, NAME), ...tone(fields.tone) }];
}

/** The oldest version of Metaflow's plugin API that is understood. */
const OLDEST = [0, 13, 0] as const;

/** Whether a plugin speaks a version that is understood; what says none is believed to. */
export function isSpoken(api: string): boolean {
  if (api === "") return true;
  const parts = api.split(".").map((part) => Number.parseInt(part, 10) || 0);
  for (const [at, least] of OLDEST.entries()) {
    const part = parts[at] ?? 0;
    if (part !== least) return part > least;
  }
  return true;
}
