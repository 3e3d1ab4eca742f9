import { type Look, parseAnsi } from "./ansi";

/** From one place in a text to another, in UTF-16 units. */
export type Range = readonly [from: number, to: number];

/** A piece of a line that looks the same all over. */
export interface Piece {
  readonly text: string;
  readonly look: Look;
  /** It is what was searched for. */
  readonly marked: boolean;
  /** Where it leads, if it is an address. */
  readonly href?: string;
}

const ADDRESS = /https?:\/\/[^\s<>"'`]+/g;

/** Addresses in a text. What usually follows one in a sentence is none of it. */
export function addresses(text: string): Range[] {
  if (!text.includes("://")) return [];
  return [...text.matchAll(ADDRESS)].map((found) => {
    let length = found[0].replace(/[.,;:!?…]+$/, "").length;
    const closed = found[0].slice(0, length);
    if (closed.endsWith(")") && !closed.includes("(")) length -= 1;
    return [found.index, found.index + length] as const;
  });
}

/** Cuts a line where its look changes, where something that was searched for begins or ends, and at addresses. */
export function piecesOf(line: string, marks: readonly Range[] = []): Piece[] {
  const spans = parseAnsi(line);
  const links = addresses(spans.map((span) => span.text).join(""));
  const cuts = [...new Set([...marks, ...links].flat())].sort((a, b) => a - b);
  const pieces: Piece[] = [];
  let at = 0;
  let cut = 0;
  for (const { text, look } of spans) {
    const end = at + text.length;
    let from = at;
    while (from < end) {
      while ((cuts[cut] ?? end) <= from && cut < cuts.length) cut++;
      const to = Math.min(end, cuts[cut] ?? end);
      const link = links.find(([first, last]) => from >= first && from < last);
      pieces.push({
        text: text.slice(from - at, to - at),
        look,
        marked: marks.some(([first, last]) => from >= first && from < last),
        ...(link ? { href: addressAt(spans, link) } : {}),
      });
      from = to;
    }
    at = end;
  }
  return pieces;
}

function addressAt(spans: readonly { text: string }[], [from, to]: Range): string {
  return spans
    .map((span) => span.text)
    .join("")
    .slice(from, to);
}
