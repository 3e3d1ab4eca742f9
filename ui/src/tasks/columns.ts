/** The columns of the table of tasks: what is in them, and how each is sorted and written to a file. */

import { bytes, duration, moment } from "~/theme/format";
import {
  attempts,
  began,
  ended,
  foreachValue,
  indexOf,
  stateName,
  stepOf,
  took,
  waited,
} from "../timeline/data/ask";
import { errorOf } from "../timeline/data/filter";
import type { TaskOrder } from "../timeline/data/protocol";
import type { Tasks } from "../timeline/data/tasks";

/** A column. */
export interface TaskColumn {
  id: string;
  name: string;
  /** What it is sorted by, if it can be. */
  order?: TaskOrder;
  /** Numbers stand at the right. */
  number?: boolean;
  /** How wide it is, as CSS says it. */
  width: string;
  /** What one sees. */
  text: (tasks: Tasks, row: number, now: number) => string;
  /** What is written to a file; what one sees, if that is not said. */
  value?: (tasks: Tasks, row: number, now: number) => string | number | null;
  /** Not on a phone. */
  wide?: boolean;
  /** Whether there is anything in it. */
  there?: (tasks: Tasks) => boolean;
}

const known = (value: number): number | null => (Number.isNaN(value) ? null : value);
const shown = (value: number): string => (Number.isNaN(value) ? "" : duration(value));
const at = (tasks: Tasks, time: number) => (Number.isNaN(time) ? null : tasks.base + time);
const last = (tasks: Tasks, row: number): number => {
  const bar = (tasks.bars[row + 1] as number) - 1;
  return bar >= (tasks.bars[row] as number) ? bar : -1;
};

/** All columns, in order. */
export const COLUMNS: readonly TaskColumn[] = [
  {
    id: "state",
    name: "State",
    order: "state",
    width: "104px",
    text: (tasks, row) => stateName(tasks.state[row] as number),
  },
  {
    id: "task",
    name: "Task",
    order: "id",
    width: "minmax(110px, 1.2fr)",
    text: (tasks, row) => `${stepOf(tasks, row)}/${tasks.id[row]}`,
  },
  {
    id: "index",
    name: "Index",
    order: "index",
    number: true,
    wide: true,
    width: "76px",
    text: (tasks, row) => indexOf(tasks, row),
    there: (tasks) => tasks.indices.length > 0,
  },
  {
    id: "value",
    name: "Item",
    order: "value",
    width: "minmax(90px, 1.2fr)",
    text: (tasks, row) => foreachValue(tasks, row),
    there: (tasks) => tasks.values.length > 0,
  },
  {
    id: "began",
    name: "Began",
    order: "began",
    wide: true,
    width: "150px",
    text: (tasks, row) => moment(tasks.base + began(tasks, row)),
    value: (tasks, row) => at(tasks, began(tasks, row)),
  },
  {
    id: "ended",
    name: "Ended",
    order: "ended",
    wide: true,
    width: "84px",
    text: (tasks, row) => {
      const end = ended(tasks, row);
      return Number.isNaN(end) ? "" : moment(tasks.base + end, "clock");
    },
    value: (tasks, row) => at(tasks, ended(tasks, row)),
  },
  {
    id: "duration",
    name: "Took",
    order: "duration",
    number: true,
    width: "84px",
    text: (tasks, row, now) => shown(took(tasks, row, now)),
    value: (tasks, row, now) => known(took(tasks, row, now)),
  },
  {
    id: "waited",
    name: "Waited",
    order: "waited",
    number: true,
    wide: true,
    width: "84px",
    text: (tasks, row) => shown(waited(tasks, row)),
    value: (tasks, row) => known(waited(tasks, row)),
  },
  {
    id: "attempts",
    name: "Attempts",
    order: "attempts",
    number: true,
    wide: true,
    width: "86px",
    text: (tasks, row) => String(attempts(tasks, row) || ""),
    value: attempts,
  },
  {
    id: "cpu",
    name: "CPU",
    number: true,
    wide: true,
    width: "80px",
    text: (tasks, row) => shown(tasks.barCpu[last(tasks, row)] ?? Number.NaN),
    value: (tasks, row) => known(tasks.barCpu[last(tasks, row)] ?? Number.NaN),
    there: (tasks) => tasks.barCpu.length > 0,
  },
  {
    id: "rss",
    name: "Memory",
    number: true,
    wide: true,
    width: "80px",
    text: (tasks, row) => {
      const kib = tasks.barRss[last(tasks, row)];
      return kib ? bytes(kib * 1024) : "";
    },
    value: (tasks, row) => tasks.barRss[last(tasks, row)] ?? null,
    there: (tasks) => tasks.barRss.length > 0,
  },
  {
    id: "pid",
    name: "Process",
    number: true,
    wide: true,
    width: "80px",
    text: (tasks, row) => String(tasks.barPid[last(tasks, row)] || ""),
    value: (tasks, row) => tasks.barPid[last(tasks, row)] ?? null,
    there: (tasks) => tasks.barPid.length > 0,
  },
  {
    id: "error",
    name: "Error",
    order: "error",
    wide: true,
    width: "minmax(120px, 2fr)",
    text: errorOf,
    there: (tasks) => tasks.failures.length > 0,
  },
];

/** The columns that have something in them. */
export function columnsOf(tasks: Tasks): readonly TaskColumn[] {
  return COLUMNS.filter((column) => column.there?.(tasks) ?? true);
}
