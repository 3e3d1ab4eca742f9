import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { RunList, type Wanted } from "./list";

interface Shown {
  /** What is shown: what was asked for before stays until there is something else. */
  list: RunList;
  /** What is asked for now is not there yet. */
  pending: boolean;
  /** The list of what is asked for now. */
  wanted: RunList;
  /** Asks for all of it afresh. */
  reload: () => void;
}

let begun: RunList | undefined;

/** Begins to read a list that is about to be shown. */
export async function listAhead(wanted: Wanted): Promise<void> {
  begun = new RunList(wanted);
  await begun.start();
}

/** The list that was begun, if it is the one that is wanted. Only one that is shown uses it up: a first render may be given up, and come again. */
function begunAs({ query, sort, columns }: Wanted): RunList | undefined {
  const own = begun?.wanted;
  return own?.query === query && own.sort === sort && own.columns === columns ? begun : undefined;
}

/** A list of runs, live. */
export function useRunList(query: string, sort: string, columns: string): Shown {
  const [round, setRound] = useState(0);
  const [wanted, setWanted] = useState(
    () => begunAs({ query, sort, columns }) ?? new RunList({ query, sort, columns }),
  );
  const first = useRef(true);
  const shown = useRef(wanted);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round asks for the same again
  useEffect(() => {
    const list = first.current ? wanted : new RunList({ query, sort, columns });
    first.current = false;
    begun = undefined;
    setWanted(list);
    void list.start();
    return () => {
      list.stop();
      // React runs effects twice in development; what was stopped cannot start again.
      first.current = false;
    };
  }, [query, sort, columns, round]);

  useSyncExternalStore(wanted.subscribe, () => wanted.version);
  if (wanted.ready || wanted.problem) shown.current = wanted.ready ? wanted : shown.current;
  const list = shown.current;
  return {
    list,
    wanted,
    pending: !wanted.ready && !wanted.problem,
    reload: () => setRound((n) => n + 1),
  };
}
