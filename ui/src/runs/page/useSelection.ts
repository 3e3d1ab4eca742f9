import { useCallback, useMemo, useRef } from "react";
import type { RunList } from "../data/list";
import { keyOf } from "../data/pages";

/** So many runs can be compared. */
export const MOST_COMPARED = 10;

interface Selection {
  keys: ReadonlySet<string>;
  /** Chooses a run, or not any more; with `range` all between it and the one before. */
  select: (key: string, index: number, range: boolean) => void;
}

/** Chosen runs, which the address keeps. */
export function useSelection(
  list: RunList,
  selected: readonly string[],
  onSelected: (selected: readonly string[]) => void,
): Selection {
  const keys = useMemo(() => new Set(selected), [selected]);
  const last = useRef<number>(-1);
  const latest = useRef({ keys, list, onSelected });
  latest.current = { keys, list, onSelected };
  const select = useCallback((key: string, index: number, range: boolean) => {
    const { keys, list, onSelected } = latest.current;
    const next = new Set(keys);
    if (range && last.current >= 0) {
      const [from, to] = [Math.min(last.current, index), Math.max(last.current, index)];
      for (let row = from; row <= to; row += 1) {
        const run = list.pages.at(row);
        if (run && next.size < MOST_COMPARED) next.add(keyOf(run));
      }
    } else if (!next.delete(key)) next.add(key);
    last.current = index;
    onSelected([...next]);
  }, []);
  return { keys, select };
}
