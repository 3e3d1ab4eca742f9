import type { LogLine, LogLines } from "~/api/types";

/** Lines of one request. */
export const PAGE = 500;
/** Pages that are kept: what was seen longest ago goes first. */
const KEPT = 160;

/** Asks for lines from one on; a negative number counts from the end. */
export type AskLines = (from: number, count: number, signal: AbortSignal) => Promise<LogLines>;

/** What is known of the whole of a log. */
export interface Extent {
  /** How many lines there are, as far as that is known. */
  readonly total: number;
  readonly bytes: number;
  /** Whether `total` is all there is now: a very large log is read bit by bit. */
  readonly complete: boolean;
  /** Nothing more will be written. */
  readonly ended: boolean;
  /** Where its file is damaged, if it is. */
  readonly damagedAt: number | undefined;
}

const NOTHING: Extent = { total: 0, bytes: 0, complete: false, ended: false, damagedAt: undefined };

/**
 * Lines of a log that may be of any length: those that were looked at, and those pushed as they are written. What is not there is
 * asked for a page at a time, and what nobody waits for any more is given up.
 */
export class LineCache {
  readonly #ask: AskLines;
  readonly #pages = new Map<number, (LogLine | undefined)[]>();
  readonly #asked = new Map<number, AbortController>();
  readonly #listeners = new Set<() => void>();
  #extent: Extent = NOTHING;
  #version = 0;
  #error: unknown;
  #closed = false;

  /** `known` are its last lines, if they are there already. */
  constructor(ask: AskLines, known?: LogLines) {
    this.#ask = ask;
    if (known) this.push(known);
  }

  get extent(): Extent {
    return this.#extent;
  }

  /** Why lines could not be had, if they could not. */
  get error(): unknown {
    return this.#error;
  }

  /** Is another number whenever something has changed. */
  readonly version = (): number => this.#version;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** A line, if it is there. */
  line(number: number): LogLine | undefined {
    return this.#pages.get(Math.floor(number / PAGE))?.[number % PAGE];
  }

  /** Reads the last lines, and how many there are. Again while the server has not come to the end. */
  async open(): Promise<void> {
    const given = new AbortController();
    this.#asked.set(-1, given);
    try {
      while (!this.#extent.complete && !this.#closed) {
        this.push(await this.#ask(-PAGE, PAGE, given.signal));
      }
      this.#error = undefined;
    } catch (error) {
      this.#failed(error, given);
    } finally {
      this.#asked.delete(-1);
      this.#tell();
    }
  }

  /** Sees to it that lines are there, and gives up what was asked for far from them, unless other places are wanted as well. */
  want(from: number, to: number, alone = true): void {
    if (this.#closed) return;
    const last = Math.min(to, this.#extent.total) - 1;
    const [first, end] = [Math.floor(Math.max(0, from) / PAGE), Math.floor(last / PAGE)];
    for (const [page, given] of this.#asked) {
      if (alone && page >= 0 && (page < first - 2 || page > end + 2)) given.abort();
    }
    for (let page = first; page <= end; page++) {
      if (!this.#whole(page) && !this.#asked.has(page)) void this.#fetch(page);
      else this.#touch(page);
    }
  }

  /** Takes lines in, whoever sent them; a line that is there already is replaced. */
  push(lines: LogLines): void {
    for (const line of lines.lines) {
      const page = Math.floor(line.line / PAGE);
      let known = this.#pages.get(page);
      if (!known) {
        known = [];
        this.#pages.set(page, known);
      }
      known[line.line % PAGE] = line;
    }
    this.#extent = {
      // An answer that is older than a push knows of less.
      total: Math.max(this.#extent.total, lines.total),
      bytes: Math.max(this.#extent.bytes, lines.bytes),
      complete: lines.complete,
      ended: this.#extent.ended || lines.ended,
      damagedAt: lines.damaged_at ?? undefined,
    };
    this.#drop();
    this.#tell();
  }

  /** Nothing more will be written. */
  end(): void {
    this.#extent = { ...this.#extent, ended: true };
    this.#tell();
  }

  /** Where those who watch go on: the first line that is not known for good. */
  next(): number {
    const { total } = this.#extent;
    let next = total;
    for (let line = Math.max(0, total - PAGE); line < total; line++) {
      if (this.line(line)?.open) {
        next = line;
        break;
      }
    }
    return next;
  }

  close(): void {
    this.#closed = true;
    for (const given of this.#asked.values()) given.abort();
  }

  #whole(page: number): boolean {
    const known = this.#pages.get(page);
    const size = Math.min(PAGE, this.#extent.total - page * PAGE);
    if (!known || known.length < size) return false;
    for (let at = 0; at < size; at++) if (!known[at]) return false;
    return true;
  }

  async #fetch(page: number): Promise<void> {
    const given = new AbortController();
    this.#asked.set(page, given);
    try {
      const lines = await this.#ask(page * PAGE, PAGE, given.signal);
      this.#error = undefined;
      // What is asked for while a log is still being read may be less than is known to be there.
      this.push({ ...lines, complete: lines.complete || this.#extent.complete });
    } catch (error) {
      this.#failed(error, given);
    } finally {
      this.#asked.delete(page);
    }
  }

  #failed(error: unknown, given: AbortController): void {
    if (given.signal.aborted) return;
    this.#error = error;
    this.#tell();
  }

  /** As if it were new: the last to be dropped. */
  #touch(page: number): void {
    const known = this.#pages.get(page);
    if (!known) return;
    this.#pages.delete(page);
    this.#pages.set(page, known);
  }

  #drop(): void {
    const last = Math.floor((this.#extent.total - 1) / PAGE);
    for (const page of this.#pages.keys()) {
      if (this.#pages.size <= KEPT) return;
      if (page < last - 1) this.#pages.delete(page);
    }
  }

  #tell(): void {
    this.#version++;
    for (const listener of this.#listeners) listener();
  }
}
