// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { address, fill, ofRun } from "./template";

const RUN = {
  flow: "Train",
  run: "5",
  user: "ann & bob",
  status: "done",
  started_at: 1_700_000_000_123_456,
  finished_at: 1_700_000_060_000_000,
  tags: ["team:vision", "x"],
  system_tags: ["project:p"],
};

describe("a template", () => {
  const values = ofRun(RUN);

  it("is filled in, escaped in addresses", () => {
    expect(address("https://g.example/d?u={user}&r={flow}/{run}&from={started_ms}", values)).toBe(
      "https://g.example/d?u=ann%20%26%20bob&r=Train/5&from=1700000000123",
    );
    expect(fill("{tag:team} of {tag:project}, until {finished_s}", values)).toBe(
      "vision of p, until 1700000060",
    );
  });

  it("has no text where something is not known", () => {
    expect(fill("{tag:owner}", values)).toBeUndefined();
    expect(fill("{constructor}", values)).toBeUndefined();
    expect(address("https://g.example/{task}", values)).toBeUndefined();
  });

  it("leads to pages only", () => {
    const evil = () => "javascript:alert(1)";
    expect(address("{x}", evil)).toBe("javascript%3Aalert(1)");
    expect(address("javascript:alert(1)", evil)).toBeUndefined();
    expect(address("/{flow}/{run}", values)).toBe("/Train/5");
  });
});
