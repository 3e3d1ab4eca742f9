/** What the socket tells of a list of runs (`/api/v1/live`, view `runs`). */

import type { Run } from "~/api/types";
import { quote } from "../query/edit";

/** A run as the socket tells of it: without its steps and parameters. */
export interface ListedRun {
  flow: string;
  run: string;
  status: string;
  user: string;
  tags: string[];
  system_tags: string[];
  origin: string | null;
  created_at: number;
  finished_at: number | null;
}

/** How a list differs. */
export interface News {
  seq: number;
  changed: ListedRun[];
  left: { flow: string; run: string }[];
  reload: boolean;
}

/** A run that has come. */
export function arrived(told: ListedRun): Run {
  const { flow, run, status, user, tags, system_tags, origin, created_at, finished_at } = told;
  const duration = Math.max(0, (finished_at ?? Date.now() * 1000) - created_at);
  return {
    flow,
    run,
    status,
    user,
    tags,
    system_tags,
    origin,
    started_at: created_at,
    finished_at,
    duration,
  };
}

/** A run that has changed: what the socket does not tell stays. */
export function changed(old: Run, told: ListedRun): Run {
  return { ...old, ...arrived(told) };
}

/** A query for certain runs; those of other flows with the same ids come too. Nothing for none. */
export function rowsQuery(keys: readonly string[]): string | undefined {
  if (keys.length === 0) return undefined;
  const parts = keys.map((key) => [key.slice(0, key.indexOf("/")), key.slice(key.indexOf("/") + 1)]);
  const values = (at: 0 | 1) => [...new Set(parts.map((part) => quote(part[at] ?? "")))].join("|");
  return `flow:${values(0)} run:${values(1)}`;
}
