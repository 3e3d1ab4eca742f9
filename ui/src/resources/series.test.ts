import fc from "fast-check";
import { expect, test } from "vitest";
import type { Schemas } from "~/api/types";
import { most, seriesOf, stepped } from "./series";

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
    }),
  );
  expect(series).toEqual({
    seconds: [1, 3],
    cores: [2, 0.5],
    memory: [1024, 2048],
    read: [500, 0],
    written: [0, 4],
    processes: [1, 2],
  });
  expect(stepped(series).cores).toEqual([2, 2, 0.5]);
  expect(most(series.cores)).toBe(2);
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
