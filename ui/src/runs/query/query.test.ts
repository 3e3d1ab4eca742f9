import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { add, chosen, clear, exclude, negate, only, quote, toggle, without } from "./edit";
import { between, length, startedTerm, withBox, withStarted, zone } from "./ranges";
import { fromBytes, isKnown, terms, toBytes } from "./terms";

const shapes = (query: string) =>
  terms(query).map((term) => [term.negated, term.key, term.op, term.values.map((value) => value.text)]);

describe("terms", () => {
  it("are read as the server reads them", () => {
    expect(shapes('tag:prod -status:failed|lost dur>=1h30m param.lr<0.1 fraud "two words"')).toEqual([
      [false, "tag", ":", ["prod"]],
      [true, "status", ":", ["failed", "lost"]],
      [false, "dur", ">=", ["1h30m"]],
      [false, "param.lr", "<", ["0.1"]],
      [false, null, "", ["fraud"]],
      [false, null, "", ["two words"]],
    ]);
    expect(shapes('tag:"a \\"b\\" c"|x')).toEqual([[false, "tag", ":", ['a "b" c', "x"]]]);
    expect(shapes("tag:project:x status=done")).toEqual([
      [false, "tag", ":", ["project:x"]],
      [false, "status", ":", ["done"]],
    ]);
  });

  it("cover whatever is typed", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        let at = 0;
        for (const term of terms(text)) {
          expect(text.slice(at, term.from).trim()).toBe("");
          expect(term.to).toBeGreaterThan(term.from);
          at = term.to;
        }
        expect(text.slice(at).trim()).toBe("");
      }),
    );
  });

  it("count bytes as the server does", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(toBytes(text, text.length)).toBe(new TextEncoder().encode(text).length);
        expect(fromBytes(text, toBytes(text, text.length))).toBe(text.length);
      }),
    );
    expect(fromBytes("ü tag:", 3)).toBe(2);
    expect(toBytes("🙂a", 2)).toBe(4);
  });

  it("know the keys", () => {
    expect(isKnown("status") && isKnown("param.lr")).toBe(true);
    expect(isKnown("stauts") || isKnown("param.")).toBe(false);
  });
});

describe("edits", () => {
  it("choose and unchoose a value", () => {
    expect(toggle("", "status", "failed")).toBe("status:failed");
    expect(toggle("fraud status:failed x", "status", "lost")).toBe("fraud status:failed|lost x");
    expect(toggle("status:failed|lost x", "status", "failed")).toBe("status:lost x");
    expect(toggle("a status:failed x", "status", "failed")).toBe("a x");
    expect(toggle("-user:ann", "user", "ann")).toBe("");
    expect(toggle("tag:a", "tag", "b c")).toBe('tag:a tag:"b c"');
  });

  it("mean what was clicked, whatever it is called", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (value) => {
        const on = toggle("dur>1h", "flow", value);
        expect([...chosen(on, "flow").wanted]).toEqual([value]);
        expect(toggle(on, "flow", value)).toBe("dur>1h");
      }),
    );
    expect(quote("a*")).toBe('"a*"');
    expect(quote("")).toBe('""');
  });

  it("narrow, exclude, clear, turn round", () => {
    expect(only("user:ann|bob dur>1h", "user", "carol")).toBe("dur>1h user:carol");
    expect(exclude("user:ann|bob", "user", "ann")).toBe("user:bob -user:ann");
    expect(exclude("-user:ann", "user", "ann")).toBe("-user:ann");
    expect(clear("started>-7d  x started<now", "started")).toBe("x");
    expect(without("a b c", { from: 2, to: 3 })).toBe("a c");
    const [term] = terms("tag:x");
    expect(term && negate("tag:x", term)).toBe("-tag:x");
    expect(add(" a ", "b")).toBe("a b");
  });
});

describe("ranges", () => {
  it("replace what was said before", () => {
    expect(withStarted("started>-7d user:ann", "started>-1h")).toBe("user:ann started>-1h");
    expect(withStarted("started>-7d", "")).toBe("");
    expect(startedTerm("x started>-7d started<now")).toBe("started>-7d started<now");
  });

  it("are written as the grammar wants them", () => {
    expect(between(0, null)).toMatch(/^started>=19\d\d-\d\d-\d\dT\d\d:\d\d[+-]\d\d:\d\d$/);
    expect(between(0, 60_000)).toMatch(/T\d\d:\d\d:\d\d[+-]/);
    expect(zone()).toMatch(/^[+-]\d\d:\d\d$/);
    expect([length(0), length(950), length(90_000), length(90_061_000)]).toEqual([
      "0s",
      "950ms",
      "1m30s",
      "1d1h",
    ]);
    expect(withBox("dur>1s x", { from: 0, to: 1, least: 1000, most: 60_000 })).toMatch(
      /^x started.* dur>=1s dur<=1m$/,
    );
  });
});
