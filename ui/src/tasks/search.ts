/** The table of tasks as the address has it; what is filtered is as in the timeline. */

import { one, type Search } from "~/shell/url";
import type { Filter } from "../timeline/data/filter";
import type { TaskOrder } from "../timeline/data/protocol";
import { filterOf } from "../timeline/search";
import { COLUMNS } from "./columns";

/** What decides what the table shows. */
export interface TableView {
  filter: Filter;
  order: TaskOrder;
  down: boolean;
  /** The task the keyboard is at. */
  task: number | undefined;
}

/** Reads an address. */
export function tableOf(search: Search): TableView {
  const text = one(search, "order") ?? "id";
  const name = text.replace(/^-/, "");
  const known = COLUMNS.find(({ order }) => order === name)?.order ?? "id";
  const task = Number(one(search, "task") ?? Number.NaN);
  return {
    filter: filterOf(search),
    order: known,
    down: text.startsWith("-"),
    task: Number.isNaN(task) ? undefined : task,
  };
}

/** The order after a press on a column: up, down, and back. What takes long or fails often is wanted first. */
export function pressed(view: TableView, order: TaskOrder, number: boolean): string | undefined {
  const first = number ? `-${order}` : order;
  const second = number ? order : `-${order}`;
  const now = `${view.down ? "-" : ""}${view.order}`;
  const next = now === first ? second : now === second ? "id" : first;
  return next === "id" ? undefined : next;
}
