import { type ReactElement, useMemo, useState } from "react";
import { Segmented } from "~/parts/Field";
import { Panel } from "~/parts/Panel";
import { duration, moment } from "~/theme/format";
import { durationTicks, type Series } from "./chart";
import { LineChart } from "./LineChart";
import { type Grid, median } from "./model";

/** More lines than this cannot be told apart. */
const LINES = 5;

/** How long runs and their steps took, run by run: the steps that take longest. */
export function Trends({ grid, onOpen }: { grid: Grid; onOpen: (run: string) => void }): ReactElement {
  const [of, setOf] = useState<"steps" | "runs">("steps");
  const steps = useMemo(() => longestSteps(grid), [grid]);
  const runs = useMemo<Series[]>(
    () => [
      {
        name: "whole run",
        values: grid.runs.map((run) => (run.status === "running" ? undefined : run.duration)),
      },
    ],
    [grid],
  );
  const series = of === "runs" || steps.length === 0 ? runs : steps;
  const options = [
    ["steps", "Steps"],
    ["runs", "Runs"],
  ] as const;
  return (
    <Panel
      title="Durations"
      actions={<Segmented label="Durations of" options={options} value={of} onChange={setOf} />}
    >
      <LineChart
        label="Durations over runs"
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
