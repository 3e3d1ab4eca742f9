import fc from "fast-check";
import { expect, test } from "vitest";
import { hunksOf } from "./diff";
import { coloured } from "./highlight";
import { parseLines, writeLines } from "./search";
import { fileRows } from "./tree";

const marks = (text: string) =>
  coloured("a.py", text).map((pieces) =>
    pieces.map(([part, mark]) => (mark ? `${mark}:${part}` : part)).join("|"),
  );

test("Python has colours", () => {
  expect(marks("def f(x):  # why")).toEqual(["k:def| |f:f|(|x|):  |c:# why"]);
  expect(marks("@retry(times=2)\nx = \"a # b\" + f'c'")).toEqual([
    "d:@retry|(|times|=|n:2|)",
    "x| = |s:\"a # b\"| + |s:f'c'",
  ]);
  expect(marks('"""One\ntwo""" + 1')).toEqual(['s:"""One', 's:two"""| + |n:1']);
  expect(marks('x = """a""" + y')).toEqual(['x| = |s:"""a"""| + |y']);
});

test("no letter is lost, whatever the text", () => {
  const text = fc.string({ unit: fc.constantFrom(..."ab '\"#@\\1\n.("), maxLength: 60 });
  fc.assert(
    fc.property(text, (given) => {
      const lines = given.split("\n");
      if (lines.at(-1) === "") lines.pop();
      expect(coloured("a.py", given).map((pieces) => pieces.map(([part]) => part).join(""))).toEqual(lines);
    }),
  );
});

test("a diff is read with its line numbers", () => {
  const diff = "diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -3,3 +3,4 @@ def x\n a\n-b\n+c\n+--- d\n e\n";
  expect(hunksOf(diff)).toEqual([
    {
      head: "@@ -3,3 +3,4 @@ def x",
      lines: [
        { kind: "same", text: "a", before: 3, after: 3 },
        { kind: "removed", text: "b", before: 4 },
        { kind: "added", text: "c", after: 4 },
        { kind: "added", text: "--- d", after: 5 },
        { kind: "same", text: "e", before: 5, after: 6 },
      ],
    },
  ]);
});

test("files stand under their folders", () => {
  const rows = (shut: string[] = []) =>
    fileRows(["b.py", "a/z.py", "a/b/c.py", "a.py"], new Set(shut)).map(
      (row) => `${" ".repeat(row.depth)}${row.label}`,
    );
  expect(rows()).toEqual(["a", " b", "  c.py", " z.py", "a.py", "b.py"]);
  expect(rows(["a/b/"])).toEqual(["a", " b", " z.py", "a.py", "b.py"]);
});

test("lines of an address", () => {
  expect([
    parseLines("7"),
    parseLines("7-9"),
    parseLines("9-7"),
    parseLines("x"),
    parseLines(undefined),
  ]).toEqual([{ first: 7, last: 7 }, { first: 7, last: 9 }, { first: 7, last: 9 }, undefined, undefined]);
  expect([writeLines({ first: 7, last: 7 }), writeLines({ first: 7, last: 9 })]).toEqual(["7", "7-9"]);
});
