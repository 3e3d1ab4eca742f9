import { useQuery } from "@tanstack/react-query";
import { get } from "~/api/client";
import type { Run } from "~/api/types";
import { quote } from "~/runs/query/edit";

/** Runs that are offered at most. */
const LIMIT = 200;

/** The latest runs of a flow, newest first. */
export function useRecentRuns(flow: string | undefined) {
  return useQuery({
    queryKey: ["recent-runs", flow],
    queryFn: async ({ signal }) => {
      const query = `flow:${quote(flow ?? "")}`;
      return (await get("/api/v1/runs", { query: { query, limit: LIMIT }, signal })).rows;
    },
    enabled: flow !== undefined,
  });
}

/** The last run of a flow that ended well before one: what one compares with first. */
export function previousGood(
  runs: Run[],
  flow: string,
  run: string,
  before: number | undefined,
): Run | undefined {
  const began =
    before ??
    runs.find((one) => one.flow === flow && one.run === run)?.started_at ??
    Number.POSITIVE_INFINITY;
  const good = runs.filter(
    (one) => one.flow === flow && one.run !== run && one.status === "done" && one.started_at < began,
  );
  return good.reduce<Run | undefined>(
    (best, one) => (!best || one.started_at > best.started_at ? one : best),
    undefined,
  );
}
