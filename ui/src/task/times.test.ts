import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TaskDetail } from "~/api/types";
import { stretches, sums } from "./times";

function task(more: object): TaskDetail {
  return { status: "done", waited_us: 0, attempts: [], ...more } as unknown as TaskDetail;
}

function attempt(number: number, started_at: number, finished_at: number | null, status = "done") {
  return {
    attempt: number,
    started_at,
    finished_at,
    status,
    duration_us: (finished_at ?? started_at) - started_at,
  };
}

describe("what a task spent its time on", () => {
  test("waiting, attempts, and what is between them", () => {
    const of = task({ waited_us: 10, attempts: [attempt(0, 100, 150, "failed"), attempt(1, 170, 200)] });
    const all = stretches(of, 999);
    expect(all.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ["waited", 90, 100],
      ["ran", 100, 150],
      ["between", 150, 170],
      ["ran", 170, 200],
    ]);
    expect(sums(all)).toEqual({ waited: 10, starting: 0, ran: 80, saving: 0, between: 20 });
  });

  test("an attempt is made ready, is at work, and saves", () => {
    const apart = { ...attempt(0, 100, 200), starting_us: 15, saving_us: 25 };
    const all = stretches(task({ waited_us: 5, attempts: [apart] }), 999);
    expect(all.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ["waited", 95, 100],
      ["starting", 100, 115],
      ["ran", 115, 175],
      ["saving", 175, 200],
    ]);
    expect(sums(all)).toEqual({ waited: 5, starting: 15, ran: 60, saving: 25, between: 0 });
  });

  test("what goes on goes on until now", () => {
    const running = task({ status: "running", attempts: [attempt(0, 100, null, "running")] });
    expect(stretches(running, 130).at(-1)).toMatchObject({ kind: "ran", from: 100, to: 130 });
    const retried = task({ status: "running", attempts: [attempt(0, 100, 120, "failed")] });
    expect(stretches(retried, 130).at(-1)).toMatchObject({ kind: "between", from: 120, to: 130 });
  });

  test("a task that has not begun has none", () => {
    expect(stretches(task({ status: "queued" }), 5)).toEqual([]);
  });

  test("stretches follow each other, whatever the clocks say", () => {
    const time = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(time, fc.option(time))),
        time,
        fc.integer({ min: -50, max: 50 }),
        (times, now, waited_us) => {
          const all = stretches(
            task({
              status: "running",
              waited_us,
              attempts: times.map(([from, to], n) => attempt(n, from, to)),
            }),
            now,
          );
          for (const [at, one] of all.entries()) {
            expect(one.to).toBeGreaterThan(one.from);
            if (at > 0) expect(one.from).toBe(all[at - 1]?.to);
          }
        },
      ),
    );
  });
});
