import { type RefObject, useLayoutEffect, useState } from "react";

/** Rows drawn beyond what is seen; also how far is scrolled before others are drawn. */
const BEYOND = 8;

/** Which rows of the same height are seen. */
export interface Window {
  from: number;
  to: number;
}

/** The rows that are seen in a scrolled element, and some beyond. */
export function useWindow(
  scroller: RefObject<HTMLElement | null>,
  height: number,
  count: number,
  above: number,
): Window {
  const [window, setWindow] = useState<Window>({ from: 0, to: 40 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () => {
      const top = Math.max(0, element.scrollTop - above);
      // In whole steps, so that scrolling by a line does not draw anew.
      const from = Math.max(0, (Math.floor(top / height / BEYOND) - 1) * BEYOND);
      const seen = Math.ceil(element.clientHeight / height);
      const to = from + Math.ceil((seen + 3 * BEYOND) / BEYOND) * BEYOND;
      setWindow((old) => (old.from === from && old.to === to ? old : { from, to }));
    };
    look();
    element.addEventListener("scroll", look, { passive: true });
    const resized = new ResizeObserver(look);
    resized.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      resized.disconnect();
    };
  }, [scroller, height, above]);
  return { from: Math.min(window.from, Math.max(0, count - 1)), to: Math.min(window.to, count) };
}
