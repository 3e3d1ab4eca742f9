import type { Rows } from "./rows";

/** A line that opens (`::group::name`) or closes (`::endgroup::`) a group. */
export interface Marker {
  readonly line: number;
  /** What it is called; none of one that closes. */
  readonly name?: string;
}

/** A group of lines: its heading, and what is in it. */
export interface Group {
  readonly name: string;
  /** The line of its heading. */
  readonly line: number;
  /** The first line after it; none if it has not been closed yet. */
  readonly end: number | undefined;
  readonly depth: number;
}

/** What a line says of groups, if it does. */
export function markerOf(line: number, text: string): Marker | undefined {
  const at = text.indexOf("::");
  // Other programs write a time or a colour before it.
  if (at < 0 || at > 64) return undefined;
  if (text.startsWith("::group::", at)) return { line, name: text.slice(at + 9).trim() };
  return text.startsWith("::endgroup::", at) ? { line } : undefined;
}

/** Groups by the line of their heading. A closing line closes the innermost; what is never closed goes on to the end. */
export function groupsOf(markers: readonly Marker[]): Map<number, Group> {
  const groups = new Map<number, Group>();
  const open: Group[] = [];
  for (const marker of markers) {
    if (marker.name === undefined) {
      const group = open.pop();
      if (group) groups.set(group.line, { ...group, end: marker.line + 1 });
      continue;
    }
    const group = { name: marker.name, line: marker.line, end: undefined, depth: open.length };
    open.push(group);
    groups.set(group.line, group);
  }
  return groups;
}

/** Which lines are hidden: those of folded groups but their headings. Rows are the lines that are left. */
export class Folds implements Rows {
  /** First lines that are hidden, and the first after them that are not; apart from each other and in order. */
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  /** How many lines are hidden before each. */
  readonly #before: number[] = [];
  readonly lines: number;
  readonly rows: number;
  readonly key: string;

  constructor(lines: number, folded: Iterable<Group> = []) {
    this.lines = lines;
    let hidden = 0;
    for (const group of [...folded].sort((a, b) => a.line - b.line)) {
      const [from, to] = [group.line + 1, Math.min(group.end ?? lines, lines)];
      // Within one that is hidden already.
      if (from >= to || from < (this.#to.at(-1) ?? 0)) continue;
      this.#from.push(from);
      this.#to.push(to);
      this.#before.push(hidden);
      hidden += to - from;
    }
    this.rows = lines - hidden;
    this.key = `folded ${this.#from.join(" ")}`;
  }

  /** The line that a row shows. */
  lineOf(row: number): number {
    let line = row;
    // The last hidden range that begins before it.
    const at = last(this.#from.length, (i) => (this.#from[i] ?? 0) - (this.#before[i] ?? 0) <= row);
    if (at >= 0) line += (this.#before[at] ?? 0) + (this.#to[at] ?? 0) - (this.#from[at] ?? 0);
    return line;
  }

  /** The row that shows a line: of a hidden one, that of the heading it is under. */
  rowOf(line: number): number {
    const at = last(this.#from.length, (i) => (this.#from[i] ?? 0) <= line);
    if (at < 0) return line;
    const [from, to, before] = [this.#from[at] ?? 0, this.#to[at] ?? 0, this.#before[at] ?? 0];
    return line < to ? from - 1 - before : line - before - (to - from);
  }
}

/** The last of `0..count` for which something holds that holds for all before it; -1 if for none. */
function last(count: number, holds: (at: number) => boolean): number {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
