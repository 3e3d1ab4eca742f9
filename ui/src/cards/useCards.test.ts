import { describe, expect, it } from "vitest";
import type { Card } from "~/api/types";
import { merged } from "./useCards";

function card(task: number, hash: string, attempt = 0, made_at = 1): Card {
  return {
    step: "s",
    task,
    attempt,
    type: "blank",
    id: null,
    hash,
    made_at,
    live: true,
    failed: false,
    origin_run: null,
  };
}

describe("merged", () => {
  it("keeps what is known and adds what is new, in the order of tasks", () => {
    const first = merged([], [card(2, "b"), card(1, "a")]);
    expect(first.map(({ hash }) => hash)).toEqual(["a", "b"]);
    expect(merged(first, [])).toBe(first);
    expect(merged(first, [card(3, "c")]).map(({ hash }) => hash)).toEqual(["a", "b", "c"]);
  });

  it("takes a card that was made anew in place of the one before", () => {
    const found = merged([card(1, "a")], [card(1, "a", 0, 9)]);
    expect(found.map(({ made_at }) => made_at)).toEqual([9]);
  });

  it("leaves out the cards of an earlier attempt", () => {
    const found = merged([card(1, "a"), card(2, "b")], [card(1, "c", 1)]);
    expect(found.map(({ hash }) => hash)).toEqual(["c", "b"]);
  });
});
