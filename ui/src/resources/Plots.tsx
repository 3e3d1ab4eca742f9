import type { ReactElement } from "react";
import { Loading } from "~/parts/Loading";
import { later } from "~/parts/later";
import { bytes } from "~/theme/format";
import css from "./ResourceCurves.module.css";
import { most, type Series } from "./series";

const Plot = later(async () => (await import("./Plot")).default, <Loading what="drawing" />);

const number = (value: number) => (value < 10 ? value.toFixed(2) : value.toFixed(0));
const rate = (value: number) => `${bytes(value)}/s`;

export interface PlotsProps {
  series: Series;
  /** Microseconds since the epoch. */
  startedAt: number;
  /** What is at work: a title, and the name of the line. */
  atWork: readonly [title: string, name: string];
}

/** Lines of what was used, one plot for each kind that was used at all. */
export function Plots({ series, startedAt, atWork: [title, name] }: PlotsProps): ReactElement {
  const shared = { seconds: series.seconds, startedAt };
  const disks = [
    ["read", series.read],
    ["written", series.written],
  ] as const;
  return (
    <div className={css.plots}>
      <Plot {...shared} title="Processors at work" lines={[["cores", series.cores]]} format={number} />
      <Plot {...shared} title="Memory" lines={[["resident", series.memory]]} format={bytes} />
      {most([...series.gpus, ...series.gpuMemory]) > 0 && (
        <>
          <Plot {...shared} title="GPUs at work" lines={[["GPUs", series.gpus]]} format={number} />
          <Plot {...shared} title="GPU memory" lines={[["memory", series.gpuMemory]]} format={bytes} />
        </>
      )}
      {most([...series.read, ...series.written]) > 0 && (
        <Plot {...shared} title="Disks" lines={disks} format={rate} />
      )}
      {most(series.atWork) > 1 && (
        <Plot {...shared} title={title} lines={[[name, series.atWork]]} format={(n) => n.toFixed(0)} />
      )}
    </div>
  );
}
