import { useSyncExternalStore } from "react";

let round = 0;
let known = new Map<string, string>();
const listeners = new Set<() => void>();
let watching = false;

function watch(): void {
  if (watching) return;
  watching = true;
  const changed = () => {
    round += 1;
    known = new Map();
    for (const listener of listeners) listener();
  };
  const attributes = { attributeFilter: ["data-theme", "data-contrast"] };
  new MutationObserver(changed).observe(document.documentElement, attributes);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}

/** Colours of the theme by the names of their properties, for a canvas: `palette()("--done-bar")`. Draw again when `usePaletteRound` changes. */
export function palette(): (name: string) => string {
  watch();
  const probe = document.createElement("span");
  return (name) => {
    let colour = known.get(name);
    if (colour === undefined) {
      // Only an element in the page resolves `light-dark()`; to ask it costs a browser what laying the page out does.
      document.body.append(probe);
      probe.style.color = `var(${name})`;
      colour = getComputedStyle(probe).color;
      probe.remove();
      known.set(name, colour);
    }
    return colour;
  };
}

/** A number that changes whenever the colours of the theme do. */
export function usePaletteRound(): number {
  return useSyncExternalStore(
    (listener) => {
      watch();
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => round,
  );
}
