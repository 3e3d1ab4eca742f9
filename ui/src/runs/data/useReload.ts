import { useEffect, useRef } from "react";
import { live } from "~/live";
import type { RunList } from "./list";

/** A list is not asked for anew more often, milliseconds. */
const EVERY = 2000;

/** Asks for a list anew when more has changed than the socket tells row by row, if its newest rows are looked at; and when the server is back. */
export function useReload(list: RunList, reload: () => void): void {
  const last = useRef(0);
  const latest = useRef(reload);
  latest.current = reload;
  const due = list.outdated && list.atTop && !document.hidden;
  useEffect(() => {
    if (!due) return;
    const wait = Math.max(0, last.current + EVERY - performance.now());
    const timer = window.setTimeout(() => {
      last.current = performance.now();
      latest.current();
    }, wait);
    return () => window.clearTimeout(timer);
  }, [due]);
  useEffect(
    () =>
      live.onBack(() => {
        if (list.problem) latest.current();
      }),
    [list],
  );
}
