import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";

/** How long one question waits for news, seconds. */
export const WAIT = 25;
/** Before a server that did not answer is asked again, milliseconds. */
const PAUSE = 3000;

type Ask<T> = (seen: number | undefined, signal: AbortSignal) => Promise<T>;

/** What is answered, and asked for again as soon as there is news: `ask` is told what was seen, and then waits for something else. */
export function useNews<T extends { seq: number }>(key: readonly string[], ask: Ask<T>) {
  const client = useQueryClient();
  const latest = useRef(ask);
  latest.current = ask;
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => latest.current(undefined, signal),
    placeholderData: (before) => before,
  });
  const seq = data?.seq;
  const name = JSON.stringify(key);
  useEffect(() => {
    if (seq === undefined) return;
    const over = new AbortController();
    void news(seq, (seen) => latest.current(seen, over.signal), over.signal).then((next) => {
      if (next) client.setQueryData(JSON.parse(name), next);
    });
    return () => over.abort();
  }, [seq, name, client]);
  return { data, error, retry: () => void refetch() };
}

/** The first answer that has another number than was seen; nothing if nobody wants it any more. */
async function news<T extends { seq: number }>(
  seen: number,
  ask: (seen: number) => Promise<T>,
  over: AbortSignal,
): Promise<T | undefined> {
  while (!over.aborted) {
    try {
      const next = await ask(seen);
      if (over.aborted) return undefined;
      if (next.seq !== seen) return next;
    } catch {
      if (over.aborted) return undefined;
      await new Promise((go) => setTimeout(go, PAUSE));
    }
  }
  return undefined;
}
