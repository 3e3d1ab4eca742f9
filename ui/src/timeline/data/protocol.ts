/** What the page and its worker say to each other. */

import type { Filter } from "./filter";
import type { Asked, Layout } from "./layout";
import type { Tasks } from "./tasks";

/** Columns the table of tasks can be sorted by. */
export type TaskOrder =
  | "id"
  | "step"
  | "state"
  | "index"
  | "value"
  | "attempts"
  | "began"
  | "ended"
  | "duration"
  | "waited"
  | "error";

/** A list of tasks, in order. */
export interface ListAsked {
  filter: Filter;
  order: TaskOrder;
  down: boolean;
}

/** Rows of a list, of the tasks they came with. */
export interface List {
  rows: Uint32Array;
}

/** What the page wants to know, and again whenever tasks change. */
export type Query = { what: "layout"; asked: Omit<Asked, "now"> } | { what: "list"; asked: ListAsked };

/** What the page says. */
export type ToWorker =
  /** Columns that came, from a byte on. */
  | { type: "block"; bytes: ArrayBuffer; at: number }
  /** How far the server's clock is ahead of this machine's, µs; or when the run ended, µs since the epoch. */
  | { type: "clock"; ahead: number; stopped: number | undefined }
  | { type: "want"; key: string; query: Query }
  | { type: "drop"; key: string };

/** What a query is answered with. */
export type Answer = Layout | List;

/** What the worker says: tasks and answers of one moment belong together. */
export type FromWorker =
  | { type: "now"; tasks?: Tasks; answers: [key: string, answer: Answer][] }
  | { type: "problem"; message: string };
