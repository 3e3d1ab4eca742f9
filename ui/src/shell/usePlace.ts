import { useParams } from "@tanstack/react-router";
import type { Place } from "./place";

/** Where the viewer is, and on which tab of a run. */
export function usePlace(): Place & { tab?: string } {
  const { flow, run, step, task, tab } = useParams({ strict: false }) as Place & { tab?: string };
  return {
    ...(flow !== undefined && { flow }),
    ...(run !== undefined && { run }),
    ...(step !== undefined && { step }),
    ...(task !== undefined && { task }),
    ...(tab !== undefined && { tab }),
  };
}
