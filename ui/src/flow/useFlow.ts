import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { get } from "~/api/client";
import type { Run, RunBundle, Runs } from "~/api/types";
import { useLive } from "~/live";
import { quote } from "~/runs/query/edit";
import { type StepTimes, timesOf } from "./model";

/** Runs of more tasks than this are not looked at for times: the server would have to read all of them. */
const MOST_TASKS = 10_000;
/** After a change it is asked again at most this often, milliseconds. */
const EVERY = 1500;

/** The newest runs of a flow, live. */
export function useFlowRuns(flow: string, limit: number) {
  const query = `flow:${quote(flow)}`;
  const key = ["flow", flow, limit];
  const client = useQueryClient();
  const answer = useQuery({
    queryKey: key,
    queryFn: ({ signal }): Promise<Runs> =>
      get("/api/v1/runs", { query: { query, columns: "steps", limit, facets: 10 }, signal }),
    placeholderData: keepPreviousData,
    staleTime: 1000,
  });
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  useLive(answer.data ? { view: "runs", query, after: answer.data.sequence } : undefined, (news) => {
    if (news.type !== "runs" || (!news.reload && news.changed.length + news.left.length === 0)) return;
    timer.current ??= window.setTimeout(() => {
      timer.current = undefined;
      void client.invalidateQueries({ queryKey: key });
    }, EVERY);
  });
  return answer;
}

/** The newest run in all its detail: its graph, what its flow says of itself. */
export function useBundle(run: Run | undefined) {
  return useQuery({
    queryKey: ["bundle", run?.flow, run?.run],
    queryFn: ({ signal }): Promise<RunBundle> => bundleOf(run as Run, signal),
    enabled: run !== undefined,
    staleTime: 60_000,
  });
}

function bundleOf({ flow, run }: Run, signal: AbortSignal): Promise<RunBundle> {
  return get("/api/v1/flows/{flow}/runs/{run}", { path: { flow, run }, signal });
}

/** The steps of a run as its tasks tell, once somebody points at it. */
export function useStepTimes(run: Run | undefined): StepTimes | undefined {
  const tasks = (run?.steps ?? []).reduce((sum, step) => sum + step.tasks, 0);
  const { data } = useBundle(tasks > 0 && tasks <= MOST_TASKS ? run : undefined);
  return useMemo(() => data && timesOf(data), [data]);
}

/** How long the tasks of a step took in the newest runs. */
export function useDurations(flow: string, step: string | undefined, limit: number, sequence: unknown) {
  return useQuery({
    queryKey: ["durations", flow, step, limit, sequence],
    queryFn: ({ signal }) =>
      get("/api/v1/flows/{flow}/steps/{step}/durations", {
        path: { flow, step: step ?? "" },
        query: { limit },
        signal,
      }),
    enabled: step !== undefined,
    placeholderData: keepPreviousData,
  });
}
