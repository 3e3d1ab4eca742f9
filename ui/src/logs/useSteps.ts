import { useCallback, useEffect, useRef, useState } from "react";
import type { LogView } from "./LogView";
import type { LogParams } from "./params";
import { atOrAfter } from "./rows";
import type { Searched } from "./useMatches";

/** Going from match to match. */
export interface Steps {
  /** Which of the matches one is at, from 0. */
  readonly at: number | undefined;
  /** Its line. */
  readonly line: number | undefined;
  readonly step: (by: 1 | -1) => void;
}

/** Goes to the match that is nearest when a search begins, and from there on by steps. */
export function useSteps(view: LogView, params: LogParams, searched: Searched): Steps {
  const { lines, over } = searched.matches;
  const key = `${params.q} ${params.regex} ${params.case} ${params.stream}`;
  const [line, setLine] = useState<number>();
  const started = useRef("");
  const go = useCallback(
    (to: number | undefined) => {
      setLine(to);
      if (to !== undefined) view.goTo(to, "near");
    },
    [view],
  );
  useEffect(() => {
    if (params.q === "") {
      started.current = "";
      setLine(undefined);
      return;
    }
    if (started.current === key || lines.length === 0) return;
    const [top] = view.seen();
    const next = lines[atOrAfter(lines, top)];
    // What is further down may still be found.
    if (next === undefined && !over) return;
    started.current = key;
    // Who points at a line stays there.
    if (params.lines) setLine(undefined);
    else go(next ?? lines.at(-1));
  }, [key, params.q, params.lines, lines, over, view, go]);
  const step = (by: 1 | -1) => {
    if (lines.length === 0) return;
    const from = line ?? view.seen()[0];
    const at = atOrAfter(lines, from);
    const next = by < 0 ? at - 1 : lines[at] === line ? at + 1 : at;
    go(lines[(next + lines.length) % lines.length]);
  };
  const at = line === undefined ? -1 : atOrAfter(lines, line);
  return { at: lines[at] === line && line !== undefined ? at : undefined, line, step };
}
