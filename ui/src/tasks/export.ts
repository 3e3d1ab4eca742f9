/** The table of tasks as a file. Times are microseconds since the epoch, durations microseconds, as in the API. */

import type { Tasks } from "../timeline/data/tasks";
import type { TaskColumn } from "./columns";

type Value = string | number | null;

/** A value in a table of text: in quotes where it must be, and never as a formula. */
export function csvCell(value: Value): string {
  if (value === null) return "";
  const text = String(value);
  // Spreadsheets calculate what begins so.
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** How columns are called in a file. */
function headOf({ id }: TaskColumn): string {
  return (
    {
      began: "began_at",
      ended: "ended_at",
      duration: "duration_us",
      waited: "waited_us",
      cpu: "cpu_us",
      rss: "max_rss_kib",
    }[id] ?? id
  );
}

function inFile(column: TaskColumn, tasks: Tasks, row: number, now: number): Value {
  return column.value ? column.value(tasks, row, now) : column.text(tasks, row, now);
}

/** The rows as text, line by line. */
export function written(
  tasks: Tasks,
  rows: Uint32Array,
  columns: readonly TaskColumn[],
  now: number,
  format: "csv" | "json",
): string {
  if (format === "csv") {
    const line = (row: number) => columns.map((column) => csvCell(inFile(column, tasks, row, now))).join(",");
    return `${columns.map(headOf).join(",")}\n${Array.from(rows, (row) => `${line(row)}\n`).join("")}`;
  }
  const one = (row: number) =>
    JSON.stringify(
      Object.fromEntries(columns.map((column) => [headOf(column), inFile(column, tasks, row, now)])),
    );
  return `[\n${Array.from(rows, one).join(",\n")}\n]\n`;
}

/** Gives a file to the browser to keep. */
export function keep(text: string, type: string, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
