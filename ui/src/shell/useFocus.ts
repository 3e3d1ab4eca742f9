import { useRouterState } from "@tanstack/react-router";
import { type RefObject, useEffect, useRef } from "react";
import { say } from "~/parts/say";

/**
 * When the page changes, people who listen or use the keyboard begin at its top, and hear where they are. A link that is still there (a tab
 * of a run) keeps focus.
 */
export function useFocusOnPage(main: RefObject<HTMLElement | null>): void {
  const page = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const before = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (page === undefined) return;
    const first = before.current === undefined;
    const same = before.current === page;
    before.current = page;
    if (first || same) return;
    const focused = document.activeElement;
    if (!focused || focused === document.body || !focused.isConnected || !main.current?.contains(focused)) {
      main.current?.focus({ preventScroll: true });
    }
    // The page has said its name by then.
    window.setTimeout(() => say(document.title), 100);
  }, [page, main]);
}
