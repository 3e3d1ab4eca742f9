import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import type { LogLine, LogLines } from "~/api/types";
import { LineCache, PAGE } from "./lineCache";

const line = (number: number, text = `line ${number}`): LogLine => ({
  line: number,
  at: 0,
  stream: "stdout",
  text,
});

function answer(lines: LogLine[], total: number, more: Partial<LogLines> = {}): LogLines {
  return {
    lines,
    total,
    bytes: total * 10,
    complete: true,
    ended: true,
    run: "1",
    task: 1,
    attempt: 0,
    ...more,
  };
}

/** A server with a log of so many lines. */
function server(total: number) {
  return vi.fn(async (from: number, count: number, signal: AbortSignal) => {
    await Promise.resolve();
    if (signal.aborted) throw new DOMException("given up", "AbortError");
    const first = from < 0 ? Math.max(0, total + from) : from;
    const length = Math.max(0, Math.min(count, total - first));
    return answer(
      Array.from({ length }, (_, i) => line(first + i)),
      total,
    );
  });
}

const settled = () => new Promise((done) => setTimeout(done));

describe("lines of a log", () => {
  test("it opens at the end, with one request however long it is", async () => {
    const ask = server(1_000_000);
    const cache = new LineCache(ask);
    await cache.open();
    expect(ask).toHaveBeenCalledTimes(1);
    expect(cache.extent.total).toBe(1_000_000);
    expect(cache.line(999_999)?.text).toBe("line 999999");
    expect(cache.line(0)).toBeUndefined();
  });

  test("an end that came before is there at once, and not asked for again", async () => {
    const ask = server(1000);
    const cache = new LineCache(ask, answer([line(998), line(999)], 1000));
    expect(cache.line(999)?.text).toBe("line 999");
    await cache.open();
    expect(ask).not.toHaveBeenCalled();
  });

  test("an end that came before a log was read whole is asked for until it was", async () => {
    const ask = server(1000);
    const cache = new LineCache(ask, answer([line(499)], 500, { complete: false }));
    await cache.open();
    expect(ask).toHaveBeenCalledTimes(1);
    expect(cache.extent.total).toBe(1000);
  });

  test("what is looked at is asked for once, page by page", async () => {
    const ask = server(10_000);
    const cache = new LineCache(ask);
    await cache.open();
    cache.want(PAGE - 10, PAGE + 10);
    cache.want(PAGE - 10, PAGE + 10);
    await settled();
    cache.want(PAGE - 10, PAGE + 10);
    expect(ask.mock.calls.map(([from]) => from)).toEqual([-PAGE, 0, PAGE]);
    expect(cache.line(PAGE)?.text).toBe(`line ${PAGE}`);
  });

  test("what nobody looks at any more is given up, and asked for again when it is", async () => {
    const ask = server(100_000);
    const cache = new LineCache(ask);
    await cache.open();
    cache.want(0, 10);
    cache.want(50_000, 50_010);
    await settled();
    expect(cache.line(0)).toBeUndefined();
    expect(cache.line(50_000)).toBeDefined();
    expect(cache.error).toBeUndefined();
    cache.want(0, 10);
    await settled();
    expect(cache.line(0)).toBeDefined();
  });

  test("a log that the server is still reading is asked for until it is whole", async () => {
    const ask = vi
      .fn()
      .mockResolvedValueOnce(answer([], 500, { complete: false }))
      .mockResolvedValueOnce(answer([line(899)], 900));
    const cache = new LineCache(ask);
    await cache.open();
    expect(ask).toHaveBeenCalledTimes(2);
    expect(cache.extent.total).toBe(900);
  });

  test("pushed lines are added, and a line without an end is replaced", async () => {
    const cache = new LineCache(server(0));
    await cache.open();
    cache.push(answer([line(0), { ...line(1, "10%"), open: true }], 2, { ended: false }));
    expect(cache.next()).toBe(1);
    cache.push(answer([line(1, "100%"), line(2)], 3, { ended: false }));
    expect([0, 1, 2].map((at) => cache.line(at)?.text)).toEqual(["line 0", "100%", "line 2"]);
    expect(cache.next()).toBe(3);
  });

  test("an older answer does not make the log shorter", async () => {
    const cache = new LineCache(server(10));
    await cache.open();
    cache.push(answer([line(10)], 11));
    cache.push(answer([line(0)], 10));
    expect(cache.extent.total).toBe(11);
  });

  test("an error is kept until something comes", async () => {
    const ask = vi
      .fn()
      .mockRejectedValueOnce(new Error("no"))
      .mockResolvedValueOnce(answer([line(0)], 1));
    const cache = new LineCache(ask);
    await cache.open();
    expect(cache.error).toEqual(new Error("no"));
    await cache.open();
    expect(cache.error).toBeUndefined();
  });

  test("memory is bounded, and the end is kept", async () => {
    const total = 1000 * PAGE;
    const cache = new LineCache(server(total));
    await cache.open();
    for (let page = 0; page < 400; page++) {
      cache.want(page * PAGE, page * PAGE + 1);
      await settled();
    }
    const kept = Array.from({ length: 1000 }, (_, page) => cache.line(page * PAGE)).filter(Boolean);
    expect(kept.length).toBeLessThanOrEqual(161);
    expect(cache.line(total - 1)).toBeDefined();
    expect(cache.line(399 * PAGE)).toBeDefined();
  });

  test("wherever one looks, the right lines come", async () => {
    const places = fc.array(fc.nat(29_999), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(places, async (looked) => {
        const cache = new LineCache(server(30_000));
        await cache.open();
        for (const at of looked) {
          cache.want(at, at + 80);
          await settled();
          for (let i = at; i < Math.min(at + 80, 30_000); i++) expect(cache.line(i)?.line).toBe(i);
        }
      }),
      { numRuns: 30 },
    );
  });
});
