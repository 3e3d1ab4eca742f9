/** Which lines of a log are shown, in rows from 0. */
export interface Rows {
  /** How many rows there are. */
  readonly rows: number;
  /** Another one means that rows are other lines than before; with the same, there may be more. */
  readonly key: string;
  /** The line of a row. */
  lineOf(row: number): number;
  /** The row that a line is in, or nearest to. */
  rowOf(line: number): number;
}

/** Some lines alone: those that match. */
export class Picked implements Rows {
  readonly #lines: readonly number[];
  readonly key: string;

  /** `lines` are in order. */
  constructor(lines: readonly number[], key: string) {
    this.#lines = lines;
    this.key = `picked ${key}`;
  }

  get rows(): number {
    return this.#lines.length;
  }

  lineOf(row: number): number {
    return this.#lines[row] ?? 0;
  }

  rowOf(line: number): number {
    return Math.max(0, Math.min(atOrAfter(this.#lines, line), this.rows - 1));
  }
}

/** The place of the first number that is not less than `least`; of numbers in order. */
export function atOrAfter(numbers: readonly number[], least: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
