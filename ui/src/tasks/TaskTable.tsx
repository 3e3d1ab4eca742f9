import {
  type CSSProperties,
  type ReactElement,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { Icon } from "~/parts/Icon";
import { StatusBadge } from "~/parts/StatusBadge";
import { taskHref } from "~/run/links";
import { RunLink } from "~/run/RunLink";
import { useKey } from "~/shell/keys";
import type { Patch } from "~/shell/url";
import { useGo } from "~/shell/useGo";
import { rowOf, stateName, stepOf } from "../timeline/data/ask";
import type { Tasks } from "../timeline/data/tasks";
import type { TaskColumn } from "./columns";
import { pressed, type TableView } from "./search";
import css from "./TaskTable.module.css";

/** A row's height, pixels. */
const ROW = 30;
/** Rows above and below those that are seen. */
const MORE = 12;

export interface TaskTableProps {
  flow: string;
  run: string;
  tasks: Tasks;
  rows: Uint32Array;
  columns: readonly TaskColumn[];
  now: number;
  view: TableView;
  change: (patch: Patch) => void;
}

/** Only the rows that are seen are there: their heights are all one, so that which these are is a division. */
export function TaskTable(props: TaskTableProps): ReactElement {
  const { tasks, rows, columns, view } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [first, past] = useSeen(scroller, rows.length);
  const cursor = useCursor(props, scroller);
  const template = { "--columns": columns.map(({ width }) => width).join(" ") } as CSSProperties;
  const narrow = columns.filter(({ wide }) => !wide);
  const phone = { "--few": narrow.map(({ width }) => width).join(" ") } as CSSProperties;
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows that are not seen are not there, so no table can be made of it
    <div
      ref={scroller}
      className={css.scroller}
      role="table"
      aria-label="Tasks"
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
      tabIndex={0}
      style={{ ...template, ...phone }}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: of the table round it */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: nothing in it takes the focus as a whole */}
      <div className={css.head} role="row" aria-rowindex={1}>
        {columns.map((column) => (
          <Head key={column.id} column={column} view={view} change={props.change} />
        ))}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: of the table round it */}
      <div role="rowgroup" className={css.body} style={{ height: rows.length * ROW }}>
        {Array.from({ length: past - first }, (_, i) => first + i).map((at) => (
          <Row key={tasks.id[rows[at] as number]} {...props} at={at} chosen={at === cursor} />
        ))}
      </div>
    </div>
  );
}

/** From which row to which is seen. */
function useSeen(scroller: RefObject<HTMLDivElement | null>, length: number): [number, number] {
  const [[top, height], setSeen] = useState<[number, number]>([0, 24]);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () => {
      const seen: [number, number] = [
        Math.floor(element.scrollTop / ROW),
        Math.ceil(element.clientHeight / ROW),
      ];
      setSeen((known) => (known[0] === seen[0] && known[1] === seen[1] ? known : seen));
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, [scroller]);
  const first = Math.min(Math.max(0, top - MORE), Math.max(0, length - 1));
  return [first, Math.min(length, top + height + MORE)];
}

/** The place of the task the keyboard is at, and its keys. */
function useCursor(props: TaskTableProps, scroller: RefObject<HTMLDivElement | null>): number {
  const { flow, run, tasks, rows, view, change } = props;
  const go = useGo();
  const place = useMemo(
    () => (view.task === undefined ? -1 : rows.indexOf(rowOf(tasks, view.task) >>> 0)),
    [tasks, rows, view.task],
  );
  const held = useRef(place);
  held.current = place;
  const move = (to: number) => {
    const at = Math.max(0, Math.min(rows.length - 1, to));
    held.current = at;
    change({ task: tasks.id[rows[at] as number] });
    reveal(scroller.current, at);
  };
  useKey("j", "Next task", () => move(held.current + 1), { group: "Tasks" });
  useKey("k", "Task before", () => move(held.current - 1), { group: "Tasks" });
  useKey(
    "Enter",
    "Open the task",
    () => {
      const row = rows[place] as number;
      go(taskHref(flow, run, stepOf(tasks, row), tasks.id[row] as number));
    },
    { group: "Tasks", enabled: place >= 0 },
  );
  // Where one comes back to.
  const opened = useRef(place);
  useLayoutEffect(() => {
    if (opened.current >= 0) reveal(scroller.current, opened.current);
  }, [scroller]);
  return place;
}

function reveal(element: HTMLElement | null, at: number): void {
  if (!element) return;
  const [top, height] = [at * ROW, element.clientHeight - ROW];
  if (top < element.scrollTop) element.scrollTop = top;
  else if (top + ROW > element.scrollTop + height) element.scrollTop = top + ROW - height;
}

function Head({
  column,
  view,
  change,
}: {
  column: TaskColumn;
  view: TableView;
  change: (patch: Patch) => void;
}): ReactElement {
  const { order, name } = column;
  const here = order !== undefined && view.order === order;
  const sort = !here ? undefined : view.down ? "descending" : "ascending";
  const classes = [css.cell, column.number && css.number, column.wide && css.wide].filter(Boolean).join(" ");
  return (
    // biome-ignore lint/a11y/useSemanticElements: of the table round it
    // biome-ignore lint/a11y/useFocusableInteractive: the button in it takes the focus
    <div role="columnheader" className={classes} aria-sort={sort}>
      {order ? (
        <button
          type="button"
          className={css.sort}
          onClick={() => change({ order: pressed(view, order, column.number ?? false), task: undefined })}
        >
          {name}
          {here && <Icon name={view.down ? "arrow-down" : "arrow-up"} size={11} />}
        </button>
      ) : (
        name
      )}
    </div>
  );
}

function Row({
  flow,
  run,
  tasks,
  rows,
  columns,
  now,
  at,
  chosen,
}: TaskTableProps & { at: number; chosen: boolean }): ReactElement {
  const row = rows[at] as number;
  const state = stateName(tasks.state[row] as number);
  const href = taskHref(flow, run, stepOf(tasks, row), tasks.id[row] as number);
  return (
    // biome-ignore lint/a11y/useSemanticElements: of the table round it
    // biome-ignore lint/a11y/useFocusableInteractive: the link in it takes the focus
    <div
      role="row"
      aria-rowindex={at + 2}
      className={css.row}
      data-chosen={chosen || undefined}
      style={{ transform: `translateY(${at * ROW}px)` }}
    >
      {columns.map((column) => {
        const text = column.text(tasks, row, now);
        const classes = [css.cell, column.number && css.number, column.wide && css.wide, css[column.id]];
        return (
          // biome-ignore lint/a11y/useSemanticElements: of the table round it
          <div role="cell" key={column.id} className={classes.filter(Boolean).join(" ")} title={text}>
            {column.id === "state" ? (
              <StatusBadge
                status={state === "adopted" ? "done" : state}
                {...(state === "adopted" && { text: "Adopted" })}
              />
            ) : column.id === "task" ? (
              <RunLink href={href} className={css.link ?? ""}>
                <bdi>{text}</bdi>
              </RunLink>
            ) : (
              <bdi>{text}</bdi>
            )}
          </div>
        );
      })}
    </div>
  );
}
