/** One trace of a plot, as far as it can be drawn small. */
export interface Trace {
  readonly kind: "line" | "points" | "bars";
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** What can be drawn of a figure of Plotly's without Plotly: lines, points and bars over numbers. Nothing in it is run. */
export function tracesOf(spec: unknown): Trace[] {
  const data = typeof spec === "object" && spec !== null ? (spec as { data?: unknown }).data : undefined;
  if (!Array.isArray(data)) return [];
  return data.slice(0, 8).flatMap((trace) => traceOf(trace) ?? []);
}

function traceOf(trace: unknown): Trace | undefined {
  if (typeof trace !== "object" || trace === null) return undefined;
  const { type, mode, name, x, y } = trace as Record<string, unknown>;
  const ys = numbers(y);
  if (!ys || ys.length === 0 || ys.length > 5000) return undefined;
  const given = numbers(x);
  // Names and dates stand beside each other in their order.
  const xs = given && given.length === ys.length ? given : ys.map((_, at) => at);
  const scatter = type === "scatter" || type === "scattergl" || type === undefined;
  if (type !== "bar" && !scatter) return undefined;
  const kind = type === "bar" ? "bars" : mode === "markers" ? "points" : "line";
  return { kind, name: typeof name === "string" ? name : "", x: xs, y: ys };
}

function numbers(of: unknown): number[] | undefined {
  if (!Array.isArray(of)) return undefined;
  return of.every((one) => typeof one === "number" && Number.isFinite(one)) ? of : undefined;
}

/** From the least to the greatest, never nothing. */
export function extent(of: readonly number[]): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const one of of) {
    low = Math.min(low, one);
    high = Math.max(high, one);
  }
  if (low > high) return [0, 1];
  return low === high
    ? [low - Math.max(1, Math.abs(low)) * 0.05, high + Math.max(1, Math.abs(high)) * 0.05]
    : [low, high];
}
