import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Folds, groupsOf, type Marker, markerOf } from "./folds";

describe("groups", () => {
  test("markers are read from lines", () => {
    expect(markerOf(3, "::group::Install  ")).toEqual({ line: 3, name: "Install" });
    expect(markerOf(3, "2026-01-01 ::group::x")).toEqual({ line: 3, name: "x" });
    expect(markerOf(4, "::endgroup::")).toEqual({ line: 4 });
    expect(markerOf(4, "std::vector")).toBeUndefined();
  });

  test("they may be in each other, and need no end", () => {
    const groups = groupsOf([
      { line: 1, name: "a" },
      { line: 2, name: "b" },
      { line: 5 },
      { line: 6, name: "c" },
    ]);
    expect([...groups.values()]).toEqual([
      { name: "a", line: 1, end: undefined, depth: 0 },
      { name: "b", line: 2, end: 6, depth: 1 },
      { name: "c", line: 6, end: undefined, depth: 1 },
    ]);
  });
});

describe("folding", () => {
  const marker = fc.record({ line: fc.nat(60), open: fc.boolean() });
  const markers = fc
    .uniqueArray(marker, { selector: (one) => one.line })
    .map((all) =>
      all
        .sort((a, b) => a.line - b.line)
        .map((one): Marker => (one.open ? { line: one.line, name: "g" } : { line: one.line })),
    );

  test("rows are the lines that are not hidden, in order", () => {
    fc.assert(
      fc.property(
        markers,
        fc.integer({ min: 61, max: 80 }),
        fc.array(fc.boolean()),
        (found, lines, picked) => {
          const folded = [...groupsOf(found).values()].filter((_, i) => picked[i] ?? false);
          const folds = new Folds(lines, folded);
          const hidden = (line: number) => folded.some((g) => line > g.line && line < (g.end ?? lines));
          const shown = Array.from({ length: lines }, (_, line) => line).filter((line) => !hidden(line));
          expect(folds.rows).toBe(shown.length);
          expect(shown.map((_, row) => folds.lineOf(row))).toEqual(shown);
          for (const [row, line] of shown.entries()) expect(folds.rowOf(line)).toBe(row);
        },
      ),
    );
  });

  test("a hidden line is found at its heading", () => {
    const folds = new Folds(10, groupsOf([{ line: 2, name: "a" }, { line: 6 }]).values());
    expect([folds.rowOf(2), folds.rowOf(5), folds.rowOf(6), folds.rowOf(7)]).toEqual([2, 2, 2, 3]);
  });
});
