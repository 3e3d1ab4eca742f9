import type { Leaf } from "./useSetup";

/** A line of the tree: a value, or what holds some. */
export interface TreeRow {
  /** How many things are round it. */
  depth: number;
  /** What it is called in what is round it. */
  label: string;
  /** Where it is, as a JSON pointer. */
  pointer: string;
  /** The value; nothing if it holds others. */
  leaf?: Leaf;
  /** How many values it holds. */
  holds: number;
  /** It is shut: what it holds is not shown. */
  shut: boolean;
}

/** Whether a value is asked for: each word is in its key, its value or where it is from. */
export function fits(leaf: Leaf, filter: string): boolean {
  const text = `${leaf.key}\n${plain(leaf.value)}\n${leaf.from}`.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** A value as text: a string as it is, others as JSON. */
export function plain(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

/** The lines of a tree of values, in their order. */
export function rowsOf(leaves: Leaf[], shut: ReadonlySet<string>): TreeRow[] {
  const rows: TreeRow[] = [];
  const known = new Map<string, TreeRow>();
  for (const leaf of leaves) {
    const words = leaf.pointer.split("/").slice(1).map(unescaped);
    let pointer = "";
    let hidden = false;
    words.forEach((word, depth) => {
      pointer += `/${word.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      if (depth === words.length - 1) {
        if (!hidden) rows.push({ depth, label: word, pointer, leaf, holds: 0, shut: false });
        return;
      }
      let row = known.get(pointer);
      if (!row) {
        row = { depth, label: word, pointer, holds: 0, shut: shut.has(pointer) };
        known.set(pointer, row);
        if (!hidden) rows.push(row);
      }
      row.holds += 1;
      hidden ||= row.shut;
    });
    // A config that is one value.
    if (words.length === 0) rows.push({ depth: 0, label: "", pointer: "", leaf, holds: 0, shut: false });
  }
  return rows;
}

function unescaped(word: string): string {
  return word.replaceAll("~1", "/").replaceAll("~0", "~");
}
