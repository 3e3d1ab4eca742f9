import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { paletteColour, parseAnsi, plainText } from "./ansi";

const text = (line: string) =>
  parseAnsi(line)
    .map((span) => span.text)
    .join("");

describe("ANSI escapes", () => {
  test("colours of all kinds are read", () => {
    expect(parseAnsi("a\x1b[1;31mb\x1b[0mc")).toEqual([
      { text: "a", look: {} },
      { text: "b", look: { bold: true, fg: 1 } },
      { text: "c", look: {} },
    ]);
    expect(parseAnsi("\x1b[38;5;208;4mx")).toEqual([{ text: "x", look: { fg: 208, underline: true } }]);
    expect(parseAnsi("\x1b[48:2:1:2:255mx")).toEqual([{ text: "x", look: { bg: "#0102ff" } }]);
    expect(parseAnsi("\x1b[97;100mx\x1b[39;49my")).toEqual([
      { text: "x", look: { fg: 15, bg: 8 } },
      { text: "y", look: {} },
    ]);
    expect(parseAnsi("\x1b[1;2mx\x1b[22my")).toEqual([
      { text: "x", look: { bold: true, dim: true } },
      { text: "y", look: {} },
    ]);
  });

  test("an empty code is a reset", () => {
    expect(parseAnsi("\x1b[31ma\x1b[mb")[1]).toEqual({ text: "b", look: {} });
  });

  test("titles, links, cursor moves and unfinished escapes are not shown", () => {
    expect(text("\x1b]0;title\x07a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\ \x1b[2Kb\x1b[1A\x1b(Bc\x1b")).toBe(
      "alink bc",
    );
    expect(text("a\x1b[38;5")).toBe("a");
    expect(text("\x1b[38;5;999mx")).toBe("x");
  });

  test("HTML is text", () => {
    expect(parseAnsi("<b>\x1b[31m&amp;</b>")).toEqual([
      { text: "<b>", look: {} },
      { text: "&amp;</b>", look: { fg: 1 } },
    ]);
  });

  test("what is shown is what is searched, and has no control characters", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "\x1b[",
        "\x1b[31m",
        "\x1b[0m",
        "\x1b]8;;",
        "\x07",
        "\x1b\\",
        "\x1b[38;2;1;2;3m",
        "\x1b",
        "m",
        "é😀",
      ),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const line = pieces.join("");
        expect(text(line)).toBe(plainText(line));
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is tested
        expect(text(line)).not.toMatch(/[\x00-\x08\x0a-\x1f\x7f]/);
      }),
    );
  });

  test("text without escapes is as it was", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (line) => {
        expect(text(line)).toBe(line);
      }),
    );
  });

  test("the palette is the usual one", () => {
    expect([16, 21, 196, 231, 232, 255].map(paletteColour)).toEqual([
      "#000000",
      "#0000ff",
      "#ff0000",
      "#ffffff",
      "#080808",
      "#eeeeee",
    ]);
  });
});
