// biome-ignore-all lint/a11y/useSemanticElements: rows are placed by hand, which a table does not allow
import { type ReactElement, useCallback, useEffect, useId, useMemo, useRef } from "react";
import type { Run } from "~/api/types";
import { useLate } from "~/parts/useLate";
import type { RunList } from "../data/list";
import { keyOf } from "../data/pages";
import type { CellContext, Column } from "./columns";
import { HeaderRow } from "./HeaderRow";
import { RunRow } from "./RunRow";
import css from "./RunsTable.module.css";
import { useRowHeight } from "./useRowHeight";
import { useWindow } from "./useWindow";

/** The head of the table, and a hair above the first row, are above the rows. */
const HEAD = 32;
/** Between columns, and right of the last. */
const GAP = 12;
const PAD = 16;

interface Props {
  list: RunList;
  pending: boolean;
  columns: readonly Column[];
  sort: string;
  onSort: (sort: string) => void;
  more: CellContext;
  selection: ReadonlySet<string>;
  onSelect: (key: string, index: number, range: boolean) => void;
  onClear: () => void;
  current: string | undefined;
  onCurrent: (key: string | undefined) => void;
  onOpen: (run: Run) => void;
}

/** The table of runs: rows are drawn where one looks, and read when they are near. */
export function RunsTable(props: Props): ReactElement {
  const { list, pending, columns, sort, onSort, more, selection, onSelect, onClear, current, onOpen } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const height = useRowHeight();
  const rows = list.rows;
  const { from, to } = useWindow(scroller, height, rows, list);
  const late = useLate(pending);
  const id = useId();

  useFollowTop(scroller, list);
  // Every change of the list may leave rows to be read.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version stands for what is in the list
  useEffect(() => list.need(from, Math.max(from, to - 1)), [list, list.version, from, to]);
  useScrollTo(scroller, list, current, height);

  const template = useMemo(() => `36px ${columns.map((column) => column.track).join(" ")}`, [columns]);
  const width = useMemo(
    () => columns.reduce((sum, { track }) => sum + GAP + leastOf(track), 36 + PAD),
    [columns],
  );
  const drawn: ReactElement[] = [];
  for (let index = from; index < to; index += 1) {
    const run = list.pages.at(index);
    const key = run ? keyOf(run) : `#${index}`;
    drawn.push(
      <RunRow
        key={key}
        id={`${id}-${index}`}
        run={run}
        index={index}
        top={index * height}
        columns={columns}
        more={more}
        selected={selection.has(key)}
        current={current === key}
        stale={list.stale.has(key)}
        onOpen={onOpen}
        onSelect={onSelect}
      />,
    );
  }
  const currentIndex = current === undefined ? -1 : list.pages.indexOf(current);
  return (
    <div
      ref={scroller}
      role="grid"
      tabIndex={0}
      aria-label="Runs"
      aria-rowcount={list.total + 1}
      aria-busy={pending}
      aria-multiselectable="true"
      aria-activedescendant={currentIndex >= from && currentIndex < to ? `${id}-${currentIndex}` : undefined}
      className={css.table}
      data-pending={late || undefined}
      style={{ "--columns": template, "--least": `${width}px` } as React.CSSProperties}
    >
      <HeaderRow
        columns={columns}
        sort={sort}
        onSort={onSort}
        allSelected={selection.size > 0}
        onClear={onClear}
      />
      <div role="rowgroup" className={css.body} style={{ height: rows * height }}>
        {drawn}
      </div>
    </div>
  );
}

/** At least so wide is a track. */
function leastOf(track: string): number {
  return Number(/(\d+)px/.exec(track)?.[1] ?? 80);
}

/** Tells the list whether its newest rows are looked at. */
function useFollowTop(scroller: React.RefObject<HTMLElement | null>, list: RunList): void {
  // How far it is scrolled: to ask the element before it has been painted has the page laid out once more.
  const top = useRef(0);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    if (top.current > 0) element.scrollTop = top.current = 0;
    const look = () => {
      list.atTop = top.current < HEAD;
      if (list.atTop && list.isNewestFirst) list.release();
    };
    const scrolled = () => {
      top.current = element.scrollTop;
      look();
    };
    look();
    element.addEventListener("scroll", scrolled, { passive: true });
    return () => element.removeEventListener("scroll", scrolled);
  }, [scroller, list]);
}

/** Keeps the current row in sight when it changes. */
function useScrollTo(
  scroller: React.RefObject<HTMLElement | null>,
  list: RunList,
  current: string | undefined,
  height: number,
): void {
  const follow = useCallback(() => {
    const element = scroller.current;
    const index = current === undefined ? -1 : list.pages.indexOf(current);
    if (!element || index < 0) return;
    const top = index * height;
    const seen = element.clientHeight - HEAD;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + height > element.scrollTop + seen) element.scrollTop = top + height - seen;
  }, [scroller, list, current, height]);
  useEffect(follow, [follow]);
}
