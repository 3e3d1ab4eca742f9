import { base } from "./base";
import { isAbort, Problem, problemOf } from "./problem";
import type { paths } from "./schema";
import { denied } from "./session";

export { isAbort, Problem, toProblem } from "./problem";

/** A path of the API, as the schema writes it: `/api/v1/flows/{flow}/runs/{run}`. */
export type Path = keyof paths;

type Operation<P extends Path> = paths[P]["get"];
type Given<P extends Path> = Operation<P> extends { parameters: infer G } ? G : never;
type Query<P extends Path> = Given<P> extends { query?: infer Q } ? NonNullable<Q> : never;
type Words<P extends Path> = Given<P> extends { path: infer W } ? W : never;
type Content<P extends Path> = Operation<P> extends { responses: { 200: { content: infer C } } } ? C : never;

/** What a path answers. */
export type Answer<P extends Path> = Content<P> extends { "application/json": infer T } ? T : never;
/** What each line of a path that streams is. */
export type Line<P extends Path> = Content<P> extends { "application/x-ndjson": infer T } ? T : never;

type AskedQuery<P extends Path> = [Query<P>] extends [never]
  ? { query?: never }
  : { [K in keyof Query<P>]: Query<P>[K] | undefined } extends infer Q
    ? Record<string, never> extends Q
      ? { query?: Q }
      : { query: Q }
    : never;
type AskedWords<P extends Path> = [Words<P>] extends [never]
  ? { path?: never }
  : { path: { [K in keyof Words<P>]: string | number } };

/** What a request says: the words of its path, its query, and a signal to give it up. */
export type Asked<P extends Path> = AskedWords<P> & AskedQuery<P> & { signal?: AbortSignal | undefined };
type Rest<P extends Path> = Record<string, never> extends Asked<P> ? [asked?: Asked<P>] : [asked: Asked<P>];

/** The address of a path of the API: for links to download, and for what is not JSON. */
export function urlOf<P extends Path>(path: P, ...[asked]: Rest<P>): string {
  const words = (asked?.path ?? {}) as Record<string, string | number>;
  const query = (asked?.query ?? {}) as Record<string, unknown>;
  const place = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(words[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== undefined && one !== null) search.append(name, String(one));
    }
  }
  const text = search.toString();
  return base + (text === "" ? place : `${place}?${text}`);
}

/** Asks for a path of the API: `get("/api/v1/flows/{flow}/runs/{run}", { path: { flow, run }, signal })`. */
export async function get<P extends Path>(path: P, ...rest: Rest<P>): Promise<Answer<P>> {
  const response = await ask(urlOf(path, ...rest), "application/json", rest[0]?.signal);
  return (await response.json()) as Answer<P>;
}

/** The same of what is not JSON. Nothing if it is as it was (`304`). */
export async function getBytes<P extends Path>(path: P, ...rest: Rest<P>): Promise<ArrayBuffer | undefined> {
  const response = await ask(urlOf(path, ...rest), "*/*", rest[0]?.signal);
  return response.status === 304 ? undefined : response.arrayBuffer();
}

/** Reads a path that answers line by line, as the lines come. Leaving the loop gives the request up. */
export async function* getLines<P extends Path>(path: P, ...rest: Rest<P>): AsyncGenerator<Line<P>> {
  const own = new AbortController();
  const given = rest[0]?.signal;
  const signal = given ? AbortSignal.any([given, own.signal]) : own.signal;
  try {
    const response = await ask(urlOf(path, ...rest), "application/x-ndjson", signal);
    if (!response.body) return;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let kept = "";
    for (;;) {
      const { value, done } = await reader.read();
      const lines = (kept + (value ?? "")).split("\n");
      kept = done ? "" : (lines.pop() ?? "");
      for (const line of lines) if (line !== "") yield JSON.parse(line) as Line<P>;
      if (done) return;
    }
  } finally {
    own.abort();
  }
}

/** Asks for an address of the server's. */
export async function ask(url: string, accept: string, signal?: AbortSignal | null): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { headers: { accept }, signal: signal ?? null, credentials: "same-origin" });
  } catch (error) {
    if (isAbort(error) || signal?.aborted) throw error;
    throw new Problem({
      title: "the server cannot be reached",
      hints: ["is `spinloom server` still running? This page asks again by itself"],
    });
  }
  if (response.ok || response.status === 304) return response;
  const problem = await problemOf(response);
  if (problem.status === 401) denied(problem);
  throw problem;
}
