import { useEffect, useRef, useState } from "react";
import { isAbort } from "~/api/client";
import { type Matches, NO_MATCHES, search, type Wanted } from "./searching";
import type { LogOf } from "./useLog";

/** While one types, a search waits for so long. */
const TYPING = 180;
/** A log that grows is searched again so often. */
const AGAIN = 3000;

/** What a search of a log finds, as it finds it. */
export interface Searched {
  readonly matches: Matches;
  readonly error: unknown;
  readonly busy: boolean;
}

/** Searches a log on the server, again while it grows. `total` is how many lines there are. */
export function useMatches(
  { flow, run, step, task, attempt }: LogOf,
  wanted: Wanted,
  total: number,
): Searched {
  const [found, setFound] = useState<Searched>({ matches: NO_MATCHES, error: undefined, busy: false });
  const [turn, setTurn] = useState(0);
  const { q, regex, stream, case: sensitive } = wanted;
  const searched = useRef(0);
  const lines = useRef(total);
  lines.current = total;
  useEffect(() => {
    if (q === "" || total <= searched.current || searched.current === 0) return;
    const timer = window.setTimeout(() => setTurn((n) => n + 1), AGAIN);
    return () => window.clearTimeout(timer);
  }, [q, total]);
  const before = useRef("");
  useEffect(() => {
    searched.current = 0;
    const key = JSON.stringify([flow, run, task, attempt, q, regex, stream, sensitive]);
    const again = before.current === key && turn > 0;
    before.current = key;
    if (q === "") {
      setFound({ matches: NO_MATCHES, error: undefined, busy: false });
      return;
    }
    const given = new AbortController();
    if (!again) setFound({ matches: { ...NO_MATCHES, over: false }, error: undefined, busy: true });
    const start = () => {
      searched.current = Math.max(1, lines.current);
      const tell = (matches: Matches) => {
        // One that is made again takes the place of the one before when it is over.
        if (matches.over || !again) setFound({ matches, error: undefined, busy: !matches.over });
      };
      search(
        { flow, run, step, task, attempt },
        { q, regex, stream, case: sensitive },
        given.signal,
        tell,
      ).catch((error: unknown) => {
        if (!given.signal.aborted && !isAbort(error)) setFound({ matches: NO_MATCHES, error, busy: false });
      });
    };
    const timer = window.setTimeout(start, again ? 0 : TYPING);
    return () => {
      window.clearTimeout(timer);
      given.abort();
    };
  }, [flow, run, step, task, attempt, q, regex, stream, sensitive, turn]);
  return found;
}
