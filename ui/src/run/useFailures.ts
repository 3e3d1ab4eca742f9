import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback } from "react";
import { get } from "~/api/client";
import type { RunState } from "~/api/types";
import { toast } from "~/parts/toast";
import { useGo } from "~/shell/useGo";
import { taskHref } from "./links";

/** What failed in a run, alike together; asked again when more has. Nothing is asked of a run in which nothing failed. */
export function useErrors(flow: string, run: string, state: RunState) {
  const { failed, retried } = state.tasks;
  return useQuery({
    queryKey: ["errors", flow, run, failed, retried],
    queryFn: ({ signal }) => get("/api/v1/flows/{flow}/runs/{run}/errors", { path: { flow, run }, signal }),
    enabled: failed > 0 || retried > 0,
    placeholderData: (before) => before,
  });
}

/** Failed tasks that are gone through one by one, at most. */
const MOST = 1000;

/** Goes to the next failed task after one, and from the last to the first again. */
export function useNextFailure(flow: string, run: string): (after?: number) => Promise<void> {
  const client = useQueryClient();
  const go = useGo();
  return useCallback(
    async (after = -1) => {
      const { rows } = await client.fetchQuery({
        queryKey: ["failed-tasks", flow, run],
        queryFn: ({ signal }) =>
          get("/api/v1/flows/{flow}/runs/{run}/tasks", {
            path: { flow, run },
            query: { status: "failed", limit: MOST },
            signal,
          }),
        staleTime: 5_000,
      });
      const next = rows.find((row) => row.task > after) ?? rows[0];
      if (next) go(taskHref(flow, run, next.step, next.task));
      else toast("no task has failed");
    },
    [client, go, flow, run],
  );
}
