import { type QueryClient, queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { get, Problem } from "~/api/client";
import type { RunBundle, RunState } from "~/api/types";
import { live } from "~/live";

/** A run as a page shows it. */
export interface RunView {
  /** What it is and how it is now; nothing until it is there. */
  bundle: RunBundle | undefined;
  /** Why it is not there. */
  error: unknown;
  retry: () => void;
}

/** Under what a run is kept. */
export const runKey = (flow: string, run: string) => ["run", flow, run] as const;

/**
 * A run, kept as it is now for as long as anybody shows it: what it is comes in one answer, and how it is over the socket whenever
 * that changes. All parts of a page share it.
 */
export function useRun(flow: string, run: string): RunView {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(runQuery(client, flow, run));
  const there = data !== undefined;
  useEffect(() => (there ? follow(client, flow, run) : undefined), [client, flow, run, there]);
  return { bundle: data, error, retry: () => void refetch() };
}

/** How a run is asked for. */
export const runQuery = (client: QueryClient, flow: string, run: string) =>
  queryOptions({
    queryKey: runKey(flow, run),
    queryFn: async ({ signal }) => {
      const fresh = await get("/api/v1/flows/{flow}/runs/{run}", { path: { flow, run }, signal });
      const known = client.getQueryData<RunBundle>(runKey(flow, run));
      // The socket may have been quicker.
      return known && known.state.seq > fresh.state.seq ? { ...fresh, state: known.state } : fresh;
    },
  });

// One watch for each run, however many parts of a page show it.
const followed = new Map<string, { users: number; stop: () => void }>();

function follow(client: QueryClient, flow: string, run: string): () => void {
  const key = `${flow}/${run}`;
  const known = followed.get(key) ?? { users: 0, stop: watched(client, flow, run) };
  known.users += 1;
  followed.set(key, known);
  return () => {
    known.users -= 1;
    // A page that goes to another tab comes back at once.
    window.setTimeout(() => {
      if (known.users > 0 || followed.get(key) !== known) return;
      followed.delete(key);
      known.stop();
    }, 1000);
  };
}

function watched(client: QueryClient, flow: string, run: string): () => void {
  const key = runKey(flow, run);
  const after = client.getQueryData<RunBundle>(key)?.state.seq;
  return live.watch({ view: "run", flow, run, ...(after !== undefined && { after }) }, (news) => {
    if (news.type === "run") take(client, key, news.state);
    if (news.type === "gone") {
      const error = new Problem({ status: 404, title: `\`${flow}/${run}\` has been deleted` });
      client.getQueryCache().find({ queryKey: key })?.setState({ data: undefined, error, status: "error" });
    }
  });
}

function take(client: QueryClient, key: ReturnType<typeof runKey>, state: RunState): void {
  const known = client.getQueryData<RunBundle>(key);
  if (!known || known.state.seq > state.seq) return;
  client.setQueryData<RunBundle>(key, { ...known, state });
  // A run without a recorded graph gets its steps one by one.
  const steps = new Set(known.graph.map((shape) => shape.step));
  if (Object.keys(state.steps).some((step) => !steps.has(step)))
    void client.invalidateQueries({ queryKey: key });
}

/** Whether a run still goes on. */
export function isLive(state: RunState): boolean {
  return state.status === "running";
}
