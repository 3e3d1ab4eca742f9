import fc from "fast-check";
import { expect, test } from "vitest";
import { many, one, parseSearch, patched, writeSearch } from "./url";

test("texts stay texts, and names that are there twice are lists", () => {
  expect(parseSearch("?steps=5&q=%22a%22&run=A/1&run=B/2")).toEqual({
    steps: "5",
    q: '"a"',
    run: ["A/1", "B/2"],
  });
});

test("addresses are readable", () => {
  expect(writeSearch({ q: "status:failed dur>1h", run: ["A/1", "B/2"] })).toBe(
    "?q=status:failed+dur%3E1h&run=A/1&run=B/2",
  );
});

test("what is written is read again", () => {
  const names = fc.string({ minLength: 1 }).filter((name) => name !== "__proto__");
  const values = fc.oneof(fc.string(), fc.array(fc.string(), { minLength: 2 }));
  fc.assert(
    fc.property(fc.dictionary(names, values), (search) => {
      expect(parseSearch(writeSearch(search))).toEqual({ ...search });
    }),
  );
});

test("a change takes away what is empty and keeps the rest", () => {
  const now = { q: "x", steps: "train", run: ["A/1"] };
  expect(patched(now, { q: undefined, zoom: 2, deep: true, steps: "", run: [] })).toEqual({
    zoom: "2",
    deep: "true",
  });
  expect(patched(now, { deep: false })).toEqual(now);
});

test("one or many values of a name", () => {
  const search = { one: "a", two: ["b", "c"] };
  expect([one(search, "one"), one(search, "two"), one(search, "none")]).toEqual(["a", "b", undefined]);
  expect([many(search, "one"), many(search, "two"), many(search, "none")]).toEqual([["a"], ["b", "c"], []]);
});
