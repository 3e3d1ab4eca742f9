import { type RefObject, useEffect, useLayoutEffect, useState } from "react";

/** Rows drawn beyond what is seen; also how far is scrolled before others are drawn. */
const BEYOND = 8;
/** So much of the page, px, is never the table's. */
const ABOVE = 240;
/** Rows beyond what is seen wait for so long, ms, until those that are seen are there. */
const CALM_MS = 100;

/** Which rows of the same height are seen. */
export interface Window {
  from: number;
  to: number;
}

/** The rows that are seen in a scrolled element, and some beyond; of another list at first only those that are seen. */
export function useWindow(
  scroller: RefObject<HTMLElement | null>,
  height: number,
  count: number,
  list: unknown,
): Window {
  const [window, setWindow] = useState(() => {
    const seen = Math.ceil(Math.max(0, innerHeight - ABOVE) / height);
    return { from: 0, to: seen, seen };
  });
  const calm = useCalm(list);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () => {
      const top = Math.max(0, element.scrollTop);
      // In whole steps, so that scrolling by a line does not draw anew.
      const from = Math.max(0, (Math.floor(top / height / BEYOND) - 1) * BEYOND);
      const rows = Math.ceil(element.clientHeight / height);
      const to = from + Math.ceil((rows + 3 * BEYOND) / BEYOND) * BEYOND;
      const seen = Math.ceil(top / height) + rows;
      setWindow((old) => (old.from === from && old.to === to ? old : { from, to, seen }));
    };
    element.addEventListener("scroll", look, { passive: true });
    // Looks at once, too, when the page has been laid out: asking for sizes here would have that done twice.
    const resized = new ResizeObserver(look);
    resized.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      resized.disconnect();
    };
  }, [scroller, height]);
  const to = calm ? window.to : Math.min(window.to, window.seen);
  return { from: Math.min(window.from, Math.max(0, count - 1)), to: Math.min(to, count) };
}

/** Whether a list has been there for a moment. */
function useCalm(list: unknown): boolean {
  const [known, setKnown] = useState<unknown>();
  useEffect(() => {
    const timer = setTimeout(() => setKnown(list), CALM_MS);
    return () => clearTimeout(timer);
  }, [list]);
  return known === list;
}
