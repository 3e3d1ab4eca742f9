/** Where bars are: which lane of which step, and from when to when. Made in the worker, drawn by the page. */

import { adopted, began, labelOf, NONE, took } from "./ask";
import { type Curve, curveOf } from "./curve";
import { counted, everything, type Filter, filtered, isEverything, type StateCounts } from "./filter";
import { type Idle, idleOf, noIdle, toShown } from "./idle";
import { byLane, packed } from "./lanes";
import { greatest, sorted, sortedByText } from "./order";
import { FAILED, RUNNING, STOPPED, type Tasks } from "./tasks";

/** What a bar is drawn as: a state, and two that are more than one. */
export const ADOPTED_BAR = 4;
/** A failed attempt that another followed. */
export const LOST_BAR = 5;

/** How tasks are laid out. */
export interface Asked {
  filter: Filter;
  /** `lanes`: as many in a row as fit; `rows`: one row for each task. */
  mode: "lanes" | "rows";
  /** A section for each step, or one for all. */
  group: "step" | "none";
  sort: "start" | "duration" | "name";
  down: boolean;
  collapseIdle: boolean;
  /** Names of steps in the order of the flow graph; those with no tasks yet are shown empty. */
  steps: string[];
  now: number;
}

/** The tasks of a step, or all. */
export interface Section {
  name: string;
  tasks: number;
  counts: StateCounts;
  /** Its lanes in `laneFrom`, its bars, and its tasks in `rows`. */
  lanes: [number, number];
  items: [number, number];
  rows: [number, number];
  /** From when to when it had something to do, as shown; NaN if nothing, infinite while it has. */
  from: number;
  to: number;
}

/** All bars that are shown, lane by lane, each lane's in order. Times are as shown, without idle time. */
export interface Layout {
  seq: number;
  sections: Section[];
  /** Where a lane's bars begin. */
  laneFrom: Uint32Array;
  task: Uint32Array;
  /** The attempt; `NONE` for a task without. */
  bar: Uint32Array;
  kind: Uint8Array;
  /** Since when it waited, when it began, when the code of the user began and ended, when it was over. */
  wait: Float64Array;
  from: Float64Array;
  code: Float64Array;
  saving: Float64Array;
  to: Float64Array;
  /** Tasks that are shown, section by section in order. */
  rows: Uint32Array;
  curve: Curve;
  idle: Idle;
  /** When the last of all bars that are over ended, shown or not. */
  end: number;
  counts: StateCounts;
  /** The tasks that took longest, the longest first. */
  slowest: Uint32Array;
}

const SLOWEST = 20;

/** Lays tasks out. */
export function layoutOf(tasks: Tasks, asked: Asked): Layout {
  const idle = asked.collapseIdle ? idleOf(tasks.barStart, tasks.barEnd, asked.now) : noIdle;
  const found = filtered(tasks, asked.filter);
  const builder = new Builder(tasks, asked, idle, found);
  for (const [name, rows] of grouped(tasks, asked, found)) builder.section(name, rows);
  return builder.finish();
}

/** Rows by section, in the order sections are shown. */
function grouped(tasks: Tasks, asked: Asked, found: Uint32Array): [string, Uint32Array][] {
  if (asked.group === "none") return [["", found]];
  const lists = tasks.steps.map(() => new Uint32Array(found.length === 0 ? 0 : 16));
  const counts = new Uint32Array(lists.length);
  for (let i = 0; i < found.length; i++) {
    const row = found[i] as number;
    const step = tasks.step[row] as number;
    const count = counts[step] as number;
    let list = lists[step] as Uint32Array<ArrayBuffer>;
    if (count === list.length) {
      const longer = new Uint32Array(2 * count + 16);
      longer.set(list);
      lists[step] = list = longer;
    }
    list[count] = row;
    counts[step] = count + 1;
  }
  const named = new Map(
    tasks.steps.map((name, at) => [name, (lists[at] as Uint32Array).subarray(0, counts[at])]),
  );
  const order = [...new Set([...asked.steps, ...tasks.steps])];
  const all = isEverything(asked.filter);
  const none = new Uint32Array(0);
  return order
    .map((name): [string, Uint32Array] => [name, named.get(name) ?? none])
    .filter(([name, rows]) => rows.length > 0 || (all && asked.steps.includes(name)));
}

