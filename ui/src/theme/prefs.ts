import { create } from "zustand";

/** What a viewer likes; kept in the browser, the same in all tabs. */
export interface Prefs {
  theme: "system" | "light" | "dark";
  contrast: "system" | "more";
  /** The zone times are told in: `local`, `UTC` or a name such as `Europe/Rome`. */
  zone: string;
  /** Whether moments are told as "3 min ago" or as a date. */
  times: "relative" | "absolute";
}

const KEY = "spinloom.prefs";
const FIRST: Prefs = { theme: "system", contrast: "system", zone: "local", times: "relative" };

function kept(): Prefs {
  try {
    const known: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return { ...FIRST, ...(typeof known === "object" ? known : {}) };
  } catch {
    // Storage may be forbidden, or hold something of somebody else's.
    return FIRST;
  }
}

/** The preferences: `usePrefs((prefs) => prefs.zone)`. */
export const usePrefs = create<Prefs>(kept);

/** Changes some of them. */
export function setPrefs(changed: Partial<Prefs>): void {
  usePrefs.setState(changed);
  try {
    localStorage.setItem(KEY, JSON.stringify(usePrefs.getState()));
  } catch {
    // It holds for this page, then.
  }
}

function show(prefs: Prefs): void {
  const root = document.documentElement;
  const more = prefs.contrast === "more" || matchMedia("(prefers-contrast: more)").matches;
  root.dataset.theme = prefs.theme;
  root.dataset.contrast = more ? "more" : "normal";
}

/** Makes the page look as preferred, now and whenever that changes. */
export function followPrefs(): void {
  show(usePrefs.getState());
  usePrefs.subscribe(show);
  matchMedia("(prefers-contrast: more)").addEventListener("change", () => show(usePrefs.getState()));
  window.addEventListener("storage", (event) => {
    if (event.key === KEY) usePrefs.setState(kept());
  });
}
