/** A unified diff, read for people. */

/** A line of a diff. */
export interface DiffLine {
  kind: "same" | "added" | "removed";
  text: string;
  /** Its number before and after; nothing where it is not. */
  before?: number;
  after?: number;
}

/** Lines that belong together, with some that are the same round them. */
export interface Hunk {
  head: string;
  lines: DiffLine[];
}

/** Reads a unified diff of one file. */
export function hunksOf(diff: string): Hunk[] {
  const hunks: Hunk[] = [];
  let [before, after] = [0, 0];
  for (const line of diff.split("\n")) {
    const head = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@(.*)$/.exec(line);
    if (head) {
      [before, after] = [Number(head[1]), Number(head[2])];
      hunks.push({ head: line, lines: [] });
      continue;
    }
    const lines = hunks.at(-1)?.lines;
    // What stands before the first hunk names the files.
    if (!lines) continue;
    const text = line.slice(1);
    if (line.startsWith("+")) lines.push({ kind: "added", text, after: after++ });
    else if (line.startsWith("-")) lines.push({ kind: "removed", text, before: before++ });
    else if (line.startsWith(" ")) lines.push({ kind: "same", text, before: before++, after: after++ });
  }
  return hunks;
}
