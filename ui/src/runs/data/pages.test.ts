import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Run } from "~/api/types";
import { keyOf, Pages } from "./pages";

const run = (n: number): Run => ({
  flow: "F",
  run: String(n),
  status: "done",
  user: "ann",
  tags: [],
  system_tags: [],
  started_at: 1000 - n,
  finished_at: 2000,
  duration: 5,
});
const some = (from: number, count: number) => Array.from({ length: count }, (_, n) => run(from + n));

describe("pages", () => {
  it("find a row by its place and a place by its run", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 60 }), (sizes) => {
        const pages = new Pages();
        let total = 0;
        for (const size of sizes) {
          pages.append(some(total, size), `after ${total + size}`);
          total += size;
        }
        pages.prepend([run(-2), run(-1)]);
        expect(pages.count).toBe(total + 2);
        for (let n = 0; n < total; n += 1) {
          expect(pages.at(n + 2)?.run).toBe(String(n));
          expect(pages.indexOf(`F/${n}`)).toBe(n + 2);
        }
        expect(pages.indexOf("F/-1")).toBe(1);
      }),
    );
  });

  it("put away what is far, and take it back", () => {
    const pages = new Pages();
    for (let n = 0; n < 100; n += 1) pages.append(some(n * 10, 10), `c${n + 1}`);
    pages.trim(995);
    expect(pages.at(995)?.run).toBe("995");
    expect(pages.at(5)?.run).toBe("5");
    expect(pages.at(305)).toBeUndefined();
    expect(pages.missing(30)).toBe("c30");
    pages.restore(30, some(300, 10));
    expect(pages.at(305)?.run).toBe("305");
    expect(pages.missing(30)).toBeUndefined();
    expect(pages.count).toBe(1000);
  });

  it("change a run where it stands, and show none twice", () => {
    const pages = new Pages();
    pages.append(some(0, 3), "a");
    pages.append([run(2), run(3)], null);
    expect(pages.count).toBe(4);
    pages.prepend([run(9)]);
    expect(pages.patch("F/9", (old) => ({ ...old, status: "failed" }))).toBe(true);
    expect(pages.patch("F/3", (old) => ({ ...old, status: "lost" }))).toBe(true);
    expect(pages.patch("F/77", (old) => old)).toBe(false);
    expect([pages.at(0)?.status, pages.at(4)?.status]).toEqual(["failed", "lost"]);
    expect(keyOf(run(3))).toBe("F/3");
  });
});