class Builder {
  private readonly task: Uint32Array;
  private readonly bar: Uint32Array;
  private readonly kind: Uint8Array;
  private readonly wait: Float64Array;
  private readonly from: Float64Array;
  private readonly code: Float64Array;
  private readonly saving: Float64Array;
  private readonly to: Float64Array;
  private readonly rows: Uint32Array;
  private readonly laneFrom: number[] = [];
  private readonly sections: Section[] = [];
  private items = 0;
  /** Bars of tasks that had no attempt. */
  private bare = 0;
  private shown = 0;

  constructor(
    private readonly tasks: Tasks,
    private readonly asked: Asked,
    private readonly idle: Idle,
    private readonly found: Uint32Array,
  ) {
    let bars = 0;
    for (let i = 0; i < found.length; i++) {
      const row = found[i] as number;
      bars += Math.max(1, (tasks.bars[row + 1] as number) - (tasks.bars[row] as number));
    }
    this.task = new Uint32Array(bars);
    this.bar = new Uint32Array(bars);
    this.kind = new Uint8Array(bars);
    this.wait = new Float64Array(bars);
    this.from = new Float64Array(bars);
    this.code = new Float64Array(bars);
    this.saving = new Float64Array(bars);
    this.to = new Float64Array(bars);
    this.rows = new Uint32Array(found.length);
  }

  section(name: string, rows: Uint32Array): void {
    const before = [this.laneFrom.length, this.items, this.shown] as const;
    const order = this.inOrder(rows);
    this.rows.set(order, this.shown);
    this.shown += order.length;
    if (this.asked.mode === "rows") {
      for (const row of order) {
        this.laneFrom.push(this.items);
        this.put(row);
      }
    } else {
      this.lanes(order);
    }
    this.sections.push({
      name,
      tasks: rows.length,
      counts: counted(this.tasks, rows),
      lanes: [before[0], this.laneFrom.length],
      items: [before[1], this.items],
      rows: [before[2], this.shown],
      ...this.extent(before[1]),
    });
  }

  private inOrder(rows: Uint32Array): Uint32Array {
    const { tasks, asked } = this;
    const start = (row: number) => began(tasks, row);
    if (asked.mode === "lanes" || asked.sort === "start") {
      return sorted(rows, start, asked.mode === "rows" && asked.down);
    }
    if (asked.sort === "name") return sortedByText(rows, (row) => labelOf(tasks, row), asked.down);
    return sorted(rows, (row) => took(tasks, row, asked.now), asked.down);
  }

  private lanes(order: Uint32Array): void {
    const starts = new Float64Array(order.length);
    const ends = new Float64Array(order.length);
    for (let i = 0; i < order.length; i++) {
      starts[i] = began(this.tasks, order[i] as number);
      ends[i] = this.end(order[i] as number);
    }
    const { places, past } = byLane(packed(starts, ends));
    let at = 0;
    for (let number = 0; number < past.length; number++) {
      this.laneFrom.push(this.items);
      while (at < (past[number] as number)) this.put(order[places[at++] as number] as number);
    }
  }

  /** When a task leaves its lane. */
  private end(row: number): number {
    const last = (this.tasks.bars[row + 1] as number) - 1;
    const end = last < (this.tasks.bars[row] as number) ? Number.NaN : (this.tasks.barEnd[last] as number);
    return adopted(this.tasks, row) ? (this.tasks.created[row] as number) : (end ?? Number.NaN);
  }

