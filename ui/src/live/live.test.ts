import { expect, test, vi } from "vitest";
import { Live } from "./live";
import type { Listener } from "./socket";
import { type News, resumed } from "./topic";

/** A live with a socket of our own: what it says, and ways to say something to it. */
function setUp() {
  const said: Record<string, unknown>[] = [];
  let listener: Listener | undefined;
  const live = new Live((one) => {
    listener = one;
    return {
      start: () => {},
      retry: () => {},
      say: (message) => said.push(message as Record<string, unknown>),
    };
  });
  return { live, said, socket: listener as unknown as Listener };
}

const run = { view: "run", flow: "F", run: "1" } as const;

test("what is watched is asked for when the socket opens, and what is watched later at once", () => {
  const { live, said, socket } = setUp();
  live.watch(run, () => {});
  expect(said).toEqual([]);
  socket.opened();
  live.watch({ view: "runs", query: "user:ann" }, () => {});
  expect(said).toEqual([
    { type: "watch", id: 1, ...run },
    { type: "watch", id: 2, view: "runs", query: "user:ann" },
  ]);
});

test("after a loss it goes on from the last number that was told", () => {
  const { live, said, socket } = setUp();
  const news: News[] = [];
  socket.opened();
  live.watch({ ...run, after: 5 }, (one) => news.push(one));
  const columns = new ArrayBuffer(8);
  socket.told({ id: 1, columns });
  socket.told({ type: "run", id: 1, seq: 9, state: {} });
  socket.closed();
  socket.opened();
  expect(news.map((one) => one.type)).toEqual(["columns", "run"]);
  expect(said.map((one) => one.after)).toEqual([5, 9]);
});

test("columns without the number after them are asked for again", () => {
  const { live, said, socket } = setUp();
  socket.opened();
  live.watch({ ...run, after: 5 }, () => {});
  socket.told({ id: 1, columns: new ArrayBuffer(8) });
  socket.closed();
  socket.opened();
  expect(said.at(-1)).toMatchObject({ after: 5 });
});

test("a log goes on at the line after the last, or at the last if that has no end yet", () => {
  const topic = { view: "log", flow: "F", run: "1", task: 3, from: -100 } as const;
  const line = (number: number, open = false) => ({
    line: number,
    open,
    at: 0,
    cut: false,
    overwritten: 0,
    stream: "stdout",
    text: "",
  });
  const log = (...lines: ReturnType<typeof line>[]) =>
    ({ type: "log", log: { lines, attempt: 1 } }) as unknown as News;
  expect(resumed(topic, log(line(7), line(8)))).toMatchObject({ from: 9, attempt: 1 });
  expect(resumed(topic, log(line(7), line(8, true)))).toMatchObject({ from: 8 });
  expect(resumed(topic, log())).toEqual(topic);
});

test("what is over is not asked for again", () => {
  const { live, said, socket } = setUp();
  const news: News[] = [];
  socket.opened();
  live.watch(run, (one) => news.push(one));
  socket.told({ type: "problem", id: 1, code: "SL0301", title: "there is no run `F/1`", hints: [] });
  socket.closed();
  socket.opened();
  expect(said).toHaveLength(1);
  expect(news[0]).toMatchObject({
    type: "problem",
    problem: { title: "there is no run `F/1`", code: "SL0301" },
  });
});

test("who stops is told nothing more, and the server is told so", () => {
  const { live, said, socket } = setUp();
  const told = vi.fn();
  socket.opened();
  const stop = live.watch(run, told);
  stop();
  stop();
  socket.told({ type: "run", id: 1, seq: 9, state: {} });
  expect(told).not.toHaveBeenCalled();
  expect(said.at(-1)).toEqual({ type: "unwatch", id: 1 });
  expect(said).toHaveLength(2);
});

test("that the server is back is told, not that it is there for the first time", () => {
  const { live, socket } = setUp();
  const back = vi.fn();
  live.onBack(back);
  socket.opened();
  expect(back).not.toHaveBeenCalled();
  socket.closed();
  socket.opened();
  expect(back).toHaveBeenCalledOnce();
});

test("news of another watch, or of none, do no harm", () => {
  const { live, socket } = setUp();
  const told = vi.fn();
  socket.opened();
  live.watch(run, told);
  socket.told({ type: "run", id: 77, seq: 9 });
  socket.told({ type: "problem", id: null, title: "the message makes no sense" });
  expect(told).not.toHaveBeenCalled();
});
