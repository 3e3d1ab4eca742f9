import { useQuery } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { get } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Empty } from "~/parts/Empty";
import { Loading } from "~/parts/Loading";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { bytes, count, duration } from "~/theme/format";
import { Plots } from "./Plots";
import css from "./ResourceCurves.module.css";
import { most, type Series, seriesOf, stepped } from "./series";

const ATTEMPT = "/api/v1/flows/{flow}/runs/{run}/tasks/{task}/attempts/{attempt}/resources";
/** A curve that grows is read again so often: it has a point about each second. */
const AGAIN = 2000;

interface CurvesProps {
  flow: string;
  run: string;
  task: string;
  attempt: number;
  running: boolean;
}

/** What an attempt used while it was at work: processors, memory, disks, GPUs. */
export function ResourceCurves({ flow, run, task, attempt, running }: CurvesProps): ReactElement {
  const { data, error, refetch } = useQuery({
    queryKey: ["resources", flow, run, task, attempt],
    queryFn: ({ signal }) => get(ATTEMPT, { path: { flow, run, task, attempt }, signal }),
    refetchInterval: (query) => (running && !query.state.data?.ended ? AGAIN : false),
    staleTime: running ? 0 : Number.POSITIVE_INFINITY,
  });
  if (error) return <ProblemNotice error={error} retry={() => void refetch()} />;
  if (!data) return <Loading what="reading what it used" lines={5} />;
  if (data.at_us.length === 0) return <NoCurve data={data} running={running} />;
  const series = seriesOf(data);
  return (
    <div className={css.curves}>
      <Facts data={data} series={series} />
      <Plots series={stepped(series)} startedAt={data.started_at} atWork={["Processes", "processes"]} />
    </div>
  );
}

function NoCurve({ data, running }: { data: Schemas["ResourceCurve"]; running: boolean }): ReactElement {
  return (
    <div className={css.curves}>
      <Empty icon="chart" title={running ? "No sample yet" : "It was too short for a curve"}>
        {running
          ? "An attempt is looked at about once a second."
          : "An attempt is looked at about once a second; of this one only what it used in all is known."}
      </Empty>
      {data.total_cpu_us > 0 && (
        <dl className={css.facts}>
          <Fact name="CPU time">{duration(data.total_cpu_us)}</Fact>
          <Fact name="Most memory of a process">{bytes(data.max_rss_kib * 1024)}</Fact>
        </dl>
      )}
    </div>
  );
}

function Facts({ data, series }: { data: Schemas["ResourceCurve"]; series: Series }): ReactElement {
  const last = data.at_us.at(-1) ?? 1;
  const cpu = data.total_cpu_us || (data.cpu_us.at(-1) ?? 0);
  return (
    <dl className={css.facts}>
      <Fact name="CPU time">{duration(cpu)}</Fact>
      <Fact name="Processors, on average">{(cpu / Math.max(1, last)).toFixed(2)}</Fact>
      <Fact name="Most memory">{bytes(Math.max(most(series.memory), data.max_rss_kib * 1024))}</Fact>
      <Fact name="Read">{bytes(data.read_bytes.at(-1) ?? 0)}</Fact>
      <Fact name="Written">{bytes(data.written_bytes.at(-1) ?? 0)}</Fact>
      {data.gpu_us.length > 0 && (
        <>
          <Fact name="GPU time">{duration(data.gpu_us.at(-1) ?? 0)}</Fact>
          <Fact name="Most GPU memory">{bytes(most(series.gpuMemory))}</Fact>
        </>
      )}
      <Fact name="Processes, most">{count(most(data.processes))}</Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }): ReactElement {
  return (
    <div className={css.fact}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
