import { useSyncExternalStore } from "react";
import type { Problem } from "./problem";

// Whether the server knows us. It says so with any answer; the whole page then says how to come in.
let why: Problem | undefined;
const listeners = new Set<() => void>();

/** The server wants a token that we do not have. */
export function denied(problem: Problem): void {
  if (why) return;
  why = problem;
  for (const listener of listeners) listener();
}

/** Why the server does not let us in, if it does not. */
export function useDenied(): Problem | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => why,
  );
}
