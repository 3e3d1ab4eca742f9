import type { ReactElement } from "react";
import type { Comparison, Schemas } from "~/api/types";
import { Select } from "~/parts/Field";
import { Panel } from "~/parts/Panel";
import { stepHref } from "~/run/links";
import { RunLink } from "~/run/RunLink";
import { count, duration, plural } from "~/theme/format";
import type { TimeBy } from "./search";
import css from "./Timing.module.css";
import { change, widths } from "./times";

type Times = Schemas["StepDurations"];

const WORDS: readonly (readonly [TimeBy, string])[] = [
  ["wall", "from first start to last end"],
  ["median", "median of its tasks"],
  ["max", "longest task"],
  ["total", "all tasks together"],
];
const FIELD = { wall: "wall_us", median: "median_us", max: "max_us", total: "total_us" } as const;

interface TimingProps {
  data: Comparison;
  by: TimeBy;
  onBy: (by: TimeBy) => void;
}

/** How long each step took in each run, as bars. */
export function Timing({ data, by, onBy }: TimingProps): ReactElement {
  return (
    <Panel
      id="timing"
      title="Time of each step"
      actions={
        <Select
          label="what is measured"
          options={WORDS}
          value={by}
          onChange={(value) => onBy(value as TimeBy)}
        />
      }
    >
      {data.durations.length === 0 && <p className={css.none}>None of the runs has tasks.</p>}
      <ul className={css.steps}>
        {data.durations.map((row) => (
          <StepTimes key={row.step} row={row} runs={data.runs} by={by} />
        ))}
      </ul>
    </Panel>
  );
}

interface StepTimesProps {
  row: Comparison["durations"][number];
  runs: Comparison["runs"];
  by: TimeBy;
}

function StepTimes({ row, runs, by }: StepTimesProps): ReactElement {
  const values = row.values.map((times) => (times && own(times) > 0 ? times[FIELD[by]] : undefined));
  const wide = widths(values);
  return (
    <li className={css.step}>
      <bdi className={css.name}>{row.step}</bdi>
      <ul className={css.bars}>
        {row.values.map((times, at) => {
          const run = runs[at];
          const name = run ? `${run.flow}/${run.run}` : "";
          return (
            <li key={name} className={css.line}>
              {run && (
                <RunLink
                  href={stepHref(run.flow, run.run, row.step)}
                  className={css.run}
                  data-tip={`${name}: ${words(times)}`}
                >
                  <bdi>{run.run}</bdi>
                </RunLink>
              )}
              <span className={css.track} aria-hidden="true">
                <span
                  className={css.bar}
                  data-at={at === 0 ? "first" : "other"}
                  style={{ width: `${wide[at]}%` }}
                />
              </span>
              <span className={css.took}>
                {values[at] === undefined ? said(times) : duration(values[at])}
              </span>
              <Change first={values[0]} other={values[at]} skip={at === 0} />
              <span className={css.tasks}>{words(times)}</span>
            </li>
          );
        })}
      </ul>
    </li>
  );
}

function Change({
  first,
  other,
  skip,
}: {
  first: number | undefined;
  other: number | undefined;
  skip: boolean;
}): ReactElement {
  const text = skip ? "" : change(first, other);
  const slower = (other ?? 0) > (first ?? 0);
  return (
    <span className={css.change} data-slower={text === "" ? undefined : slower}>
      {text !== "" && <span className="sr-only">{slower ? "slower" : "faster"} </span>}
      {text}
    </span>
  );
}

/** Tasks that ran in this run itself. */
function own(times: Times): number {
  return times.tasks - times.adopted;
}

function said(times: Times | null | undefined): string {
  return times ? "adopted" : "not there";
}

function words(times: Times | null | undefined): string {
  if (!times) return "";
  const parts = [plural(times.tasks, "task")];
  if (times.adopted > 0) parts.push(`${count(times.adopted)} adopted`);
  if (times.failed > 0) parts.push(`${count(times.failed)} failed`);
  return parts.join(", ");
}