  private put(row: number): void {
    const { tasks, idle } = this;
    const first = tasks.bars[row] as number;
    const past = tasks.bars[row + 1] as number;
    if (first === past) {
      const open = (tasks.state[row] as number) === RUNNING;
      const at = toShown(idle, tasks.created[row] as number);
      const kind = adopted(tasks, row) ? ADOPTED_BAR : (tasks.state[row] as number);
      this.item(row, NONE, kind, at, at, at, at, open ? Number.POSITIVE_INFINITY : at);
      this.bare++;
      return;
    }
    for (let bar = first; bar < past; bar++) {
      const start = tasks.barStart[bar] as number;
      const end = tasks.barEnd[bar] as number;
      const state = tasks.barState[bar] as number;
      const lost = (state === FAILED || state === STOPPED) && bar + 1 < past;
      const ready = bar === first ? (tasks.ready[row] as number) : (tasks.barEnd[bar - 1] as number);
      const wait = Math.min(ready, start);
      const open = Number.isNaN(end);
      this.item(
        row,
        bar,
        lost ? LOST_BAR : state,
        toShown(idle, wait),
        toShown(idle, start),
        toShown(idle, start + (tasks.barStarting[bar] || 0)),
        open ? Number.POSITIVE_INFINITY : toShown(idle, end - (tasks.barSaving[bar] || 0)),
        open ? Number.POSITIVE_INFINITY : toShown(idle, Math.max(start, end)),
      );
    }
  }

  private item(
    row: number,
    bar: number,
    kind: number,
    wait: number,
    from: number,
    code: number,
    saving: number,
    to: number,
  ): void {
    const i = this.items++;
    this.task[i] = row;
    this.bar[i] = bar;
    this.kind[i] = kind;
    this.wait[i] = wait;
    this.from[i] = from;
    this.code[i] = code;
    this.saving[i] = saving;
    this.to[i] = to;
  }

  private extent(first: number): { from: number; to: number } {
    let from = Number.NaN;
    let to = Number.NaN;
    for (let i = first; i < this.items; i++) {
      if (!((this.from[i] as number) >= from)) from = this.from[i] as number;
      if (!((this.to[i] as number) <= to)) to = this.to[i] as number;
    }
    return { from, to };
  }

  finish(): Layout {
    const { tasks, found, asked, idle } = this;
    this.laneFrom.push(this.items);
    const real = (times: Float64Array) =>
      this.bare === 0 ? times : times.filter((_, i) => this.bar[i] !== NONE);
    return {
      seq: tasks.seq,
      sections: this.sections,
      laneFrom: Uint32Array.from(this.laneFrom),
      task: this.task,
      bar: this.bar,
      kind: this.kind,
      wait: this.wait,
      from: this.from,
      code: this.code,
      saving: this.saving,
      to: this.to,
      rows: this.rows,
      curve: curveOf(real(this.from), real(this.to)),
      // Of its own: what is told is moved to the page.
      idle: { from: idle.from.slice(), to: idle.to.slice(), shown: idle.shown },
      end: toShown(idle, lastEnd(tasks)),
      counts: counted(tasks, filtered(tasks, everything)),
      slowest: greatest(found, (row) => took(tasks, row, asked.now), SLOWEST),
    };
  }
}

function lastEnd(tasks: Tasks): number {
  return Math.max(greatestOf(tasks.barEnd), greatestOf(tasks.created));
}

/** The greatest of some times, at least 0; what has no end is NaN. */
function greatestOf(times: Float64Array): number {
  let last = 0;
  for (let i = 0; i < times.length; i++) if ((times[i] as number) > last) last = times[i] as number;
  return last;
}

/** The first bar of each of these tasks; those that are not shown are left out. */
export function firstBars(layout: Layout, tasks: Tasks, rows: Iterable<number>): Uint32Array {
  const first = new Int32Array(tasks.count).fill(-1);
  for (let item = layout.task.length - 1; item >= 0; item--) first[layout.task[item] as number] = item;
  return Uint32Array.from([...rows].map((row) => first[row] ?? -1).filter((item) => item >= 0));
}
