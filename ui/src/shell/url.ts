import { useNavigate, useRouter, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useRef } from "react";

/** What is after the `?`: texts, or lists of texts for a name that is there more than once. */
export type Search = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What is to be changed of it; `undefined`, `""` and `false` take a name away. */
export type Patch = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** Reads what is after the `?`. */
export function parseSearch(text: string): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    const known = found[name];
    found[name] = known === undefined ? value : Array.isArray(known) ? [...known, value] : [known, value];
  }
  return { ...found };
}

/** Writes it, with as few escapes as can be: people read addresses. */
export function writeSearch(search: Record<string, unknown>): string {
  const parts: string[] = [];
  for (const [name, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one === undefined || one === null) continue;
      parts.push(`${encodeURIComponent(name)}=${readable(String(one))}`);
    }
  }
  return parts.length === 0 ? "" : `?${parts.join("&")}`;
}

function readable(value: string): string {
  return encodeURIComponent(value)
    .replace(/%(3A|2F|2C|40|3C|3E|3D|24|3B)/g, (code) =>
      code === "%3C" || code === "%3E" ? code : decodeURIComponent(code),
    )
    .replaceAll("%20", "+");
}

/** The one value of a name, the first if there are more. */
export function one(search: Search, name: string): string | undefined {
  const value = search[name];
  return typeof value === "string" ? value : value?.[0];
}

/** All values of a name. */
export function many(search: Search, name: string): readonly string[] {
  const value = search[name];
  return value === undefined ? [] : typeof value === "string" ? [value] : value;
}

/** At most so often an address is changed, milliseconds: browsers refuse more than some in a second. */
const EVERY = 250;

/**
 * The view as the address has it, and a way to change it. Changes are gathered and written with `replace`, at most every 250 ms;
 * `{ push: true }` makes a new place in the history, at once.
 */
export function useUrl(): [Search, (patch: Patch, how?: { push?: boolean }) => void] {
  const search = useSearch({ strict: false }) as Search;
  const navigate = useNavigate();
  const router = useRouter();
  const waiting = useRef<{ patch: Patch; timer: number; last: number; at: string }>({
    patch: {},
    timer: 0,
    last: 0,
    at: "",
  });
  useEffect(() => () => window.clearTimeout(waiting.current.timer), []);
  const change = useCallback(
    (patch: Patch, how?: { push?: boolean }) => {
      const state = waiting.current;
      const here = router.latestLocation.pathname;
      state.patch = state.at === here ? { ...state.patch, ...patch } : patch;
      state.at = here;
      const write = () => {
        const given = state.patch;
        state.patch = {};
        state.timer = 0;
        state.last = performance.now();
        // Somebody has gone to another page meanwhile: this was of the one before.
        if (router.latestLocation.pathname !== state.at) return;
        void navigate({
          to: ".",
          search: ((now: Search) => patched(now, given)) as never,
          replace: !how?.push,
          resetScroll: false,
        });
      };
      if (how?.push) {
        window.clearTimeout(state.timer);
        write();
      } else if (state.timer === 0) {
        const wait = Math.max(0, state.last + EVERY - performance.now());
        if (wait === 0) write();
        else state.timer = window.setTimeout(write, wait);
      }
    },
    [navigate, router],
  );
  return [search, change];
}

/** What is there, changed. */
export function patched(search: Search, patch: Patch): Search {
  const next: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries({ ...search, ...patch })) {
    if (
      value === undefined ||
      value === "" ||
      value === false ||
      (Array.isArray(value) && value.length === 0)
    )
      continue;
    next[name] = typeof value === "number" || typeof value === "boolean" ? String(value) : (value as string);
  }
  return next;
}
