import { useMemo } from "react";
import type { RunState } from "~/api/types";
import { useNow } from "~/parts/now";
import { isLive } from "./useRun";

/**
 * How long a run has been taking and how long it may still take, now, microseconds. From what the server said and how long ago that was:
 * its clock may be another.
 */
export function useTicking(state: RunState): { duration: number; remaining: number | undefined } {
  const going = isLive(state);
  const now = useNow(going ? 1000 : 0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: when this state came
  const came = useMemo(() => Date.now() * 1000, [state]);
  const since = going ? Math.max(0, now - came) : 0;
  const left = state.progress.remaining_us;
  return {
    duration: state.duration_us + since,
    remaining: going && left != null ? Math.max(0, left - since) : undefined,
  };
}
