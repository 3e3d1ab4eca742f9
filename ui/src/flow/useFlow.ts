import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { get } from "~/api/client";
import type { Run, RunBundle, Runs } from "~/api/types";
import { useLive } from "~/live";
import { quote } from "~/runs/query/edit";
import { type StepTimes, timesOf } from "./model";

/** Runs of more tasks than this are not looked at for times: the server would have to read all of them. */
const MOST_TASKS = 10_000;
/** Runs that are looked at at once. */
const AT_ONCE = 4;
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

/** Times of runs that are over do not change any more. */
const kept = new Map<string, { times: StepTimes; of: string }>();

/** How long the steps of some runs took, as they become known: the API tells it run by run. */
export function useStepTimes(runs: readonly Run[]): (run: Run) => StepTimes | undefined {
  const [round, setRound] = useState(0);
  useEffect(() => {
    const gone = new AbortController();
    const queue = runs.filter((run) => isWanted(run));
    const work = async () => {
      for (let run = queue.shift(); run && !gone.signal.aborted; run = queue.shift()) {
        try {
          kept.set(keyOf(run), { times: timesOf(await bundleOf(run, gone.signal)), of: stateOf(run) });
        } catch {
          // Its states are known all the same.
        }
        if (!gone.signal.aborted) setRound((n) => n + 1);
      }
    };
    for (let n = 0; n < AT_ONCE; n += 1) void work();
    return () => gone.abort();
  }, [runs]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round knows more
  return useMemo(() => (run: Run) => kept.get(keyOf(run))?.times, [round]);
}

function isWanted(run: Run): boolean {
  const tasks = (run.steps ?? []).reduce((sum, step) => sum + step.tasks, 0);
  return tasks > 0 && tasks <= MOST_TASKS && kept.get(keyOf(run))?.of !== stateOf(run);
}

function keyOf(run: Run): string {
  return `${run.flow}/${run.run}/${run.started_at}`;
}

function stateOf(run: Run): string {
  return `${run.status} ${(run.steps ?? []).map(({ done, failed, tasks }) => `${done}/${failed}/${tasks}`).join(" ")}`;
}
