import fc from "fast-check";
import { expect, test } from "vitest";
import { preview, python } from "./preview";
import { fits, rowsOf } from "./tree";
import type { Leaf } from "./useSetup";

const leaf = (pointer: string, value: unknown = 1, from = "a.json:1"): Leaf => ({
  key: pointer.slice(1).replaceAll("/", "."),
  pointer,
  value,
  from,
  origin: { kind: "file", path: "a.json" },
  overrides: false,
});
const shown = (pointers: string[], shut: string[] = []) =>
  rowsOf(
    pointers.map((pointer) => leaf(pointer)),
    new Set(shut),
  ).map(
    (row) => `${" ".repeat(row.depth)}${row.label}${row.leaf ? "" : `(${row.holds}${row.shut ? "-" : ""})`}`,
  );

test("values stand under what holds them", () => {
  expect(shown(["/a", "/b/x", "/b/y/0", "/b/y/1", "/c"])).toEqual([
    "a",
    "b(3)",
    " x",
    " y(2)",
    "  0",
    "  1",
    "c",
  ]);
});

test("what is shut holds as many and shows none", () => {
  expect(shown(["/b/x", "/b/y/0", "/b/y/1", "/c"], ["/b/y"])).toEqual(["b(3)", " x", " y(2-)", "c"]);
  expect(shown(["/b/x", "/b/y/0", "/c"], ["/b"])).toEqual(["b(2-)", "c"]);
});

test("a config of one value has a line, and odd keys are read", () => {
  expect(rowsOf([leaf("", 7)], new Set())).toHaveLength(1);
  expect(shown(["/a~1b/c~0d"])).toEqual(["a/b(1)", " c~d"]);
});

test("each value has one line, whatever the keys are", () => {
  const word = fc
    .string({ minLength: 1, maxLength: 4 })
    .map((text) => text.replaceAll("~", "~0").replaceAll("/", "~1"));
  fc.assert(
    fc.property(fc.uniqueArray(word, { maxLength: 8 }), (words) => {
      const leaves = words.map((one) => leaf(`/x/${one}`));
      expect(rowsOf(leaves, new Set()).filter((row) => row.leaf)).toHaveLength(words.length);
    }),
  );
});

test("a filter looks at the key, the value and where it is from", () => {
  const one = leaf("/opt/decay", "Slow", "model.json:3");
  expect(["", "opt slow", "MODEL decay", "json:3"].every((filter) => fits(one, filter))).toBe(true);
  expect(fits(one, "fast")).toBe(false);
});

test("values are read as Python writes them", () => {
  expect([null, true, false, 1.5, "a", [1]].map(python)).toEqual([
    "None",
    "True",
    "False",
    "1.5",
    "a",
    "[1]",
  ]);
  const text = (value: string) => ({ kind: "text", type: "str", length: value.length, text: value });
  const list = {
    kind: "collection",
    type: "tuple",
    length: 3,
    items: [text("a"), { kind: "scalar", type: "int", value: 1 }],
  };
  expect(preview(list)).toBe('("a", 1, …)');
  expect(preview(null)).toBe("not known without loading it");
  expect(preview({ kind: "array", type: "numpy.ndarray", shape: [2, 3], dtype: "float64" })).toBe(
    "numpy.ndarray (2 × 3) float64",
  );
});
