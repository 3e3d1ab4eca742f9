import type { Run } from "~/api/types";

/** What names a run among all. */
export function keyOf(run: { flow: string; run: string }): string {
  return `${run.flow}/${run.run}`;
}

interface Page {
  /** What it is asked for with; the first one with nothing. */
  readonly cursor: string | null;
  readonly start: number;
  readonly size: number;
  /** None if it was put away; it can be asked for again. */
  rows: Run[] | null;
}

/** Pages with their rows that are kept; others are put away. */
const KEPT = 24;

/**
 * The rows of a list that is read page by page: only those near what is looked at are kept. Rows that came while it was looked at stand
 * before the first page.
 */
export class Pages {
  private readonly pages: Page[] = [];
  private readonly places = new Map<string, number>();
  private head: Run[] = [];
  /** What the next page is asked for with; none after the last. */
  next: string | null = null;

  /** Rows that are known, in all. */
  get count(): number {
    const last = this.pages.at(-1);
    return this.head.length + (last ? last.start + last.size : 0);
  }

  /** The run of a row; nothing while its page is away. */
  at(index: number): Run | undefined {
    if (index < this.head.length) return this.head[index];
    const page = this.pages[this.pageOf(index)];
    return page?.rows?.[index - this.head.length - page.start];
  }

  /** The row of a run. */
  indexOf(key: string): number {
    const place = this.places.get(key);
    if (place !== undefined) return place + this.head.length;
    return this.head.findIndex((run) => keyOf(run) === key);
  }

  /** The page a row is in. */
  pageOf(index: number): number {
    const at = index - this.head.length;
    let low = 0;
    let high = this.pages.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.pages[middle]?.start ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** What a page that is away is asked for with; undefined if it is here or not yet known. */
  missing(page: number): string | null | undefined {
    const known = this.pages[page];
    return known && !known.rows ? known.cursor : undefined;
  }

  /** The page after the last one. Runs that are known already (they have moved) are left out. */
  append(rows: readonly Run[], next: string | null): void {
    const fresh = rows.filter((run) => this.indexOf(keyOf(run)) < 0);
    const last = this.pages.at(-1);
    const start = last ? last.start + last.size : 0;
    this.pages.push({ cursor: last ? this.next : null, start, size: fresh.length, rows: fresh });
    this.next = next;
    this.place(start, fresh);
  }

  /** A page that was away is here again; it keeps its size, whatever has changed in it. */
  restore(page: number, rows: readonly Run[]): void {
    const known = this.pages[page];
    if (!known) return;
    known.rows = rows.slice(0, known.size);
    this.place(known.start, known.rows);
  }

  /** Puts away what is far from a row. */
  trim(index: number): void {
    const here = this.pages.filter((page) => page.rows).length;
    if (here <= KEPT) return;
    const near = this.pageOf(index);
    this.pages.forEach((page, n) => {
      if (!page.rows || n === 0 || Math.abs(n - near) <= KEPT / 2) return;
      for (const run of page.rows) this.places.delete(keyOf(run));
      page.rows = null;
    });
  }

  /** A run as it is now. Says whether it is known. */
  patch(key: string, change: (run: Run) => Run): boolean {
    const index = this.indexOf(key);
    const run = index < 0 ? undefined : this.at(index);
    if (!run) return false;
    if (index < this.head.length) this.head[index] = change(run);
    else {
      const page = this.pages[this.pageOf(index)];
      if (page?.rows) page.rows[index - this.head.length - page.start] = change(run);
    }
    return true;
  }

  /** Runs that have come, the newest first. */
  prepend(runs: readonly Run[]): void {
    this.head = [...runs, ...this.head];
  }

  private place(start: number, rows: readonly Run[]): void {
    rows.forEach((run, n) => {
      this.places.set(keyOf(run), start + n);
    });
  }
}
