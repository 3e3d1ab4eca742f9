import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { get } from "~/api/client";
import type { Schemas } from "~/api/types";
import { IconButton } from "~/parts/Button";
import { Loading } from "~/parts/Loading";
import { later } from "~/parts/later";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { StatusMark } from "~/parts/StatusBadge";
import { taskHref, tasksHref } from "~/run/links";
import { RunLink } from "~/run/RunLink";
import { count, duration, plural } from "~/theme/format";
import css from "./Panels.module.css";

const StepCurves = later(
  async () => (await import("~/resources/StepCurves")).StepCurves,
  <Loading what="adding up what they used" lines={5} />,
);

type Detail = Schemas["StepDetail"];

/** So many times the median, and a task stays behind. */
const BEHIND = 2;

export interface StepPanelProps {
  flow: string;
  run: string;
  step: string;
  /** Asked again when this changes. */
  seq: number;
  close: () => void;
}

/** How the tasks of a step did. */
export function StepPanel({ flow, run, step, seq, close }: StepPanelProps): ReactElement {
  const { data, error, refetch } = useQuery({
    queryKey: ["step", flow, run, step, seq],
    queryFn: ({ signal }) =>
      get("/api/v1/flows/{flow}/runs/{run}/steps/{step}", { path: { flow, run, step }, signal }),
    placeholderData: (before: Detail | undefined, query) =>
      query?.queryKey[3] === step ? before : undefined,
  });
  return (
    <aside className={css.side} aria-label={`Statistics of ${step}`}>
      <header className={css.head}>
        <h2 className={css.title}>
          <bdi>{step}</bdi>
        </h2>
        <span className={css.rest} />
        <IconButton small icon="close" label="Close" onClick={close} />
      </header>
      {error ? <ProblemNotice error={error} retry={() => void refetch()} /> : null}
      {!data && !error && <Loading what={step} lines={5} />}
      {data && <Step flow={flow} run={run} step={step} detail={data} />}
    </aside>
  );
}

function Step({
  flow,
  run,
  step,
  detail,
}: {
  flow: string;
  run: string;
  step: string;
  detail: Detail;
}): ReactElement {
  const { counts, waits } = detail;
  const median = counts.durations?.p50 ?? 0;
  return (
    <div className={css.body}>
      <dl className={css.figures}>
        <Figure name="Tasks">{count(counts.tasks)}</Figure>
        <Figure name="Median">{counts.durations ? duration(counts.durations.p50) : "—"}</Figure>
        <Figure name="p95">{counts.durations ? duration(counts.durations.p95) : "—"}</Figure>
        <Figure name="Longest">{counts.durations ? duration(counts.durations.max) : "—"}</Figure>
        <Figure name="Waited, median">{waits ? duration(waits.p50) : "—"}</Figure>
        <Figure name="Waited, p95">{waits ? duration(waits.p95) : "—"}</Figure>
        <Figure name="Together">{counts.durations ? duration(counts.durations.total) : "—"}</Figure>
        <Figure name="CPU time">{duration(counts.cpu_us)}</Figure>
        {counts.retried > 0 && <Figure name="Tried again">{count(counts.retried)}</Figure>}
        {counts.lost_us > 0 && <Figure name="Lost to failures">{duration(counts.lost_us)}</Figure>}
      </dl>
      {detail.failures.length > 0 && (
        <>
          <h3 className={css.subtitle}>What failed</h3>
          <ul className={css.list}>
            {detail.failures.map((group) => (
              <li key={group.id}>
                <RunLink href={tasksHref(flow, run, { failure: group.id })} className={css.row ?? ""}>
                  <StatusMark status="failed" size={11} label={null} />
                  <bdi className={css.grow}>
                    {group.kind}
                    {group.message && `: ${group.message}`}
                  </bdi>
                  <span className={css.dim}>{plural(group.tasks, "task")}</span>
                </RunLink>
              </li>
            ))}
          </ul>
        </>
      )}
      <h3 className={css.subtitle}>Took longest</h3>
      <ul className={css.list}>
        {detail.slowest.map((row) => (
          <li key={row.task}>
            <RunLink href={taskHref(flow, run, step, row.task)} className={css.row ?? ""}>
              <StatusMark status={row.status} size={11} />
              <span className={css.grow}>
                {row.task}
                {row.indices.length > 0 && <span className={css.dim}> · {row.indices.join("/")}</span>}
              </span>
              <Behind took={row.duration_us ?? 0} median={counts.tasks > 3 ? median : 0} />
              <span>{duration(row.duration_us ?? 0)}</span>
            </RunLink>
          </li>
        ))}
      </ul>
      <h3 className={css.subtitle}>Used together</h3>
      <StepCurves flow={flow} run={run} step={step} running={counts.running > 0} />
    </div>
  );
}

/** How many times the median, of those that stay behind. */
function Behind({ took, median }: { took: number; median: number }): ReactElement | null {
  if (median <= 0 || took < BEHIND * median) return null;
  return (
    <span className={css.behind} title="times the median: it stays behind">
      {(took / median).toFixed(1)}×
    </span>
  );
}

function Figure({ name, children }: { name: string; children: React.ReactNode }): ReactElement {
  return (
    <div className={css.figure}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
