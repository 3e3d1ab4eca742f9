/** The tasks of a run in an order people choose. */

import { attempts, began, ended, foreachValue, indexOf, took, waited } from "./ask";
import { errorOf, filtered } from "./filter";
import { sorted, sortedByText } from "./order";
import type { ListAsked, TaskOrder } from "./protocol";
import type { Tasks } from "./tasks";

type Key = (row: number) => number;
type Text = (row: number) => string;

/** Rows that are asked for. What is not known comes last, whichever way. */
export function listed(tasks: Tasks, asked: ListAsked, now: number): Uint32Array {
  const rows = filtered(tasks, asked.filter);
  const key = keys(tasks, now)[asked.order];
  if (key) return sorted(rows, key, asked.down);
  const text = texts(tasks)[asked.order];
  return text ? sortedByText(rows, text, asked.down) : rows;
}

function keys(tasks: Tasks, now: number): Partial<Record<TaskOrder, Key>> {
  const steps = [...tasks.steps].sort();
  const places = tasks.steps.map((step) => steps.indexOf(step));
  return {
    id: (row) => tasks.id[row] as number,
    step: (row) => places[tasks.step[row] as number] as number,
    // What failed first, then what runs.
    state: (row) => [1, 3, 0, 2][(tasks.state[row] as number) & 3] as number,
    attempts: (row) => attempts(tasks, row),
    began: (row) => began(tasks, row),
    ended: (row) => ended(tasks, row),
    duration: (row) => took(tasks, row, now),
    waited: (row) => waited(tasks, row),
  };
}

function texts(tasks: Tasks): Partial<Record<TaskOrder, Text>> {
  return {
    index: (row) => indexOf(tasks, row),
    value: (row) => foreachValue(tasks, row),
    error: (row) => errorOf(tasks, row),
  };
}
