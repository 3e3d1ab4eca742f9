import { afterEach, expect, test, vi } from "vitest";
import { get, getLines, Problem, urlOf } from "./client";

const answer = (body: BodyInit | null, init: ResponseInit = {}) => {
  const asked = vi.fn((_url: string, _how: RequestInit) => Promise.resolve(new Response(body, init)));
  vi.stubGlobal("fetch", asked);
  return asked;
};

afterEach(() => vi.unstubAllGlobals());

test("words of a path are put in place, whatever they are; lists are given more than once", () => {
  expect(urlOf("/api/v1/flows/{flow}/runs/{run}", { path: { flow: "F/é", run: "a b?" } })).toBe(
    "/api/v1/flows/F%2F%C3%A9/runs/a%20b%3F",
  );
  expect(urlOf("/api/v1/compare", { query: { run: ["A/1", "B/2"], all: undefined } })).toBe(
    "/api/v1/compare?run=A%2F1&run=B%2F2",
  );
  expect(urlOf("/api/v1/runs", { query: { query: "status:failed", limit: 0 } })).toBe(
    "/api/v1/runs?query=status%3Afailed&limit=0",
  );
});

test("an answer is its JSON", async () => {
  const asked = answer('{"version":"1","metadata":"local"}');
  expect(await get("/api/v1/about")).toEqual({ version: "1", metadata: "local" });
  expect(asked.mock.calls[0]?.[0]).toBe("/api/v1/about");
});

test("a problem is thrown as the server tells it", async () => {
  const body = {
    code: "SL0301",
    status: 404,
    title: "there is no run `F/9`",
    hints: ["the newest is `F/3`"],
  };
  answer(JSON.stringify(body), { status: 404 });
  const problem = await get("/api/v1/flows/{flow}/runs/{run}", { path: { flow: "F", run: "9" } }).catch(
    (e: unknown) => e,
  );
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({
    status: 404,
    code: "SL0301",
    title: body.title,
    hint: "the newest is `F/3`",
    isMissing: true,
  });
});

test("what answers in the server's place is a problem, too", async () => {
  answer("<html>Bad gateway</html>", { status: 502, statusText: "Bad Gateway" });
  await expect(get("/api/v1/about")).rejects.toMatchObject({
    status: 502,
    title: "the server answered 502 Bad Gateway",
    isPassing: true,
  });
});

test("that the server is gone is told, that somebody gave up is not", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  await expect(get("/api/v1/about")).rejects.toMatchObject({ status: 0, isPassing: true });
  const given = new DOMException("gave up", "AbortError");
  vi.stubGlobal("fetch", () => Promise.reject(given));
  await expect(get("/api/v1/about")).rejects.toBe(given);
});

test("lines are told as they come, wherever they are cut", async () => {
  const text = new TextEncoder().encode('{"n":1}\n{"s":"é🧵"}\n\n{"n":3}');
  const pieces = [text.slice(0, 5), text.slice(5, 16), text.slice(16, 19), text.slice(19)];
  const body = new ReadableStream<Uint8Array>({
    pull: (to) => {
      const next = pieces.shift();
      if (next) to.enqueue(next);
      else to.close();
    },
  });
  answer(body);
  const lines: unknown[] = [];
  const path = { flow: "F", run: "1" };
  for await (const line of getLines("/api/v1/flows/{flow}/runs/{run}/log/search", {
    path,
    query: { q: "x" },
  }))
    lines.push(line);
  expect(lines).toEqual([{ n: 1 }, { s: "é🧵" }, { n: 3 }]);
});

test("who leaves the lines gives the request up", async () => {
  const asked = answer('{"n":1}\n{"n":2}\n');
  const path = { flow: "F", run: "1" };
  for await (const _ of getLines("/api/v1/flows/{flow}/runs/{run}/log/search", { path, query: { q: "x" } }))
    break;
  expect(asked.mock.calls[0]?.[1].signal?.aborted).toBe(true);
});
