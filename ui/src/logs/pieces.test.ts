import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { plainText } from "./ansi";
import { addresses, piecesOf, type Range } from "./pieces";

describe("pieces of a line", () => {
  test("what was searched for is marked across colours", () => {
    const pieces = piecesOf("a\x1b[31mbc\x1b[0md", [[0, 2]]);
    expect(pieces.map(({ text, marked, look }) => [text, marked, look.fg])).toEqual([
      ["a", true, undefined],
      ["b", true, 1],
      ["c", false, 1],
      ["d", false, undefined],
    ]);
  });

  test("addresses lead where they say, without what follows them in a sentence", () => {
    const pieces = piecesOf("see https://x.org/a?b=1&c, or (http://y.org).");
    expect(pieces.filter((piece) => piece.href).map((piece) => piece.href)).toEqual([
      "https://x.org/a?b=1&c",
      "http://y.org",
    ]);
    expect(addresses("javascript:alert(1) ftp://x file:///etc")).toEqual([]);
  });

  test("no letter is lost, and just those asked for are marked", () => {
    const range = fc.tuple(fc.nat(40), fc.nat(40)).map(([a, b]): Range => (a < b ? [a, b] : [b, a + 1]));
    const line = fc
      .array(fc.constantFrom("ab", " ", "\x1b[1m", "\x1b[0m", "é😀", "https://x.org/y", "<i>"))
      .map((all) => all.join(""));
    fc.assert(
      fc.property(line, fc.array(range, { maxLength: 4 }), (written, marks) => {
        const pieces = piecesOf(written, marks);
        const text = plainText(written);
        expect(pieces.map((piece) => piece.text).join("")).toBe(text);
        const marked = pieces.flatMap((piece) => new Array<boolean>(piece.text.length).fill(piece.marked));
        const asked = Array.from(marked, (_, at) => marks.some(([from, to]) => at >= from && at < to));
        expect(marked).toEqual(asked);
      }),
    );
  });
});
