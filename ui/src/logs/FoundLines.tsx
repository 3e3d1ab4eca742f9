import { Link } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactElement, useMemo, useRef, useState } from "react";
import { Icon } from "~/parts/Icon";
import { count, moment } from "~/theme/format";
import css from "./LogsTab.module.css";
import type { Range } from "./pieces";
import {
  type FoundRow,
  keyOf,
  PER_TASK,
  type RunFound,
  type RunWanted,
  rowsOf,
  type TaskFound,
} from "./runSearch";

interface FoundProps {
  flow: string;
  run: string;
  found: RunFound;
  wanted: RunWanted;
}

const HEIGHTS = { task: 30, line: 20, more: 22 };

/** Lines that match, under the attempts that wrote them. Each leads to where it stands. */
export function FoundLines({ flow, run, found, wanted }: FoundProps): ReactElement {
  const place = useRef<HTMLElement>(null);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const rows = useMemo(() => rowsOf(found.tasks, folded), [found.tasks, folded]);
  const list = useVirtualizer({
    count: rows.length,
    getScrollElement: () => place.current,
    estimateSize: (at) => HEIGHTS[rows[at]?.kind ?? "line"],
    overscan: 30,
  });
  const fold = (key: string) => {
    const next = new Set(folded);
    if (!next.delete(key)) next.add(key);
    setFolded(next);
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section ref={place} className={css.results} aria-label="lines that match" tabIndex={0}>
      <div className={css.all} style={{ height: list.getTotalSize() }}>
        {list.getVirtualItems().map((item) => {
          const row = rows[item.index];
          return (
            <div
              key={item.key}
              className={css.row}
              style={{ height: item.size, transform: `translateY(${item.start}px)` }}
            >
              {row && <Row row={row} flow={flow} run={run} wanted={wanted} folded={folded} onFold={fold} />}
            </div>
          );
        })}
      </div>
    </section>
  );
}

interface RowProps {
  row: FoundRow;
  flow: string;
  run: string;
  wanted: RunWanted;
  folded: ReadonlySet<string>;
  onFold: (key: string) => void;
}

function Row({ row, flow, run, wanted, folded, onFold }: RowProps): ReactElement {
  const { of } = row;
  if (row.kind === "task")
    return (
      <Whose
        of={of}
        {...{ flow, run, wanted }}
        folded={folded.has(keyOf(of))}
        onFold={() => onFold(keyOf(of))}
      />
    );
  if (row.kind === "more") {
    return (
      <ToLine {...{ flow, run, of, wanted }} className={css.more ?? ""}>
        the first {count(PER_TASK)}; all of them in its log →
      </ToLine>
    );
  }
  const { line, text, ranges, at, stream } = row.match;
  return (
    <ToLine {...{ flow, run, of, wanted, line }} className={css.match ?? ""}>
      <span className={css.number}>{line + 1}</span>
      <span className={css.at}>{moment(at, "clock", 3)}</span>
      <span className={css.stream} data-stream={stream} role="img" aria-label={stream} />
      <span className={css.text} dir="auto">
        <Marked text={text} ranges={ranges} />
      </span>
    </ToLine>
  );
}

function Whose({
  of,
  flow,
  run,
  wanted,
  folded,
  onFold,
}: {
  of: TaskFound;
  flow: string;
  run: string;
  wanted: RunWanted;
  folded: boolean;
  onFold: () => void;
}): ReactElement {
  return (
    <div className={css.whose}>
      <button
        type="button"
        className={css.fold}
        aria-expanded={!folded}
        aria-label={`lines of ${of.step}/${of.task}`}
        onClick={onFold}
      >
        <Icon name={folded ? "chevron-right" : "chevron-down"} size={12} />
      </button>
      <ToLine {...{ flow, run, of, wanted }} className={css.task ?? ""}>
        <bdi>{of.step}</bdi>/{of.task}
      </ToLine>
      {of.attempt > 0 && <span className={css.attempt}>attempt {of.attempt + 1}</span>}
      <span className={css.of}>
        {count(of.matches.length)}
        {of.matches.length >= PER_TASK && "+"}
      </span>
    </div>
  );
}

function ToLine({
  flow,
  run,
  of,
  wanted,
  line,
  className,
  children,
}: {
  flow: string;
  run: string;
  of: TaskFound;
  wanted: RunWanted;
  line?: number;
  className: string;
  children: React.ReactNode;
}): ReactElement {
  const { q, regex, case: sensitive, stream } = wanted;
  const search = {
    attempt: String(of.attempt),
    ...(line !== undefined && { line: String(line + 1) }),
    q,
    ...(regex && { regex: "1" }),
    ...(sensitive && { case: "1" }),
    ...(stream !== "both" && { stream }),
  };
  return (
    <Link
      to="/$flow/$run/$step/$task"
      params={{ flow, run, step: of.step, task: String(of.task) }}
      search={search as never}
      preload={false}
      className={className}
    >
      {children}
    </Link>
  );
}

/** A text with what was searched for marked. */
export function Marked({ text, ranges }: { text: string; ranges: readonly Range[] }): ReactElement {
  const parts: ReactElement[] = [];
  let at = 0;
  for (const [from, to] of ranges) {
    if (from > at) parts.push(<span key={at}>{text.slice(at, from)}</span>);
    parts.push(<mark key={from + 0.5}>{text.slice(from, to)}</mark>);
    at = to;
  }
  parts.push(<span key={at}>{text.slice(at)}</span>);
  return <>{parts}</>;
}
