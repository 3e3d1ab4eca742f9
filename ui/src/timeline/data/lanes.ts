/** Lanes: tasks that do not overlap share one, as they shared a slot of the machine. */

/** A heap of numbers, the least first, ordered by `key`. */
class Heap {
  private readonly items: number[] = [];
  constructor(private readonly key: (item: number) => number) {}

  get least(): number | undefined {
    return this.items[0];
  }

  push(item: number): void {
    const { items, key } = this;
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (key(items[above] as number) <= key(item)) break;
      items[at] = items[above] as number;
      at = above;
    }
    items[at] = item;
  }

  pop(): number | undefined {
    const { items, key } = this;
    const least = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return least;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= items.length) break;
      const right = below + 1;
      if (right < items.length && key(items[right] as number) < key(items[below] as number)) below = right;
      if (key(items[below] as number) >= key(last)) break;
      items[at] = items[below] as number;
      at = below;
    }
    items[at] = last;
    return least;
  }
}

/**
 * Gives each thing the lowest lane that is free when it begins. `starts` ascend; an end is NaN or infinite while something goes on.
 * What takes no time takes the lane until the next moment.
 */
export function packed(starts: Float64Array, ends: Float64Array): { lane: Uint32Array; lanes: number } {
  const lane = new Uint32Array(starts.length);
  const until: number[] = [];
  const busy = new Heap((number) => until[number] as number);
  const free = new Heap((number) => number);
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i] as number;
    for (
      let first = busy.least;
      first !== undefined && (until[first] as number) <= start;
      first = busy.least
    ) {
      free.push(busy.pop() as number);
    }
    const number = free.pop() ?? until.length;
    const end = ends[i] as number;
    until[number] = Number.isNaN(end) ? Number.POSITIVE_INFINITY : Math.max(end, start + 1);
    busy.push(number);
    lane[i] = number;
  }
  return { lane, lanes: until.length };
}
