import fc from "fast-check";
import { expect, test } from "vitest";
import type { Schemas } from "~/api/types";
import { most, seriesOf, stepped, stepSeriesOf } from "./series";

type Curve = Schemas["ResourceCurve"];
const curve = (more: Partial<Curve>): Curve => ({
  started_at: 0,
  ended: true,
  at_us: [],
  cpu_us: [],
  rss_kib: [],
  read_bytes: [],
  written_bytes: [],
  processes: [],
  gpu_us: [],
  gpu_kib: [],
  total_cpu_us: 0,
  max_rss_kib: 0,
  ...more,
});

test("sums become rates", () => {
  const series = seriesOf(
    curve({
      at_us: [1e6, 3e6],
      cpu_us: [2e6, 3e6],
      rss_kib: [1, 2],
      read_bytes: [500, 500],
      written_bytes: [0, 8],
      processes: [1, 2],
      gpu_us: [500_000, 500_000],
      gpu_kib: [3, 4],
    }),
  );
  expect(series).toEqual({
    seconds: [1, 3],
    cores: [2, 0.5],
    memory: [1024, 2048],
    read: [500, 0],
    written: [0, 4],
    gpus: [0.5, 0],
    gpuMemory: [3072, 4096],
    atWork: [1, 2],
  });
  expect(stepped(series).cores).toEqual([2, 2, 0.5]);
  expect(most(series.cores)).toBe(2);
});

test("spans of a step end where the next begins", () => {
  const series = stepSeriesOf({
    from: 0,
    every_us: 2e6,
    to: 3e6,
    cores: [1.5, 0],
    rss_kib: [1, 0],
    read_bytes: [8, 0],
    written_bytes: [0, 4],
    gpus: [],
    gpu_kib: [],
    attempts: [2, 1],
    max_rss_kib: 1,
    cpu_us: 3e6,
    tasks: 2,
    with_curve: 2,
    partial: false,
  });
  expect(series).toMatchObject({ seconds: [2, 3], cores: [1.5, 0], read: [4, 0], written: [0, 4] });
  expect(series).toMatchObject({ memory: [1024, 0], gpus: [], atWork: [2, 1] });
  expect(stepped(series)).toMatchObject({ seconds: [0, 2, 3], gpus: [] });
});

test("rates over the whole time add up to the sum", () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 5_000_000 }), fc.nat(9_000_000)), {
    minLength: 1,
  });
  fc.assert(
    fc.property(steps, (given) => {
      let [at, cpu] = [0, 0];
      const at_us: number[] = [];
      const cpu_us: number[] = [];
      for (const [span, more] of given) {
        at += span;
        at_us.push(at);
        cpu += more;
        cpu_us.push(cpu);
      }
      const { cores } = seriesOf(curve({ at_us, cpu_us }));
      const sum = cores.reduce((all, one, n) => all + one * ((at_us[n] ?? 0) - (at_us[n - 1] ?? 0)), 0);
      expect(sum / Math.max(1, cpu)).toBeCloseTo(cpu === 0 ? 0 : 1, 6);
    }),
  );
});
