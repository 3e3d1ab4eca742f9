/** How times of runs differ. */

/** How another time differs from a first one, as people say it; empty if hardly, or if that says nothing. */
export function change(first: number | undefined, other: number | undefined): string {
  if (!first || other === undefined) return "";
  const times = other / first;
  if (times > 0.95 && times < 1.05) return "";
  if (times >= 3) return `× ${times >= 20 ? Math.round(times) : times.toFixed(1)}`;
  const percent = Math.round((times - 1) * 100);
  return percent > 0 ? `+${percent} %` : `−${-percent} %`;
}

/** Bars of a row, in percent of the longest. */
export function widths(values: (number | undefined)[]): number[] {
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  return values.map((value) => (100 * (value ?? 0)) / most);
}
