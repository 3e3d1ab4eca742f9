import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { attempts, began, ended, foreachValue, indexOf, labelOf, lowerBound, rowOf, stepOf } from "./ask";
import { type FakeTask, fakeBlock } from "./fake";
import { readBlock } from "./format";
import { withBlock } from "./merge";
import { ordered, sorted } from "./order";
import { noTasks, type Tasks } from "./tasks";

const START = 1_795_425_942_636_654;
const time = fc.integer({ min: 0, max: 4_000_000 }).map((us) => START + us);

const bar = fc.record({ state: fc.integer({ min: 0, max: 3 }), start: time, took: fc.option(fc.nat(9999)) });
const fakeTask: fc.Arbitrary<Omit<FakeTask, "id">> = fc.record({
  step: fc.constantFrom("start", "train", "🚂 ", "end"),
  state: fc.constantFrom(0, 1, 2, 3, 0x81),
  created: time,
  index: fc.array(fc.nat(1000), { maxLength: 3 }),
  value: fc.string({ unit: "grapheme", maxLength: 6 }),
  parents: fc.array(fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 9 })), { maxLength: 2 }),
  bars: fc.array(
    bar.map(({ state, start, took }) => ({ state, start, ...(took === null ? {} : { end: start + took }) })),
    { maxLength: 3 },
  ),
});
const fakeTasks = fc
  .uniqueArray(fc.tuple(fc.oneof(fc.integer({ min: 1, max: 60 }), fc.constant(2 ** 40 + 1)), fakeTask), {
    selector: ([id]) => id,
    maxLength: 40,
  })
  .map((list) => list.map(([id, task]): FakeTask => ({ id, ...task })).sort((a, b) => a.id - b.id));

/** What the arrays say, as the tests wrote it. */
function told(tasks: Tasks): FakeTask[] {
  return Array.from({ length: tasks.count }, (_, row) => ({
    id: tasks.id[row] as number,
    step: stepOf(tasks, row),
    state: tasks.state[row] as number,
    created: tasks.base + (tasks.created[row] as number),
    index: [...tasks.indices.subarray(tasks.index[row], tasks.index[row + 1])],
    value: foreachValue(tasks, row),
    parents: Array.from(
      { length: (tasks.parent[row + 1] as number) - (tasks.parent[row] as number) },
      (_, i) => {
        const at = (tasks.parent[row] as number) + i;
        return [tasks.parentFirst[at] as number, tasks.parentCount[at] as number] as [number, number];
      },
    ),
    bars: Array.from({ length: attempts(tasks, row) }, (_, i) => {
      const at = (tasks.bars[row] as number) + i;
      const end = tasks.barEnd[at] as number;
      const start = tasks.base + (tasks.barStart[at] as number);
      return {
        state: tasks.barState[at] as number,
        start,
        ...(Number.isNaN(end) ? {} : { end: tasks.base + end }),
      };
    }),
  }));
}

describe("blocks", () => {
  test("what the server wrote is read", () => {
    fc.assert(
      fc.property(fakeTasks, (tasks) => {
        expect(told(withBlock(noTasks(), readBlock(fakeBlock(tasks))))).toEqual(tasks);
      }),
    );
  });

  test("behind a socket's eight bytes too", () => {
    const block = new Uint8Array(fakeBlock([{ id: 7, step: "start", state: 1, created: START }]));
    const message = new Uint8Array(8 + block.length);
    message.set(block, 8);
    expect(readBlock(message.buffer, 8).columns.get("task.id")?.[0]).toBe(7);
  });

  test("a change takes the place of what was known", () => {
    fc.assert(
      fc.property(fakeTasks, fakeTasks, (known, changed) => {
        const first = withBlock(noTasks(), readBlock(fakeBlock(known)));
        const before = told(first);
        const merged = withBlock(first, readBlock(fakeBlock(changed, 2, false)));
        const ids = new Set(changed.map((task) => task.id));
        const expected = [...known.filter((task) => !ids.has(task.id)), ...changed].sort(
          (a, b) => a.id - b.id,
        );
        expect(told(merged)).toEqual(expected);
        // What may be being drawn stays as it is.
        expect(told(first)).toEqual(before);
        expect(merged.seq).toBe(2);
      }),
    );
  });

  test("other bytes are refused, and newer ones", () => {
    expect(() => readBlock(new ArrayBuffer(4))).toThrow();
    expect(() => readBlock(new TextEncoder().encode("<html></html>   ").buffer as ArrayBuffer)).toThrow(
      "no columns",
    );
    const whole = fakeBlock([{ id: 1, step: "start", state: 1, created: START }]);
    expect(() => readBlock(whole.slice(0, 40))).toThrow();
    expect(() => readBlock(whole.slice(0, whole.byteLength - 8))).toThrow();
  });

  test("a task waits for the last of its inputs", () => {
    const done = (id: number, end: number): FakeTask => ({
      id,
      step: "train",
      state: 1,
      created: START,
      bars: [{ state: 1, start: START, end: START + end }],
    });
    const join: FakeTask = { id: 4, step: "join", state: 0, created: START + 99, parents: [[1, 3]] };
    const tasks = withBlock(noTasks(), readBlock(fakeBlock([done(1, 10), done(2, 70), done(3, 30), join])));
    expect(tasks.ready[3]).toBe(70);
    expect([began(tasks, 3), ended(tasks, 1), ended(tasks, 3)]).toEqual([99, 70, Number.NaN]);
  });

  test("bars are called by value, else by index", () => {
    const task = { step: "train", state: 1, created: START, index: [3, 0] };
    const list = [
      { id: 1, ...task },
      { id: 2, ...task, value: "lr=0.1 ‏שלום 🙂" },
    ];
    const tasks = withBlock(noTasks(), readBlock(fakeBlock(list)));
    expect([labelOf(tasks, 0), labelOf(tasks, 1), indexOf(tasks, 1)]).toEqual([
      "3/0",
      "lr=0.1 ‏שלום 🙂",
      "3/0",
    ]);
    expect([rowOf(tasks, 2), rowOf(tasks, 3)]).toEqual([1, -1]);
  });
});

describe("order", () => {
  const key = fc.oneof(
    fc.nat(50),
    fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
    fc.constant(Number.NaN),
  );

  test("is that of a stable sort", () => {
    fc.assert(
      fc.property(fc.array(key), (keys) => {
        const last = (value: number) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value);
        const expected = keys
          .map((_, i) => i)
          .sort((a, b) => {
            const [x, y] = [last(keys[a] as number), last(keys[b] as number)];
            return x < y ? -1 : x > y ? 1 : a - b;
          });
        expect([...ordered(Float64Array.from(keys))]).toEqual(expected);
      }),
    );
  });

  test("what is not known comes last, up or down", () => {
    const rows = Uint32Array.from([0, 1, 2, 3]);
    const key = (row: number) => [5, Number.NaN, 9, 5][row] as number;
    expect([...sorted(rows, key, false)]).toEqual([0, 3, 2, 1]);
    expect([...sorted(rows, key, true)]).toEqual([2, 0, 3, 1]);
  });

  test("a place among ids is found with and without gaps", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(90)), fc.nat(100), fc.nat(20), (list, value, from) => {
        const ids = list.sort((a, b) => a - b);
        const first = Math.min(from, ids.length);
        const at = ids.findIndex((id, i) => i >= first && id >= value);
        expect(lowerBound(ids, value, first)).toBe(at < 0 ? ids.length : at);
      }),
    );
  });
});
