/** Taking a block in: everything anew, or what has changed since. */

import { ended, lowerBound } from "./ask";
import type { Block, Failure } from "./format";
import { PER_BAR, PER_TASK, type Tasks, tasksOf } from "./tasks";

/** The tasks as they are after a block. What was known is left as it is: the page may be drawing it. */
export function withBlock(known: Tasks, block: Block): Tasks {
  if (block.header.full || known.count === 0) return derived(tasksOf(block));
  const steps = [...known.steps];
  const changed = tasksOf(block, known.base, steps);
  const merged = merge({ ...known, steps }, changed);
  return derived({ ...merged, failures: allFailures(known.failures, changed.failures) });
}

function allFailures(known: Failure[], more: Failure[]): Failure[] {
  const news = more.filter((failure) => !known.some((one) => one.id === failure.id));
  return news.length > 0 ? [...known, ...news] : known;
}

/** Rows `from` to `to` of one of the two. */
interface Piece {
  of: Tasks;
  from: number;
  to: number;
}

/** Old rows but for those that have changed, new ones in their place; in order of id. */
function pieces(known: Tasks, changed: Tasks): Piece[] {
  const list: Piece[] = [];
  let old = 0;
  let row = 0;
  while (row < changed.count) {
    const at = lowerBound(known.id, changed.id[row] as number, old);
    if (at > old) list.push({ of: known, from: old, to: at });
    // As many new rows as come before the next old one that stays.
    const first = row;
    old = at;
    do {
      if (known.id[old] === changed.id[row]) old++;
      row++;
    } while (
      row < changed.count &&
      (old >= known.count || (changed.id[row] as number) <= (known.id[old] as number))
    );
    list.push({ of: changed, from: first, to: row });
  }
  if (old < known.count) list.push({ of: known, from: old, to: known.count });
  return list;
}

function merge(known: Tasks, changed: Tasks): Tasks {
  const list = pieces(known, changed);
  const count = list.reduce((sum, piece) => sum + piece.to - piece.from, 0);
  const merged: Tasks = { ...known, seq: changed.seq, count };
  for (const name of PER_TASK) merged[name] = joined(list, (of) => of[name], rows) as never;
  merged.bars = joinedBounds(list, (of) => of.bars, count);
  merged.index = joinedBounds(list, (of) => of.index, count);
  merged.parent = joinedBounds(list, (of) => of.parent, count);
  merged.value = joinedBounds(list, (of) => of.value, count);
  for (const name of PER_BAR)
    merged[name] = joined(
      list,
      (of) => of[name],
      within((of) => of.bars),
    ) as never;
  merged.indices = joined(
    list,
    (of) => of.indices,
    within((of) => of.index),
  );
  merged.parentFirst = joined(
    list,
    (of) => of.parentFirst,
    within((of) => of.parent),
  );
  merged.parentCount = joined(
    list,
    (of) => of.parentCount,
    within((of) => of.parent),
  );
  merged.values = joined(
    list,
    (of) => of.values,
    within((of) => of.value),
  );
  return merged;
}

type Range = (piece: Piece) => [number, number];
type Values = Uint8Array | Uint16Array | Uint32Array | Float64Array;

const rows: Range = (piece) => [piece.from, piece.to];

function within(boundsOf: (of: Tasks) => Uint32Array): Range {
  return (piece) => [boundsOf(piece.of)[piece.from] as number, boundsOf(piece.of)[piece.to] as number];
}

function joined<T extends Values>(list: Piece[], column: (of: Tasks) => T, range: Range): T {
  let length = 0;
  for (const piece of list) {
    const [from, to] = range(piece);
    length += column(piece.of).length === 0 ? 0 : to - from;
  }
  const sample = list[0] ? column(list[0].of) : new Float64Array(0);
  const out = new (sample.constructor as new (length: number) => T)(length);
  let at = 0;
  for (const piece of list) {
    const values = column(piece.of);
    if (values.length === 0) continue;
    const [from, to] = range(piece);
    out.set(values.subarray(from, to), at);
    at += to - from;
  }
  return out;
}

function joinedBounds(list: Piece[], column: (of: Tasks) => Uint32Array, count: number): Uint32Array {
  const out = new Uint32Array(count + 1);
  let at = 0;
  for (const piece of list) {
    const values = column(piece.of);
    const shift = (out[at] as number) - (values[piece.from] as number);
    for (let row = piece.from; row < piece.to; row++) out[++at] = (values[row + 1] as number) + shift;
  }
  return out;
}

/** With when each task's inputs were there. */
function derived(tasks: Tasks): Tasks {
  const ready = new Float64Array(tasks.count).fill(Number.NaN);
  for (let row = 0; row < tasks.count; row++) {
    const last = tasks.parent[row + 1] as number;
    for (let range = tasks.parent[row] as number; range < last; range++) {
      const first = tasks.parentFirst[range] as number;
      const end = latest(tasks, first, first + (tasks.parentCount[range] as number));
      if (!(end <= (ready[row] as number))) ready[row] = end;
    }
  }
  return { ...tasks, ready };
}

/** When the last of the tasks from `first` up to before `past` ended. */
function latest(tasks: Tasks, first: number, past: number): number {
  let last = Number.NaN;
  for (let row = lowerBound(tasks.id, first); row < tasks.count && (tasks.id[row] as number) < past; row++) {
    const end = ended(tasks, row);
    if (!(end <= last) && !Number.isNaN(end)) last = end;
  }
  return last;
}
