import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { get, Problem } from "~/api/client";
import type { TaskDetail } from "~/api/types";
import { useLive } from "~/live";

/** Under what a task is kept. */
export const taskKey = (flow: string, run: string, task: string) => ["task", flow, run, task] as const;

/** How a task is asked for. */
export const taskQuery = (flow: string, run: string, task: string) =>
  queryOptions({
    queryKey: taskKey(flow, run, task),
    queryFn: ({ signal }) =>
      get("/api/v1/flows/{flow}/runs/{run}/tasks/{task}", { path: { flow, run, task }, signal }),
  });

/** A task as its page shows it. */
export interface TaskView {
  readonly task: TaskDetail | undefined;
  readonly error: unknown;
  readonly retry: () => void;
}

/** A task, as it is now for as long as its page is open. One that is not there yet may come. */
export function useTask(flow: string, run: string, task: string): TaskView {
  const client = useQueryClient();
  const { data, error, refetch } = useQuery(taskQuery(flow, run, task));
  const number = Number(task);
  const comes = error instanceof Problem && error.isMissing && Number.isSafeInteger(number);
  const watched = data?.status === "running" || comes;
  useLive(watched ? { view: "task", flow, run, task: number } : undefined, (news) => {
    if (news.type === "task") client.setQueryData(taskKey(flow, run, task), news.task);
    else if (news.type === "gone") void refetch();
  });
  return { task: data, error, retry: () => void refetch() };
}

/** What the flow says of a step: its docstring, its decorators, where it is written. */
export function useStep(flow: string, run: string, step: string) {
  const { data } = useQuery({
    queryKey: ["step", flow, run, step],
    queryFn: ({ signal }) =>
      get("/api/v1/flows/{flow}/runs/{run}/steps/{step}", { path: { flow, run, step }, signal }),
    staleTime: 60_000,
  });
  return data;
}
