import { many, one, type Search } from "~/shell/url";

/** Runs that are compared at most. */
export const MOST = 10;

/** What a comparison shows. */
export interface CompareSearch {
  /** `Flow/run`, the one that others are compared with first. */
  runs: string[];
  /** With what is the same. */
  all: boolean;
  /** How long steps took: which of the numbers. */
  by: TimeBy;
}

/** What of a step's time is compared. */
export type TimeBy = "wall" | "median" | "max" | "total";
const TIMES: readonly TimeBy[] = ["wall", "median", "max", "total"];

/** From the search parameters: `?run=A/1&run=A/2&all=true&by=median`. */
export function parse(search: Search): CompareSearch {
  const by = one(search, "by");
  return {
    runs: [...new Set(many(search, "run"))].filter((run) => run.includes("/")).slice(0, MOST),
    all: one(search, "all") === "true",
    by: TIMES.find((known) => known === by) ?? "wall",
  };
}
