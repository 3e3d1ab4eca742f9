import { describe, expect, test } from "vitest";
import { bySession, changesText, heights, isEdited, type Spin, valueText } from "./words";

const spin = (more: object) => ({ spin: "1", session: "1", code: null, ...more }) as unknown as Spin;

describe("spins in words", () => {
  test("sessions keep the order of their spins", () => {
    const all = [spin({ spin: "4", session: "3" }), spin({ spin: "3", session: "3" }), spin({ spin: "1" })];
    expect(bySession(all).map((spins) => spins.map((one) => one.spin))).toEqual([["4", "3"], ["1"]]);
    expect(bySession([])).toEqual([]);
  });

  test("what differs is said, what is the same is not counted", () => {
    expect(changesText({ new: 1, changed: 2, same: 5, gone: 3 })).toBe("2 changed · 1 new · 3 gone");
    expect(changesText({ new: 0, changed: 0, same: 5, gone: 0 })).toBe("as recorded");
    expect(changesText({ new: 0, changed: 0, same: 0, gone: 0 })).toBe("nothing saved");
    expect(changesText(null)).toBe("");
  });

  test("code that was not kept is not said to be other code", () => {
    expect(isEdited(spin({ code: "a" }), spin({ code: "b" }))).toBe(true);
    expect(isEdited(spin({ code: "a" }), spin({ code: "a" }))).toBe(false);
    expect(isEdited(spin({ code: "a" }), spin({}))).toBe(false);
    expect(isEdited(spin({ code: "a" }), undefined)).toBe(false);
  });

  test("values are written as they are given", () => {
    expect([valueText(0.5), valueText("a b"), valueText([1, "x"])]).toEqual(["0.5", "a b", '[1,"x"]']);
  });

  test("the longest is the whole, and the shortest is still seen", () => {
    expect(heights([10, 100, null])).toEqual([12, 100, 100]);
    expect(heights([])).toEqual([]);
  });
});
