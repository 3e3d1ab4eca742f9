import { create } from "zustand";
import type { Run } from "~/api/types";
import type { CellValue } from "../host/messages";

const KEY = "spinloom.plugin-columns";

function kept(): readonly string[] {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(known) ? known.filter((one) => typeof one === "string") : [];
  } catch {
    return [];
  }
}

interface Columns {
  /** The ids of columns that somebody does not want to see; kept in the browser. */
  hidden: readonly string[];
  /** Rows that are on the screen, for plugins that fill columns. */
  rows: readonly Run[];
  /** What those have said: by plugin, then by run. */
  values: Readonly<Record<string, Readonly<Record<string, CellValue>>>>;
}

/** Columns of plugins. */
export const useColumns = create<Columns>(() => ({ hidden: kept(), rows: [], values: {} }));

/** Whether a column of that id is one of a plugin's. */
export function isOfPlugin(id: string): boolean {
  return id.startsWith("plugin.");
}

/** Shows or hides one. */
export function setShown(id: string, shown: boolean): void {
  const rest = useColumns.getState().hidden.filter((one) => one !== id);
  const hidden = shown ? rest : [...rest, id];
  useColumns.setState({ hidden });
  try {
    localStorage.setItem(KEY, JSON.stringify(hidden));
  } catch {
    // It holds for this page, then.
  }
}

/** Cells of so many runs are remembered of a plugin. */
const REMEMBERED = 5000;

/** Notes what a plugin says of some runs. */
export function setValues(plugin: string, said: Readonly<Record<string, CellValue>>): void {
  const { values } = useColumns.getState();
  const known = values[plugin] ?? {};
  const from = Object.keys(known).length > REMEMBERED ? {} : known;
  useColumns.setState({ values: { ...values, [plugin]: { ...from, ...said } } });
}

const wanted = new Map<string, { run: Run; cells: number }>();
let timer = 0;

/** A run's row is on the screen, until the answer is called. */
export function want(run: Run): () => void {
  const key = runKey(run);
  const known = wanted.get(key);
  wanted.set(key, { run, cells: (known?.cells ?? 0) + 1 });
  later();
  return () => {
    const now = wanted.get(key);
    if (!now) return;
    if (now.cells > 1) wanted.set(key, { ...now, cells: now.cells - 1 });
    else wanted.delete(key);
    later();
  };
}

function later(): void {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => {
    useColumns.setState({ rows: [...wanted.values()].map(({ run }) => run) });
  }, 80);
}

/** What a run is called in what plugins say: `Flow/12`. */
export function runKey(run: { flow: string; run: string }): string {
  return `${run.flow}/${run.run}`;
}
