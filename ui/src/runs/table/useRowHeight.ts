import { useSyncExternalStore } from "react";

const coarse = typeof matchMedia === "undefined" ? undefined : matchMedia("(pointer: coarse)");

/** The height of a row, as `--row` of the theme: higher for fingers. */
export function useRowHeight(): number {
  return useSyncExternalStore(
    (listener) => {
      coarse?.addEventListener("change", listener);
      return () => coarse?.removeEventListener("change", listener);
    },
    () => (coarse?.matches ? 40 : 32),
  );
}
