/** Lanes: tasks that do not overlap share one, as they shared a slot of the machine. */

/** A heap of numbers, those with the least keys first. */
class Heap {
  private readonly items: number[] = [];
  private readonly keys: number[] = [];

  /** The least key; infinite if there is none. */
  get least(): number {
    return this.keys[0] ?? Number.POSITIVE_INFINITY;
  }

  push(item: number, key: number): void {
    const { items, keys } = this;
    let at = items.length;
    items.push(item);
    keys.push(key);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if ((keys[above] as number) <= key) break;
      items[at] = items[above] as number;
      keys[at] = keys[above] as number;
      at = above;
    }
    items[at] = item;
    keys[at] = key;
  }

  pop(): number | undefined {
    const { items, keys } = this;
    const least = items[0];
    const item = items.pop();
    const key = keys.pop();
    if (item === undefined || key === undefined || items.length === 0) return least;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= items.length) break;
      if (below + 1 < items.length && (keys[below + 1] as number) < (keys[below] as number)) below++;
      if ((keys[below] as number) >= key) break;
      items[at] = items[below] as number;
      keys[at] = keys[below] as number;
      at = below;
    }
    items[at] = item;
    keys[at] = key;
    return least;
  }
}

/** Things lane by lane, each lane's in order: their places, and where each lane is past. */
export function byLane({ lane, lanes }: { lane: Uint32Array; lanes: number }): {
  places: Uint32Array;
  past: Uint32Array;
} {
  const past = new Uint32Array(lanes);
  for (let i = 0; i < lane.length; i++) {
    const number = lane[i] as number;
    past[number] = (past[number] as number) + 1;
  }
  let sum = 0;
  for (let number = 0; number < lanes; number++) {
    const here = past[number] as number;
    past[number] = sum;
    sum += here;
  }
  const places = new Uint32Array(lane.length);
  for (let i = 0; i < lane.length; i++) {
    const number = lane[i] as number;
    const at = past[number] as number;
    places[at] = i;
    past[number] = at + 1;
  }
  return { places, past };
}

/**
 * Gives each thing the lowest lane that is free when it begins. `starts` ascend; an end is NaN or infinite while something goes on.
 * What takes no time takes the lane until the next moment.
 */
export function packed(starts: Float64Array, ends: Float64Array): { lane: Uint32Array; lanes: number } {
  const lane = new Uint32Array(starts.length);
  let lanes = 0;
  const busy = new Heap();
  const free = new Heap();
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i] as number;
    while (busy.least <= start) {
      const number = busy.pop() as number;
      free.push(number, number);
    }
    const number = free.pop() ?? lanes++;
    const end = ends[i] as number;
    busy.push(number, Number.isNaN(end) ? Number.POSITIVE_INFINITY : Math.max(end, start + 1));
    lane[i] = number;
  }
  return { lane, lanes };
}
