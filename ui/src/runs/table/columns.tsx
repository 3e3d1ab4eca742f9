import type { ReactElement, ReactNode } from "react";
import type { Run } from "~/api/types";
import { Duration } from "~/parts/Duration";
import { StatusBadge, StatusMark } from "~/parts/StatusBadge";
import { Time } from "~/parts/Time";
import { flowHref, runHref } from "~/run/links";
import { RunLink } from "~/run/RunLink";
import css from "./cells.module.css";
import { ProgressCell } from "./ProgressCell";
import { progressOf } from "./progress";
import { TagsCell } from "./TagsCell";

/** What a cell may be read from, exported, sorted by. */
export interface Column {
  readonly id: string;
  readonly title: string;
  /** There is no room for the title: it is only heard. */
  readonly untitled?: true;
  /** Its track of the grid. */
  readonly track: string;
  /** What the API sorts by, if it can. */
  readonly sort?: string;
  /** What the API must be asked for. */
  readonly api?: string;
  readonly right?: boolean;
  readonly cell: (run: Run, more: CellContext) => ReactNode;
  /** The same for programs. */
  readonly value: (run: Run, more: CellContext) => unknown;
}

/** What cells need besides the run. */
export interface CellContext {
  onTag: (tag: string) => void;
  /** Runs with this value of a parameter or an artifact. */
  onValue: (id: string, value: string) => void;
}

const tagged = (run: Run, prefix: string) =>
  run.system_tags.find((tag) => tag.startsWith(prefix))?.slice(prefix.length) ?? "";
const iso = (us: number | null | undefined) => (us == null ? null : new Date(us / 1000).toISOString());
const text = (value: string): ReactElement => <bdi className={css.clip}>{value}</bdi>;

const FIXED: readonly Column[] = [
  {
    id: "status",
    title: "Status",
    track: "104px",
    sort: "status",
    cell: (run) => <StatusBadge status={run.status} />,
    value: (run) => run.status,
  },
  {
    id: "flow",
    title: "Flow",
    track: "minmax(120px, 1.4fr)",
    sort: "flow",
    cell: (run) => (
      <RunLink className={css.flow} href={flowHref(run.flow)} tabIndex={-1} title={run.flow}>
        <bdi>{run.flow}</bdi>
      </RunLink>
    ),
    value: (run) => run.flow,
  },
  {
    id: "run",
    title: "Run",
    track: "minmax(84px, .7fr)",
    cell: (run) => (
      <RunLink className={css.run} href={runHref(run.flow, run.run)} tabIndex={-1}>
        <bdi>{run.run}</bdi>
      </RunLink>
    ),
    value: (run) => run.run,
  },
  {
    id: "user",
    title: "User",
    track: "minmax(80px, .8fr)",
    sort: "user",
    cell: (run) => text(run.user),
    value: (run) => run.user,
  },
  {
    id: "started",
    title: "Started",
    track: "112px",
    sort: "started",
    cell: (run) => <Time at={run.started_at} />,
    value: (run) => iso(run.started_at),
  },
  {
    id: "finished",
    title: "Finished",
    track: "112px",
    sort: "finished",
    cell: (run) => <Time at={run.finished_at} />,
    value: (run) => iso(run.finished_at),
  },
  {
    id: "duration",
    title: "Duration",
    track: "92px",
    sort: "duration",
    right: true,
    cell: (run) =>
      run.status === "running" ? <Duration from={run.started_at} /> : <Duration us={run.duration} />,
    value: (run) => run.duration / 1e6,
  },
  {
    id: "progress",
    title: "Step",
    track: "minmax(130px, 1.2fr)",
    api: "steps",
    cell: (run) => <ProgressCell run={run} />,
    value: (run) => {
      const at = progressOf(run);
      return at ? `${at.step} ${at.done}/${at.tasks}` : null;
    },
  },
];

const LATER: readonly Column[] = [
  {
    id: "tags",
    title: "Tags",
    track: "minmax(140px, 2fr)",
    cell: (run, { onTag }) => <TagsCell tags={run.tags} onTag={onTag} />,
    value: (run) => run.tags,
  },
  {
    id: "project",
    title: "Project",
    track: "minmax(80px, .8fr)",
    cell: (run) => text(tagged(run, "project:")),
    value: (run) => tagged(run, "project:") || null,
  },
  {
    id: "branch",
    title: "Branch",
    track: "minmax(90px, .8fr)",
    cell: (run) => text(tagged(run, "project_branch:")),
    value: (run) => tagged(run, "project_branch:") || null,
  },
  {
    id: "origin",
    title: "Resumes",
    track: "84px",
    cell: (run) =>
      run.origin ? (
        <RunLink href={runHref(run.flow, run.origin)} tabIndex={-1}>
          <bdi>{run.origin}</bdi>
        </RunLink>
      ) : null,
    value: (run) => run.origin ?? null,
  },
  {
    id: "system",
    title: "System tags",
    track: "minmax(160px, 2fr)",
    cell: (run, { onTag }) => <TagsCell tags={run.system_tags} onTag={onTag} />,
    value: (run) => run.system_tags,
  },
];

/** The columns that every list can have. */
export const PLAIN: readonly Column[] = [...FIXED, ...LATER];

/** A parameter, or an artifact that runs ended with, as the API and the query call it; a press on a value looks for runs that have it. */
function named(id: string): Column {
  const [of, name] = id.startsWith("param.")
    ? (["parameters", id.slice(6)] as const)
    : (["artifacts", id.slice(9)] as const);
  const value = (run: Run) => (run[of] as Record<string, unknown> | undefined)?.[name] ?? null;
  const cell = (run: Run, more: CellContext) => {
    const one = value(run);
    if (one === null) return <span className={css.none}>–</span>;
    const shown = typeof one === "number" ? Number(one.toPrecision(6)).toString() : String(one);
    return (
      <button
        type="button"
        tabIndex={-1}
        className={css.scalar}
        title={`${id}:${one}`}
        onClick={() => more.onValue(id, String(one))}
      >
        <bdi>{shown}</bdi>
      </button>
    );
  };
  return { id, title: name, track: "96px", sort: id, api: id, right: true, cell, value };
}

/** The columns of these ids, in the order in which columns stand. */
export function columnsOf(ids: readonly string[]): Column[] {
  const wanted = new Set(ids);
  const values = ["param.", "artifact."].flatMap((of) => ids.filter((id) => id.startsWith(of)));
  const plain = (columns: readonly Column[]) => columns.filter((column) => wanted.has(column.id));
  return [...plain(FIXED), ...values.map(named), ...plain(LATER)];
}

/** The columns of a narrow screen, to read: the state, the name, when, how long. */
export const NARROW: readonly Column[] = [
  {
    id: "mark",
    title: "Status",
    untitled: true,
    track: "20px",
    cell: (run) => <StatusMark status={run.status} />,
    value: (run) => run.status,
  },
  {
    id: "name",
    title: "Run",
    track: "minmax(90px, 1fr)",
    cell: (run) => (
      <RunLink className={css.flow} href={runHref(run.flow, run.run)} tabIndex={-1}>
        <bdi>
          {run.flow}/{run.run}
        </bdi>
      </RunLink>
    ),
    value: (run) => `${run.flow}/${run.run}`,
  },
  ...FIXED.filter(({ id }) => id === "started" || id === "duration").map((column) => ({
    ...column,
    track: "76px",
  })),
];

/** What the API is asked for to fill some columns. */
export function apiColumns(columns: readonly Column[]): string {
  return columns.flatMap((column) => column.api ?? []).join(",");
}
