const BLOCK = 256;

/**
 * Where rows are: each is of one height until it is measured, and only what differs is kept, so that a hundred million rows cost
 * nothing. Sums of blocks of rows are in a Fenwick tree.
 */
export class Heights {
  readonly usual: number;
  #rows: number;
  #more = new Map<number, Float32Array>();
  #tree: Float64Array;

  constructor(rows: number, usual: number) {
    this.usual = usual;
    this.#rows = rows;
    this.#tree = new Float64Array(Math.ceil(rows / BLOCK) + 1);
  }

  get rows(): number {
    return this.#rows;
  }

  /** The height of all of them. */
  get total(): number {
    return this.top(this.#rows);
  }

  /** There are more rows now. Fewer are another log. */
  grow(rows: number): void {
    if (rows <= this.#rows) return;
    this.#rows = rows;
    const needed = Math.ceil(rows / BLOCK) + 1;
    if (needed <= this.#tree.length) return;
    // Made anew from the blocks that differ: a longer tree sums up other parts.
    this.#tree = new Float64Array(Math.max(needed, this.#tree.length * 2));
    for (const [block, more] of this.#more)
      this.#add(
        block,
        more.reduce((a, b) => a + b, 0),
      );
  }

  /** A row was measured. Answers by how much the rows after it move. */
  measure(row: number, height: number): number {
    const block = Math.floor(row / BLOCK);
    let more = this.#more.get(block);
    const before = more?.[row % BLOCK] ?? 0;
    const now = Math.fround(height - this.usual);
    if (now === before) return 0;
    if (!more) {
      more = new Float32Array(BLOCK);
      this.#more.set(block, more);
    }
    more[row % BLOCK] = now;
    this.#add(block, now - before);
    return now - before;
  }

  /** How far down a row begins. */
  top(row: number): number {
    const block = Math.floor(row / BLOCK);
    let sum = 0;
    for (let at = block; at > 0; at -= at & -at) sum += this.#tree[at] ?? 0;
    const more = this.#more.get(block);
    if (more) for (let at = 0; at < row % BLOCK; at++) sum += more[at] ?? 0;
    return row * this.usual + sum;
  }

  /** The row that is so far down. */
  at(y: number): number {
    if (y <= 0) return 0;
    let block = 0;
    let sum = 0;
    let step = 1;
    while (step * 2 < this.#tree.length) step *= 2;
    for (; step > 0; step >>= 1) {
      const next = block + step;
      if (next >= this.#tree.length) continue;
      const more = sum + (this.#tree[next] ?? 0);
      if (next * BLOCK * this.usual + more <= y) [block, sum] = [next, more];
    }
    let row = block * BLOCK;
    let top = row * this.usual + sum;
    const more = this.#more.get(block);
    if (!more) return Math.min(this.#rows - 1, row + Math.floor((y - top) / this.usual));
    for (let at = 0; at < BLOCK - 1; at++, row++) {
      top += this.usual + (more[at] ?? 0);
      if (top > y) break;
    }
    return Math.min(this.#rows - 1, row);
  }

  #add(block: number, more: number): void {
    for (let at = block + 1; at < this.#tree.length; at += at & -at)
      this.#tree[at] = (this.#tree[at] ?? 0) + more;
  }
}
