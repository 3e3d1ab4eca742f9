import { expect, test } from "vitest";
import { ago, bytes, count, duration, plural } from "./format";

const S = 1_000_000;

test("durations are told in the unit that suits", () => {
  const told = [0, 340, 12_000, 1.24 * S, 48.2 * S, 185 * S, 7_860 * S, 356_400 * S, -5].map(duration);
  expect(told).toEqual(["0 µs", "340 µs", "12 ms", "1.24 s", "48.2 s", "3m 05s", "2h 11m", "4d 03h", "0 µs"]);
});

test("nothing is rounded to sixty seconds", () => {
  expect([999_499, 999_600, 9.996 * S, 59.96 * S, 59.9 * S].map(duration)).toEqual([
    "999 ms",
    "1.00 s",
    "10.0 s",
    "1m 00s",
    "59.9 s",
  ]);
});

test("how long ago", () => {
  const now = 1_000_000 * S;
  const told = [0, 1, 12, 185, 18_000, 200_000].map((seconds) => ago(now - seconds * S, now));
  expect(told).toEqual(["now", "now", "12 s ago", "3 min ago", "5 h ago", "2 d ago"]);
  expect(ago(now + 120 * S, now)).toBe("in 2 min");
});

test("bytes and counts", () => {
  expect([0, 999, 1000, 1234, 34_000_000, 999_950_000].map(bytes)).toEqual([
    "0 B",
    "999 B",
    "1.0 kB",
    "1.2 kB",
    "34.0 MB",
    "1.0 GB",
  ]);
  expect(count(50_003)).toBe("50\u202f003");
  expect([plural(1, "task"), plural(2, "task"), plural(0, "entry", "entries")]).toEqual([
    "1 task",
    "2 tasks",
    "0 entries",
  ]);
});
