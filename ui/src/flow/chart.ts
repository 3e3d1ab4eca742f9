/** A line of a chart; nothing where a run has no value. */
export interface Series {
  name: string;
  values: readonly (number | undefined)[];
}

/** From where to where a chart goes. */
export function rangeOf(series: readonly Series[], fromZero: boolean): [number, number] {
  const values = series.flatMap(({ values }) => values.filter((value) => value !== undefined));
  if (values.length === 0) return [0, 1];
  let low = fromZero ? 0 : Math.min(...values);
  let high = Math.max(...values);
  if (low === high) [low, high] = [low - Math.abs(low || 1) * 0.1, high + Math.abs(high || 1) * 0.1];
  const room = (high - low) * 0.06;
  return [fromZero ? low : low - room, high + room];
}

/** The path of a line, with gaps where values are missing; a value alone is a short dash. */
export function pathOf(
  values: readonly (number | undefined)[],
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  let path = "";
  values.forEach((value, n) => {
    if (value === undefined) return;
    const joined = n > 0 && values[n - 1] !== undefined;
    const place = `${x(n).toFixed(1)} ${y(value).toFixed(1)}`;
    path += joined ? `L${place}` : `M${place}h.01`;
  });
  return path;
}

/** Round numbers between two others, about so many. */
export function roundTicks([low, high]: readonly [number, number], about = 4): number[] {
  const raw = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((one) => one * power >= raw) ?? 10);
  const ticks: number[] = [];
  for (let n = Math.ceil(low / step); n * step <= high; n += 1) ticks.push(n * step);
  return ticks;
}

const SECOND = 1_000_000;
const LENGTHS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
];

/** The same of durations in microseconds: whole minutes and hours rather than round numbers. */
export function durationTicks(range: readonly [number, number], about = 4): number[] {
  const [low, high] = range;
  const raw = (high - low) / about / SECOND;
  if (raw < 1 || raw > 86_400) return roundTicks(range, about);
  const step = (LENGTHS.find((one) => one >= raw) ?? 86_400) * SECOND;
  const ticks: number[] = [];
  for (let n = Math.ceil(low / step); n * step <= high; n += 1) ticks.push(n * step);
  return ticks;
}
