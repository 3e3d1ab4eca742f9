import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Scroller } from "./scroller";

function scroller(tall: number, seen = 600): Scroller {
  return Object.assign(new Scroller(), { tall, seen });
}

describe("scrolling", () => {
  test("what fits into a browser is scrolled as it is", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 600, max: 8_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (tall, part) => {
          const of = scroller(tall);
          const bar = Math.floor(part * of.most);
          of.scrolled(bar);
          expect([of.height, of.top, of.place(of.top + 7)]).toEqual([tall, bar, bar + 7]);
          expect(of.settle()).toBeUndefined();
        },
      ),
    );
  });

  test("of what is taller every pixel can be reached, and small moves are one to one", () => {
    const of = scroller(2_000_000_000);
    expect(of.height).toBe(8_000_000);
    const bar = of.to(1_234_567_890);
    of.scrolled(bar + 53);
    expect(of.top).toBe(1_234_567_943);
    of.scrolled(bar + 13);
    expect(of.top).toBe(1_234_567_903);
  });

  test("its ends are those of the bar", () => {
    const of = scroller(2_000_000_000);
    of.scrolled(of.height - 600);
    expect([of.top, of.atEnd]).toEqual([of.most, true]);
    of.scrolled(0);
    expect(of.top).toBe(0);
  });

  test("a drag of the bar goes to that part of the whole", () => {
    const of = scroller(80_000_600, 600);
    of.scrolled((of.height - 600) / 2);
    expect(of.top).toBeCloseTo(40_000_000, -1);
  });

  test("settling moves the bar, never the view", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 9_000_000, max: 3_000_000_000 }),
        fc.array(fc.integer({ min: -900, max: 900 })),
        (tall, moves) => {
          const of = scroller(tall);
          let bar = of.to(tall / 3);
          for (const move of moves) {
            bar += move;
            of.scrolled(bar);
          }
          const top = of.top;
          const right = of.settle() ?? bar;
          expect(of.top).toBe(top);
          // The event that the browser sends of it changes nothing.
          of.scrolled(right);
          expect(of.top).toBe(top);
          expect(of.place(of.top)).toBeCloseTo(right, 3);
        },
      ),
    );
  });
});
