import type { Schemas } from "~/api/types";

/** What an attempt used, as lines of a plot over the seconds since it started. */
export interface Series {
  readonly seconds: number[];
  /** Processors at work, between each point and the one before. */
  readonly cores: number[];
  /** Resident memory, bytes. */
  readonly memory: number[];
  /** Bytes a second. */
  readonly read: number[];
  readonly written: number[];
  readonly processes: number[];
}

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
    memory: curve.rss_kib.map((kib) => kib * 1024),
    read: rate(curve.read_bytes, 1e6),
    written: rate(curve.written_bytes, 1e6),
    processes: [...curve.processes],
  };
}

/** The greatest of them; nought of none. */
export function most(of: readonly number[]): number {
  return of.reduce((a, b) => Math.max(a, b), 0);
}

/** Steps lead up to each point: a value holds for the time since the one before. Two points make a line where there is one. */
export function stepped(series: Series): Series {
  const lead = (of: readonly number[]) => [of[0] ?? 0, ...of];
  return {
    seconds: [0, ...series.seconds],
    cores: lead(series.cores),
    memory: lead(series.memory),
    read: lead(series.read),
    written: lead(series.written),
    processes: lead(series.processes),
  };
}
