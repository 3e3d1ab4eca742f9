import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asText, numberOf, type Preview, plain, previewOf } from "./preview";

const int = (value: number): Preview => ({ kind: "scalar", type: "int", value });
const str = (text: string): Preview => ({ kind: "text", type: "str", text, length: text.length });

describe("previews in a line", () => {
  test("values look as Python writes them", () => {
    expect(asText({ kind: "scalar", type: "NoneType", value: null })).toBe("None");
    expect(asText({ kind: "scalar", type: "bool", value: true })).toBe("True");
    expect(asText({ kind: "scalar", type: "datetime.date", text: "2026-07-14" })).toBe("2026-07-14");
    expect(asText({ kind: "collection", type: "list", length: 3, items: [int(1), str("a")] })).toBe(
      "[1, 'a', …]",
    );
    expect(asText({ kind: "collection", type: "dict", length: 1, entries: [[str("lr"), int(2)]] })).toBe(
      "{'lr': 2}",
    );
    expect(asText({ kind: "array", type: "numpy.ndarray", shape: [3, 4], dtype: "float64" })).toBe(
      "3 × 4 float64",
    );
    expect(
      asText({
        kind: "table",
        type: "x",
        rows: 5,
        width: 2,
        columns: [
          { name: "a", dtype: "i" },
          { name: "b", dtype: "i" },
        ],
      }),
    ).toBe("5 × 2: a, b");
    expect(asText({ kind: "model", type: "sklearn.LogisticRegression", parameters: [["C", int(1)]] })).toBe(
      "LogisticRegression(C=1)",
    );
  });

  test("they are short whatever they are, and whole letters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 2000 }), (text) => {
        const line = asText(str(text));
        expect([...line].length).toBeLessThanOrEqual(160);
        expect(line).not.toMatch(/[\ud800-\udbff](?![\udc00-\udfff])|\n/);
      }),
    );
  });

  test("what is not known is none", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => void asText(previewOf(value))));
    expect(previewOf({ kind: "hologram", type: "x" })).toBeUndefined();
  });

  test("numbers are plotted, others are not", () => {
    expect(
      [int(3), str("3"), undefined, { kind: "scalar", type: "float", text: "nan" } as Preview].map(numberOf),
    ).toEqual([3, undefined, undefined, undefined]);
  });

  test("they become JSON", () => {
    expect(
      plain({
        kind: "collection",
        type: "dict",
        length: 2,
        entries: [
          [str("a"), int(1)],
          [int(2), { kind: "collection", type: "list", length: 1, items: [str("x")] }],
        ],
      }),
    ).toEqual({ a: 1, 2: ["x"] });
  });
});
