import { get } from "~/api/client";
import type { LogLines } from "~/api/types";
import { PAGE } from "./lineCache";
import type { Stream } from "./params";
import { LOG, type LogOf } from "./useLog";

/** What was asked for and not taken is of no use any more after so long, ms. */
const FRESH = 10_000;

const ahead = new Map<string, Promise<LogLines>>();

/** Asks for the end of a log before it is known which attempt there is: beside the request that tells so. */
export function askAhead(
  of: Omit<LogOf, "step" | "attempt">,
  attempt: number | undefined,
  stream: Stream,
): void {
  const key = keyOf(of, stream);
  if (ahead.has(key)) return;
  const { flow, run, task } = of;
  const path = { flow, run, task, attempt: attempt ?? "latest" };
  const answer = get(LOG, { path, query: { stream, from: -PAGE, count: PAGE } });
  ahead.set(key, answer);
  // That it failed is found out by who asks again.
  answer.catch(() => ahead.delete(key));
  window.setTimeout(() => ahead.delete(key), FRESH);
}

/** What was asked for ahead, if it is of this attempt. */
export async function takeAhead(of: LogOf, stream: Stream): Promise<LogLines | undefined> {
  const key = keyOf(of, stream);
  const answer = ahead.get(key);
  ahead.delete(key);
  const lines = await answer?.catch(() => undefined);
  const own = lines?.run === of.run && String(lines.task) === String(of.task) && lines.attempt === of.attempt;
  return own ? lines : undefined;
}

function keyOf({ flow, run, task }: Omit<LogOf, "step" | "attempt">, stream: Stream): string {
  return [flow, run, task, stream].join("/");
}
