import { get } from "~/api/client";
import type { LogLines } from "~/api/types";
import { PAGE } from "./lineCache";
import type { Stream } from "./params";
import { LOG, type LogOf } from "./useLog";

/** What was asked for and not taken is of no use any more after so long, ms. */
const FRESH = 10_000;

/** What was asked for, and what came of it. */
interface Asked {
  readonly answer: Promise<LogLines>;
  lines?: LogLines;
}

const ahead = new Map<string, Asked>();

/** Asks for the end of a log before it is known which attempt there is: beside the request that tells so. */
export async function askAhead(
  of: Omit<LogOf, "step" | "attempt">,
  attempt: number | undefined,
  stream: Stream,
): Promise<void> {
  const key = keyOf(of, stream);
  let asked = ahead.get(key);
  if (!asked) {
    const { flow, run, task } = of;
    const path = { flow, run, task, attempt: attempt ?? "latest" };
    asked = { answer: get(LOG, { path, query: { stream, from: -PAGE, count: PAGE } }) };
    ahead.set(key, asked);
    window.setTimeout(() => ahead.delete(key), FRESH);
  }
  try {
    asked.lines = await asked.answer;
  } catch {
    // That it failed is found out by who asks again.
    ahead.delete(key);
  }
}

/** What was asked for ahead, if it is there, and of this attempt. It stays until it is taken: a page may be drawn more than once. */
export function seenAhead(of: LogOf, stream: Stream): LogLines | undefined {
  return own(of, ahead.get(keyOf(of, stream))?.lines);
}

/** What was asked for ahead, as soon as it is there, if it is of this attempt. */
export async function takeAhead(of: LogOf, stream: Stream): Promise<LogLines | undefined> {
  const key = keyOf(of, stream);
  const asked = ahead.get(key);
  ahead.delete(key);
  return own(of, await asked?.answer.catch(() => undefined));
}

function own(of: LogOf, lines: LogLines | undefined): LogLines | undefined {
  const is = lines?.run === of.run && String(lines.task) === String(of.task) && lines.attempt === of.attempt;
  return is ? lines : undefined;
}

function keyOf({ flow, run, task }: Omit<LogOf, "step" | "attempt">, stream: Stream): string {
  return [flow, run, task, stream].join("/");
}
