import { usePrefs } from "./prefs";

// Numbers as people read them. Times are microseconds since the epoch, durations microseconds, as everywhere in the API.

const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
] as const;

/** A duration: `340 µs`, `12 ms`, `1.24 s`, `3m 05s`, `2h 11m`, `4d 03h`. */
export function duration(us: number): string {
  const of = Math.max(0, us);
  if (of < 1_000) return `${Math.round(of)} µs`;
  if (of < 999_500) return `${Math.round(of / 1_000)} ms`;
  const seconds = of / 1_000_000;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  return long(Math.round(seconds));
}

function long(seconds: number): string {
  const two = (n: number) => String(Math.floor(n)).padStart(2, "0");
  const [d, h, m] = UNITS.map(([, size]) => size) as [number, number, number];
  if (seconds >= d) return `${Math.floor(seconds / d)}d ${two((seconds % d) / h)}h`;
  if (seconds >= h) return `${Math.floor(seconds / h)}h ${two((seconds % h) / m)}m`;
  return `${Math.floor(seconds / m)}m ${two(seconds % m)}s`;
}

/** Bytes: `0 B`, `1.2 kB`, `34 MB` (powers of 1000, as disks and networks have them). */
export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const text = unit === 0 || value >= 99.95 ? value.toFixed(0) : value.toFixed(1);
  return `${text} ${units[unit]}`;
}

// Making one takes a browser longer than drawing a row.
const counts = new Intl.NumberFormat("en-US");

/** A count with thin spaces between thousands: `50 003`. */
export function count(of: number): string {
  return of >= 0 && of < 1000 && Number.isInteger(of)
    ? String(of)
    : counts.format(of).replaceAll(",", "\u202f");
}

/** One or many: `plural(3, "task")` is `3 tasks`. */
export function plural(of: number, one: string, many = `${one}s`): string {
  return `${count(of)} ${of === 1 ? one : many}`;
}

/** How long ago: `now`, `12 s ago`, `3 min ago`, `5 h ago`, `2 d ago`; a moment to come is `in 3 min`. */
export function ago(at: number, now: number): string {
  const seconds = Math.round((now - at) / 1_000_000);
  const far = Math.abs(seconds);
  if (far < 2) return "now";
  const text =
    far < 60
      ? `${far} s`
      : far < 3_600
        ? `${Math.floor(far / 60)} min`
        : far < 172_800
          ? `${Math.floor(far / 3_600)} h`
          : `${Math.floor(far / 86_400)} d`;
  return seconds < 0 ? `in ${text}` : `${text} ago`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, style: "full" | "day" | "clock"): Intl.DateTimeFormat {
  const key = `${zone} ${style}`;
  const known = formats.get(key);
  if (known) return known;
  const day = { year: "numeric", month: "2-digit", day: "2-digit" } as const;
  const clock = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" } as const;
  const fields = style === "day" ? day : style === "clock" ? clock : { ...day, ...clock };
  const made = new Intl.DateTimeFormat("sv-SE", {
    ...fields,
    ...(zone === "local" ? {} : { timeZone: zone }),
  });
  formats.set(key, made);
  return made;
}

/** A moment in the viewer's zone: `2026-11-27 22:41:03`; `clock` gives the time of day alone, with `ms` as asked. */
export function moment(at: number, style: "full" | "day" | "clock" = "full", digits = 0): string {
  const text = format(usePrefs.getState().zone, style).format(at / 1000);
  if (digits === 0) return text;
  const fraction = Math.floor(((at % 1_000_000) + 1_000_000) % 1_000_000);
  return `${text}.${String(fraction).padStart(6, "0").slice(0, digits)}`;
}

let local: string | undefined;

/** The name of the viewer's zone: `Europe/Rome`. */
export function zoneName(): string {
  const { zone } = usePrefs.getState();
  if (zone !== "local") return zone;
  local ??= Intl.DateTimeFormat().resolvedOptions().timeZone;
  return local;
}
