import fc from "fast-check";
import { expect, test } from "vitest";
import { best, fits } from "./fuzzy";

const of = (all: string[], typed: string) => best(all, typed, (one) => one, 10);

test("letters in order fit, others do not", () => {
  expect(of(["TrainFlow", "GridFlow", "Fraud"], "tf")).toEqual(["TrainFlow"]);
  expect(of(["TrainFlow"], "ft")).toEqual([]);
});

test("what is typed as a whole comes first, then beginnings of words", () => {
  expect(of(["BigTrainFlow", "TrainFlow", "TurboRainFlow"], "train")[0]).toBe("TrainFlow");
  expect(of(["profilter", "PropertyFilter"], "pf")[0]).toBe("PropertyFilter");
});

test("a part of a text always fits it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme-ascii" }), fc.nat(), fc.nat(), (text, from, to) => {
      expect(fits(text, text.slice(from % (text.length + 1), to % (text.length + 1)))).toBeDefined();
    }),
  );
});
