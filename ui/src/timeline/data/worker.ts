/** The worker: has the tasks of a run, takes in what comes, and answers what the page wants to know of them. */

import { readBlock } from "./format";
import { layoutOf } from "./layout";
import { listed } from "./list";
import { withBlock } from "./merge";
import type { Answer, FromWorker, Query, ToWorker } from "./protocol";
import { noTasks, type Tasks } from "./tasks";

/** What comes meanwhile is told together, no sooner than this. */
const FLUSH_MS = 200;

let tasks = noTasks();
let ahead = 0;
let stopped: number | undefined;
let changed = false;
let told = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
const wanted = new Map<string, Query>();
const asked = new Set<string>();

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  try {
    hear(data);
  } catch (error) {
    say({ type: "problem", message: error instanceof Error ? error.message : String(error) }, []);
  }
};

function hear(data: ToWorker): void {
  switch (data.type) {
    case "block":
      tasks = withBlock(tasks, readBlock(data.bytes, data.at));
      changed = true;
      soon(told === 0 ? 0 : told + FLUSH_MS - performance.now());
      break;
    case "clock":
      ({ ahead, stopped } = data);
      break;
    case "want":
      wanted.set(data.key, data.query);
      asked.add(data.key);
      // Queries that come together are answered together; before the first block there is nothing to say.
      if (told > 0 || changed) soon(0);
      break;
    case "drop":
      wanted.delete(data.key);
      asked.delete(data.key);
  }
}

function soon(ms: number): void {
  if (timer !== undefined && ms > 0) return;
  clearTimeout(timer);
  timer = setTimeout(tell, Math.max(0, ms));
}

/** Tells how tasks are, if they have changed, and answers all that depends on them, or what was asked now. */
function tell(): void {
  timer = undefined;
  const answers: [string, Answer][] = [];
  for (const [key, query] of wanted) {
    if (changed || asked.has(key)) answers.push([key, answer(query)]);
  }
  asked.clear();
  const message: FromWorker = changed
    ? { type: "now", tasks: copied(tasks), answers }
    : { type: "now", answers };
  changed = false;
  told = performance.now();
  say(message, [...buffers(message)]);
}

function answer(query: Query): Answer {
  const now = (stopped ?? Date.now() * 1000 + ahead) - tasks.base;
  return query.what === "layout"
    ? layoutOf(tasks, { ...query.asked, now })
    : { rows: listed(tasks, query.asked, now).slice() };
}

/** The worker keeps its own: what the page gets is moved there, and costs it nothing. */
function copied(of: Tasks): Tasks {
  const entries = Object.entries(of).map(([name, value]) => [
    name,
    ArrayBuffer.isView(value) ? slice(value) : value,
  ]);
  return Object.fromEntries(entries) as Tasks;
}

function slice(view: ArrayBufferView): ArrayBufferView {
  return (view as Uint8Array).slice();
}

function* buffers(of: unknown): Generator<ArrayBuffer> {
  if (ArrayBuffer.isView(of)) yield of.buffer as ArrayBuffer;
  else if (typeof of === "object" && of !== null)
    for (const value of Object.values(of)) yield* buffers(value);
}

function say(message: FromWorker, transfer: ArrayBuffer[]): void {
  // A view of nothing may share its buffer with another: each is moved once.
  self.postMessage(message, { transfer: [...new Set(transfer)] });
}
