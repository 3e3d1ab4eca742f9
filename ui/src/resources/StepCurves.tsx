import { useQuery } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { get } from "~/api/client";
import { Loading } from "~/parts/Loading";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { count, plural } from "~/theme/format";
import { Plots } from "./Plots";
import css from "./ResourceCurves.module.css";
import { stepped, stepSeriesOf } from "./series";

/** Curves of many attempts are added up anew each time. */
const AGAIN = 5000;

interface StepCurvesProps {
  flow: string;
  run: string;
  step: string;
  running: boolean;
}

/** What the tasks of a step used together, over time. */
export function StepCurves({ flow, run, step, running }: StepCurvesProps): ReactElement {
  const { data, error, refetch } = useQuery({
    queryKey: ["step-resources", flow, run, step],
    queryFn: ({ signal }) =>
      get("/api/v1/flows/{flow}/runs/{run}/steps/{step}/resources", { path: { flow, run, step }, signal }),
    refetchInterval: running ? AGAIN : false,
    staleTime: running ? 0 : Number.POSITIVE_INFINITY,
  });
  if (error) return <ProblemNotice error={error} retry={() => void refetch()} />;
  if (!data) return <Loading what="adding up what they used" lines={5} />;
  const { tasks, with_curve, partial } = data;
  if (with_curve === 0) {
    return (
      <p className={`${css.note} ${css.beside}`}>
        No curve was kept: tasks are looked at about once a second.
      </p>
    );
  }
  return (
    <div className={css.beside}>
      <Plots series={stepped(stepSeriesOf(data))} startedAt={data.from} atWork={["Tasks at work", "tasks"]} />
      {(partial || with_curve < tasks) && (
        <p className={css.note}>
          Of {count(with_curve)} of {partial ? `the first ${plural(tasks, "task")}` : plural(tasks, "task")}:
          others were too short, or taken over from another run.
        </p>
      )}
    </div>
  );
}
