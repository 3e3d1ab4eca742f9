import { create } from "zustand";

/** How somebody likes the list of runs; kept in the browser. */
interface RunsPrefs {
  columns: readonly string[];
  facets: boolean;
  scatter: boolean;
}

const KEY = "spinloom.runs";

/** The columns one begins with. */
export const FIRST_COLUMNS = [
  "status",
  "flow",
  "run",
  "user",
  "started",
  "duration",
  "progress",
  "tags",
] as const;

function kept(): RunsPrefs {
  const first: RunsPrefs = { columns: FIRST_COLUMNS, facets: true, scatter: true };
  try {
    const known: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    const merged = { ...first, ...(typeof known === "object" ? known : {}) };
    return Array.isArray(merged.columns) && merged.columns.length > 0 ? merged : first;
  } catch {
    // Storage may be forbidden, or hold something of somebody else's.
    return first;
  }
}

/** The preferences: `useRunsPrefs((prefs) => prefs.facets)`. */
export const useRunsPrefs = create<RunsPrefs>(kept);

/** Changes some of them. */
export function setRunsPrefs(changed: Partial<RunsPrefs>): void {
  useRunsPrefs.setState(changed);
  try {
    localStorage.setItem(KEY, JSON.stringify(useRunsPrefs.getState()));
  } catch {
    // It holds for this page, then.
  }
}
