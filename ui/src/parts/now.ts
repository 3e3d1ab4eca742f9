import { useCallback, useSyncExternalStore } from "react";

// One clock for all that ticks; it stands still while nothing ticks or nobody looks.
const clocks = new Map<number, { now: number; timer: number; listeners: Set<() => void> }>();

function follow(every: number, listener: () => void): () => void {
  let clock = clocks.get(every);
  if (!clock) {
    const made = { now: Date.now() * 1000, timer: 0, listeners: new Set<() => void>() };
    made.timer = window.setInterval(() => {
      if (document.hidden) return;
      made.now = Date.now() * 1000;
      for (const one of made.listeners) one();
    }, every);
    clocks.set(every, made);
    clock = made;
  }
  clock.listeners.add(listener);
  return () => {
    clock.listeners.delete(listener);
    if (clock.listeners.size > 0) return;
    window.clearInterval(clock.timer);
    clocks.delete(every);
  };
}

const still = () => () => {};

/** The time, microseconds since the epoch, every so many milliseconds; `0` for one that stands still. */
export function useNow(every: number): number {
  const subscribe = useCallback((listener: () => void) => follow(every, listener), [every]);
  const read = useCallback(
    () => clocks.get(every)?.now ?? Math.floor(Date.now() / 1000) * 1_000_000,
    [every],
  );
  return useSyncExternalStore(every > 0 ? subscribe : still, read);
}
