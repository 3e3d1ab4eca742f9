/** What some tasks have in common. */

import { stepOf, took, waited } from "./ask";
import { counted, type StateCounts } from "./filter";
import type { Tasks } from "./tasks";

/** How long a number of things took, µs. */
export interface Spread {
  count: number;
  min: number;
  p50: number;
  p95: number;
  max: number;
  total: number;
}

/** The spread of values, of which NaN are left out; none of nothing. Percentiles by the nearest rank, as the server's. */
export function spreadOf(values: Float64Array): Spread | undefined {
  const known = values.filter((value) => !Number.isNaN(value)).sort();
  const count = known.length;
  if (count === 0) return undefined;
  const rank = (percent: number) => known[Math.max(0, Math.ceil((count * percent) / 100) - 1)] as number;
  let total = 0;
  for (const value of known) total += value;
  return {
    count,
    min: known[0] as number,
    p50: rank(50),
    p95: rank(95),
    max: known[count - 1] as number,
    total,
  };
}

/** Tasks in figures. */
export interface Figures {
  count: number;
  counts: StateCounts;
  took: Spread | undefined;
  waited: Spread | undefined;
  steps: { name: string; count: number; took: Spread | undefined }[];
}

/** The figures of some tasks. */
export function figuresOf(tasks: Tasks, rows: Uint32Array, now: number): Figures {
  const times = Float64Array.from(rows, (row) => took(tasks, row, now));
  const steps = new Map<string, number[]>();
  for (const [i, row] of rows.entries()) {
    const name = stepOf(tasks, row);
    const list = steps.get(name);
    if (list) list.push(times[i] as number);
    else steps.set(name, [times[i] as number]);
  }
  return {
    count: rows.length,
    counts: counted(tasks, rows),
    took: spreadOf(times),
    waited: spreadOf(Float64Array.from(rows, (row) => waited(tasks, row))),
    steps: [...steps].map(([name, list]) => ({
      name,
      count: list.length,
      took: spreadOf(Float64Array.from(list)),
    })),
  };
}
