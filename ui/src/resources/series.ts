import type { Schemas } from "~/api/types";

/** What an attempt used, or the attempts of a step together, as lines of a plot over the seconds since the start. */
export interface Series {
  readonly seconds: number[];
  /** Processors at work, between each point and the one before. */
  readonly cores: number[];
  /** Resident memory, bytes. */
  readonly memory: number[];
  /** Bytes a second. */
  readonly read: number[];
  readonly written: number[];
  /** GPUs at work, between each point and the one before. */
  readonly gpus: number[];
  /** Their memory, bytes. */
  readonly gpuMemory: number[];
  /** Processes of an attempt, or attempts of a step. */
  readonly atWork: number[];
}

const bytesOf = (kib: number) => kib * 1024;

/** Rates from sums: what is told are sums from the start on, which begin with nothing. */
export function seriesOf(curve: Schemas["ResourceCurve"]): Series {
  const seconds = curve.at_us.map((at) => at / 1e6);
  const rate = (sums: readonly number[], per: number) =>
    sums.map((sum, at) => {
      const span = (curve.at_us[at] ?? 0) - (at === 0 ? 0 : (curve.at_us[at - 1] ?? 0));
      const more = Math.max(0, sum - (at === 0 ? 0 : (sums[at - 1] ?? 0)));
      return span <= 0 ? 0 : (more / span) * per;
    });
  return {
    seconds,
    cores: rate(curve.cpu_us, 1),
    memory: curve.rss_kib.map(bytesOf),
    read: rate(curve.read_bytes, 1e6),
    written: rate(curve.written_bytes, 1e6),
    gpus: rate(curve.gpu_us, 1),
    gpuMemory: curve.gpu_kib.map(bytesOf),
    atWork: [...curve.processes],
  };
}

/** Of a step, what is told are spans of equal length, but for the last; a point is the end of one. */
export function stepSeriesOf(curve: Schemas["StepResourceCurve"]): Series {
  const every = curve.every_us / 1e6;
  const all = (curve.to - curve.from) / 1e6;
  const seconds = curve.cores.map((_, at) => Math.min(all, (at + 1) * every));
  const rate = (sum: number, at: number) => sum / ((seconds[at] ?? 0) - (seconds[at - 1] ?? 0) || every);
  return {
    seconds,
    cores: curve.cores,
    memory: curve.rss_kib.map(bytesOf),
    read: curve.read_bytes.map(rate),
    written: curve.written_bytes.map(rate),
    gpus: curve.gpus,
    gpuMemory: curve.gpu_kib.map(bytesOf),
    atWork: curve.attempts,
  };
}

/** The greatest of them; nought of none. */
export function most(of: readonly number[]): number {
  return of.reduce((a, b) => Math.max(a, b), 0);
}

/** Steps lead up to each point: a value holds for the time since the one before. Two points make a line where there is one. */
export function stepped(series: Series): Series {
  const lead = (of: readonly number[]) => (of.length > 0 ? [of[0] ?? 0, ...of] : []);
  return {
    seconds: [0, ...series.seconds],
    cores: lead(series.cores),
    memory: lead(series.memory),
    read: lead(series.read),
    written: lead(series.written),
    gpus: lead(series.gpus),
    gpuMemory: lead(series.gpuMemory),
    atWork: lead(series.atWork),
  };
}
