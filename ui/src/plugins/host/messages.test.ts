import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSpoken, read } from "./messages";

describe("what a plugin says", () => {
  it("is read as Metaflow's plugins say it", () => {
    expect(read({ type: "PluginRegisterEvent", name: "x", version: { api: "1.2.0" } })).toEqual({
      type: "PluginRegisterEvent",
      api: "1.2.0",
    });
    expect(read({ type: "PluginHeightCheck", name: "x", height: 40 })).toEqual({
      type: "PluginHeightCheck",
      height: 40,
    });
    expect(read({ type: "PluginCallEvent", event: "SEND_NOTIFICATION", data: "hello" })).toEqual({
      type: "PluginCallEvent",
      event: "SEND_NOTIFICATION",
      data: "hello",
    });
  });

  it("may name one path or more", () => {
    expect(read({ type: "PluginSubscribeToData", paths: "metadata" })).toMatchObject({ paths: ["metadata"] });
    expect(read({ type: "PluginSubscribeToData", paths: ["metadata", 7, ""] })).toMatchObject({
      paths: ["metadata"],
    });
    expect(read({ type: "PluginSubscribeToEvent", events: ["a", "b"] })).toMatchObject({
      events: ["a", "b"],
    });
  });

  it("is not believed", () => {
    expect(read({ type: "PluginHeightCheck", height: "100%" })).toBeUndefined();
    expect(read({ type: "PluginHeightCheck", height: Number.NaN })).toBeUndefined();
    expect(read({ type: "PluginSetUrlState", value: "x".repeat(2000) })).toBeUndefined();
    expect(
      read({ type: "PluginTimelineMarks", marks: [{ at: "now" }, { at: 5, label: 7, tone: "pink" }] }),
    ).toEqual({
      type: "PluginTimelineMarks",
      marks: [{ at: 5, label: "7" }],
    });
    const values = (
      read({ type: "PluginColumnValues", values: { "A/1": 3, __proto__: { text: "x" } } }) as {
        values: object;
      }
    ).values;
    expect(values).toMatchObject({ "A/1": { text: "3" } });
    expect(Object.getPrototypeOf(values)).toBeNull();
  });

  it("never breaks the page, whatever it is", () => {
    const types = [
      "PluginColumnValues",
      "PluginTimelineMarks",
      "PluginSubscribeToData",
      "PluginRegisterEvent",
      "x",
    ];
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.anything(), (type, anything) => {
        read(anything);
        read({ type, values: anything, marks: anything, paths: anything, version: anything });
      }),
    );
  });
});

describe("a version of the API", () => {
  it.each([
    ["1.2.0", true],
    ["0.13.0", true],
    ["0.12.9", false],
    ["0.14.0+mine", true],
    ["0.2.0", false],
    ["", true],
  ])("%s is understood: %s", (api, spoken) => {
    expect(isSpoken(api)).toBe(spoken);
  });
});
