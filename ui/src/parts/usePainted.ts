import { startTransition, useEffect, useState } from "react";

/** A value as it was until the page has been painted with what else changed at once: for what nobody waits for. */
export function usePainted<T>(value: T, first: T = value): T {
  const [shown, setShown] = useState(first);
  useEffect(() => {
    let task: number | undefined;
    const show = () => startTransition(() => setShown(() => value));
    // A task of a frame's is run when that frame has been handed over. A page that is not seen has no frames.
    const later = () => {
      task = window.setTimeout(show);
    };
    if (document.hidden) later();
    const frame = document.hidden ? 0 : requestAnimationFrame(later);
    return () => {
      cancelAnimationFrame(frame);
      window.clearTimeout(task);
    };
  }, [value]);
  return shown;
}
