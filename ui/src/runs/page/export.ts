import { get } from "~/api/client";
import type { Run, Schemas } from "~/api/types";
import { zone } from "../query/ranges";
import type { GroupBy } from "../search";
import { apiColumns, type CellContext, type Column } from "../table/columns";

/** At most so many runs are written to a file. */
export const MOST = 100_000;
const PAGE = 1000;

/** A value in a table of text: in quotes where it must be, and never as a formula. */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = Array.isArray(value) ? value.join(" ") : String(value);
  // Spreadsheets calculate what begins so.
  const safe = typeof value !== "number" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

/** Rows of some runs as lines. */
export function csvLines(rows: readonly Run[], columns: readonly Column[], more: CellContext): string {
  const line = (run: Run) => columns.map((column) => csvCell(column.value(run, more))).join(",");
  return rows.map((run) => `${line(run)}\n`).join("");
}

/** Names of columns for programs. */
export function csvHead(columns: readonly Column[]): string {
  return `${columns.map((column) => csvCell(nameOf(column))).join(",")}\n`;
}

function nameOf(column: Column): string {
  return column.id === "duration" ? "duration_s" : column.id;
}

function jsonOf(run: Run, columns: readonly Column[], more: CellContext): string {
  return JSON.stringify(
    Object.fromEntries(columns.map((column) => [nameOf(column), column.value(run, more)])),
  );
}

interface Wanted {
  query: string;
  sort: string;
  columns: readonly Column[];
  more: CellContext;
  format: "csv" | "json";
  onProgress: (done: number, of: number) => void;
  signal: AbortSignal;
}

/** Writes all runs that are asked for, as the table shows them, to a file. */
export async function exported({
  query,
  sort,
  columns,
  more,
  format,
  onProgress,
  signal,
}: Wanted): Promise<Blob> {
  const parts: string[] = format === "csv" ? [csvHead(columns)] : [];
  let after: string | undefined;
  let done = 0;
  do {
    const asked = { query, sort, columns: apiColumns(columns), limit: PAGE, facets: 0, tz: zone() };
    const answer = await get("/api/v1/runs", { query: { ...asked, ...(after && { after }) }, signal });
    parts.push(
      format === "csv"
        ? csvLines(answer.rows, columns, more)
        : answer.rows.map((run) => jsonOf(run, columns, more)).join(",\n"),
    );
    done += answer.rows.length;
    after = answer.next ?? undefined;
    onProgress(done, Math.min(answer.total, MOST));
  } while (after && done < MOST);
  if (format === "csv") return new Blob(parts, { type: "text/csv" });
  return new Blob(["[\n", parts.filter((part) => part !== "").join(",\n"), "\n]\n"], {
    type: "application/json",
  });
}

interface WantedGroups {
  by: GroupBy;
  query: string;
  format: "csv" | "json";
  onProgress: (done: number, of: number) => void;
  signal: AbortSignal;
}

/** Writes all groups of the runs that are asked for to a file: what they have in common, how many there are, and of each state. */
export async function exportedGroups({ by, query, format, onProgress, signal }: WantedGroups): Promise<Blob> {
  const groups: Schemas["RunGroup"][] = [];
  let total: number;
  do {
    const after = groups.at(-1)?.name;
    const asked = { by, query, limit: PAGE, newest: 0, tz: zone(), ...(after !== undefined && { after }) };
    const answer = await get("/api/v1/runs/groups", { query: asked, signal });
    if (answer.groups.length === 0) break;
    groups.push(...answer.groups);
    total = Math.min(answer.total_groups, MOST);
    onProgress(groups.length, total);
  } while (groups.length < total);
  const rows = groups.map(({ name, count, by_status }) => ({ [by]: name, runs: count, ...by_status }));
  if (format === "json")
    return new Blob([`${JSON.stringify(rows, null, 1)}\n`], { type: "application/json" });
  const lines = [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))];
  return new Blob([lines.map((line) => `${line.map(csvCell).join(",")}\n`).join("")], { type: "text/csv" });
}

/** Gives a file to the browser to keep. */
export function keep(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
