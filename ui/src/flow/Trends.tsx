import { type ReactElement, useMemo } from "react";
import type { Schemas } from "~/api/types";
import { Select } from "~/parts/Field";
import { Panel } from "~/parts/Panel";
import { duration, moment } from "~/theme/format";
import { durationTicks, type Series } from "./chart";
import { LineChart } from "./LineChart";
import { type Grid, median } from "./model";
import { useDurations } from "./useFlow";

/** More lines than this cannot be told apart. */
const LINES = 5;
/** What no step is called. */
const RUNS = "*";

interface Props {
  flow: string;
  grid: Grid;
  /** A step, `*` for whole runs, nothing for the steps that take longest. */
  of: string;
  onOf: (of: string) => void;
  onOpen: (run: string) => void;
}

/** How long runs, their steps, or the tasks of one step took, run by run. */
export function Trends({ flow, grid, of, onOf, onOpen }: Props): ReactElement {
  const step = of !== "" && of !== RUNS ? of : undefined;
  const newest = grid.runs.at(-1);
  const { data } = useDurations(flow, step, grid.runs.length, newest && `${newest.run} ${newest.status}`);
  const series = useMemo<Series[]>(() => {
    if (step !== undefined) return ofTasks(grid, data?.runs ?? []);
    const steps = of === RUNS ? [] : longestSteps(grid);
    return steps.length > 0 ? steps : [ofRuns(grid)];
  }, [grid, of, step, data]);
  const options = [
    ["", "Longest steps"],
    [RUNS, "Whole runs"],
    ...grid.steps.map((name) => [name, name] as const),
    // An address may name one that runs do not have any more.
    ...(step === undefined || grid.steps.includes(step) ? [] : [[step, step] as const]),
  ] as const;
  return (
    <Panel
      title="Durations"
      actions={<Select label="Durations of" options={options} value={of} onChange={onOf} />}
    >
      <LineChart
        label={step === undefined ? "Durations over runs" : `Durations of tasks of ${step} over runs`}
        series={series}
        names={grid.runs.map((run) => `${run.run}, ${moment(run.started_at)}`)}
        format={(us) => (us === 0 ? "0" : duration(us))}
        ticks={durationTicks}
        fromZero
        onOpen={(at) => grid.runs[at] && onOpen(grid.runs[at].run)}
      />
    </Panel>
  );
}

function ofRuns({ runs }: Grid): Series {
  const values = runs.map((run) => (run.status === "running" ? undefined : run.duration));
  return { name: "whole run", values };
}

/** The middle, the slow and the slowest task of a step, and the step itself; one line where it has one task. */
export function ofTasks({ runs }: Grid, of: readonly Schemas["StepTrendOfRun"][]): Series[] {
  const known = new Map(of.map((one) => [one.run, one]));
  const line = (name: string, value: (one: Schemas["StepTrendOfRun"]) => number | null | undefined) => {
    const values = runs.map((run) => {
      const one = known.get(run.run);
      return (one && value(one)) ?? undefined;
    });
    return { name, values };
  };
  const whole = line("the step", (one) => one.whole_us);
  if (of.every((one) => one.tasks <= 1)) return [whole];
  return [
    line("half of its tasks", (one) => one.durations?.p50),
    line("95 % of its tasks", (one) => one.durations?.p95),
    line("the longest", (one) => one.durations?.max),
    whole,
  ];
}

function longestSteps(grid: Grid): Series[] {
  const lines = grid.steps.map((name, n) => {
    const values = (grid.cells[n] ?? []).map((cell) => (cell?.state === "done" ? cell.wall : undefined));
    const typical = median(values.filter((value) => value !== undefined)) ?? -1;
    return { name, values, typical };
  });
  const known = lines.filter(({ typical }) => typical >= 0);
  const longest = [...known].sort((a, b) => b.typical - a.typical).slice(0, LINES);
  // In the order of the graph, so that a line keeps its colour while others come and go.
  return known.filter((line) => longest.includes(line));
}
