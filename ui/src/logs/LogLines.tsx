import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactElement,
  useEffect,
  useLayoutEffect,
  useReducer,
  useRef,
  useSyncExternalStore,
} from "react";
import type { Group } from "./folds";
import css from "./LogLines.module.css";
import { clicked, LogRow } from "./LogRow";
import type { LogView } from "./LogView";
import { PAGE } from "./lineCache";
import type { LogParams } from "./params";
import type { Range } from "./pieces";
import type { Matches } from "./searching";
import type { Log } from "./useLog";

export interface LinesProps {
  log: Log;
  view: LogView;
  params: LogParams;
  matches: Matches;
  /** The line of the match one is at. */
  current: number | undefined;
  groups: ReadonlyMap<number, Group>;
  folded: ReadonlySet<number>;
  startedAt: number;
  onSelect: (lines: Range | undefined) => void;
  onFold: (line: number) => void;
}

/** The lines of a log that are in view, and some round them. */
export function LogLines(props: LinesProps): ReactElement {
  const { log, view, params, matches, current, groups, folded, startedAt, onSelect, onFold } = props;
  const scrolled = useRef<HTMLElement>(null);
  useSyncExternalStore(view.subscribe, view.version);
  const [, draw] = useReducer((turn: number) => turn + 1, 0);
  // How high it is turns out before it is seen, and before anybody listens to the view: the first picture is of the right rows.
  useLayoutEffect(() => {
    if (!scrolled.current) return;
    const detach = view.attach(scrolled.current);
    draw();
    return detach;
  }, [view]);
  const { first, end, top } = view.window();
  const block = useMeasured(view, params.wrap, first);
  useWanted(log, view, first, end);
  const digits = String(Math.max(999, log.extent.total)).length;
  const rows: ReactElement[] = [];
  for (let row = first; row < end; row++) {
    const number = view.rows.lineOf(row);
    rows.push(
      <LogRow
        key={number}
        number={number}
        line={log.cache.line(number)}
        match={matches.found.get(number)}
        current={number === current}
        selected={params.lines !== undefined && number >= params.lines[0] && number <= params.lines[1]}
        group={groups.get(number)}
        folded={folded.has(number)}
        times={params.times}
        startedAt={startedAt}
        digits={digits}
      />,
    );
  }
  const onClick = (event: MouseEvent) => {
    const at = clicked(event);
    if (!at) return;
    event.preventDefault();
    if (at.fold) onFold(at.line);
    else onSelect(selection(params.lines, at.line, event.shiftKey));
  };
  return (
    <section
      ref={scrolled}
      className={css.scrolled}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      aria-label="lines of the log"
      onClick={onClick}
      onKeyDown={(event) => onKey(event, view)}
      data-wrap={params.wrap || undefined}
    >
      <div className={css.whole} style={{ height: view.height }}>
        <div ref={block} className={css.block} style={{ transform: `translateY(${top}px)` }}>
          {rows}
        </div>
      </div>
    </section>
  );
}

/** Another line, or with Shift all from one to another; the one that is selected is not any more. */
function selection(before: Range | undefined, line: number, further: boolean): Range | undefined {
  if (further && before) return [Math.min(before[0], line), Math.max(before[1], line)];
  return before && before[0] === line && before[1] === line ? undefined : [line, line];
}

function onKey(event: KeyboardEvent, view: LogView): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return;
  if (event.key === "Home") view.toStart();
  else if (event.key === "End") view.follow(true);
  else return;
  event.preventDefault();
}

/** Lines in view are asked for, and those where one is going. */
function useWanted(log: Log, view: LogView, first: number, end: number): void {
  const before = useRef(first);
  useEffect(() => {
    if (end <= first) return;
    const down = first >= before.current;
    before.current = first;
    const [from, to] = [view.rows.lineOf(first), view.rows.lineOf(end - 1) + 1];
    // Picked lines may be far from each other.
    if (to - from > 20 * PAGE) {
      for (let row = first; row < end; row++)
        log.cache.want(view.rows.lineOf(row), view.rows.lineOf(row) + 1, false);
    } else {
      log.cache.want(from - (down ? PAGE / 2 : PAGE), to + (down ? PAGE : PAGE / 2));
    }
  });
}

/** Rows that wrap are as high as they turn out. */
function useMeasured(view: LogView, wrap: boolean, first: number) {
  const block = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (!wrap || !block.current) return;
    view.measured(
      first,
      Array.from(block.current.children, (row) => row.getBoundingClientRect().height),
    );
  });
  return block;
}
