/** How many tasks were at work at each moment. */

/** From `at[i]` on, `count[i]` were at work. */
export interface Curve {
  at: Float64Array;
  count: Uint32Array;
  peak: number;
}

/** The curve of things; an end is infinite or NaN while something goes on. */
export function curveOf(starts: Float64Array, ends: Float64Array): Curve {
  const up = starts.slice().sort();
  const down = ends.slice().sort();
  let over = down.length;
  while (over > 0 && !Number.isFinite(down[over - 1])) over--;
  const at = new Float64Array(up.length + over);
  const count = new Uint32Array(at.length);
  let [i, j, n, peak] = [0, 0, 0, 0];
  for (let length = 0; length < at.length; length++) {
    const start = i < up.length ? (up[i] as number) : Number.POSITIVE_INFINITY;
    const end = j < over ? (down[j] as number) : Number.POSITIVE_INFINITY;
    // What begins when another ends was not at work beside it; what takes no time was there for a moment.
    if (start < end || j >= i) {
      at[length] = start;
      i++;
    } else {
      at[length] = end;
      j++;
    }
    n = i - j;
    count[length] = n;
    if (n > peak) peak = n;
  }
  return { at, count, peak };
}

/** The most at work in each of `width` parts of the time from `from` to `to`, into `out`. */
export function peaks(curve: Curve, from: number, to: number, out: Float32Array): void {
  const part = (to - from) / out.length;
  let next = firstAfter(curve.at, from);
  let count = next > 0 ? (curve.count[next - 1] as number) : 0;
  for (let x = 0; x < out.length; x++) {
    const past = from + (x + 1) * part;
    let most = count;
    while (next < curve.at.length && (curve.at[next] as number) < past) {
      count = curve.count[next++] as number;
      if (count > most) most = count;
    }
    out[x] = most;
  }
}

/** The first place whose time is after `time`. */
function firstAfter(at: Float64Array, time: number): number {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((at[middle] as number) <= time) low = middle + 1;
    else high = middle;
  }
  return low;
}
