import { one, type Search } from "~/shell/url";

/** Lines that are marked, from 1. */
export interface Lines {
  first: number;
  last: number;
}

/** What of the code tab is in the address. */
export interface CodeSearch {
  file: string | undefined;
  lines: Lines | undefined;
  /** A step whose lines are to be shown. */
  step: string | undefined;
  /** Another run the code is compared with. */
  against: string | undefined;
}

/** From the search parameters: `?file=flow.py&line=12-20`, `?step=train`, `?against=12`. */
export function parse(search: Search): CodeSearch {
  return {
    file: one(search, "file"),
    lines: parseLines(one(search, "line")),
    step: one(search, "step"),
    against: one(search, "against"),
  };
}

/** `12` or `12-20`. */
export function parseLines(text: string | undefined): Lines | undefined {
  const found = /^(\d{1,7})(?:-(\d{1,7}))?$/.exec(text ?? "");
  if (!found) return undefined;
  const [a, b] = [Number(found[1]), Number(found[2] ?? found[1])];
  return { first: Math.min(a, b), last: Math.max(a, b) };
}

/** The reverse. */
export function writeLines({ first, last }: Lines): string {
  return first === last ? String(first) : `${first}-${last}`;
}
