import { Heights } from "./heights";
import type { Rows } from "./rows";
import { Scroller } from "./scroller";

/** How high a row is that is not wrapped, px: as in the style. */
export const ROW = 19;
/** Rows beyond the view that are there all the same, so that scrolling finds them; fewer until the first ones have been seen. */
const [BEYOND, AT_FIRST] = [36, 8];
/** So long after the first ones, ms. */
const SEEN = 100;
const RESTED = 160;

const NONE: Rows = { rows: 0, key: "", lineOf: () => 0, rowOf: () => 0 };

/** What is seen of a log: which rows, where. Knows the scrolled element, not what is in the rows. */
export class LogView {
  readonly #scroller = new Scroller();
  readonly #listeners = new Set<() => void>();
  #heights = new Heights(0, ROW);
  #rows = NONE;
  #wrapped = false;
  #element: HTMLElement | undefined;
  #version = 0;
  #rested = 0;
  #beyond = AT_FIRST;
  #following = true;
  #told: (following: boolean) => void = () => {};

  /** Shows `rows`, the last of them. */
  constructor(rows: Rows = NONE, wrapped = false) {
    this.show(rows, wrapped);
  }

  readonly version = (): number => this.#version;
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** How tall the element within the scrolled one is to be. */
  get height(): number {
    return this.#scroller.height;
  }

  get rows(): Rows {
    return this.#rows;
  }

  /** Whether it goes on to the end whenever there is more. */
  get following(): boolean {
    return this.#following;
  }

  /** The rows to be drawn: the first, the one after the last, and where the first is. */
  window(): { first: number; end: number; top: number } {
    const { rows } = this.#rows;
    if (rows === 0) return { first: 0, end: 0, top: 0 };
    const first = Math.max(0, this.#heights.at(this.#scroller.top) - this.#beyond);
    const last = this.#heights.at(this.#scroller.top + this.#scroller.seen);
    return {
      first,
      end: Math.min(rows, last + 1 + this.#beyond),
      top: this.#scroller.place(this.#heights.top(first)),
    };
  }

  /** The lines that are seen: the first and the last. */
  seen(): readonly [number, number] {
    const { top, seen } = this.#scroller;
    const row = (y: number) => this.#rows.lineOf(Math.max(0, this.#heights.at(y)));
    return [row(top), row(top + Math.max(0, seen - 1))];
  }

  /** Whether a line is wholly seen. */
  sees(line: number): boolean {
    const row = this.#rows.rowOf(line);
    const { top, seen } = this.#scroller;
    return this.#heights.top(row) >= top && this.#heights.top(row + 1) <= top + seen;
  }

  onFollowing(told: (following: boolean) => void): void {
    this.#told = told;
  }

  /** Follows the end, or stays where it is. */
  follow(following: boolean): void {
    if (following) this.#move(this.#scroller.most);
    if (this.#following === following) return;
    this.#following = following;
    this.#told(following);
    this.#tell();
  }

  attach(element: HTMLElement): () => void {
    this.#element = element;
    const scrolled = () => this.#scrolled(element.scrollTop);
    const resized = new ResizeObserver(() => this.#resized(element));
    element.addEventListener("scroll", scrolled, { passive: true });
    resized.observe(element);
    this.#resized(element);
    const seen = window.setTimeout(() => {
      this.#beyond = BEYOND;
      this.#tell();
    }, SEEN);
    return () => {
      window.clearTimeout(seen);
      element.removeEventListener("scroll", scrolled);
      resized.disconnect();
      window.clearTimeout(this.#rested);
      this.#element = undefined;
    };
  }

  /** Shows other rows, or more of them. What was at the top stays there, unless the end is followed. */
  show(rows: Rows, wrapped: boolean): void {
    if (rows === this.#rows && wrapped === this.#wrapped) return;
    if (rows.key === this.#rows.key && wrapped === this.#wrapped && rows.rows >= this.#rows.rows) {
      this.#heights.grow(rows.rows);
      this.#rows = rows;
    } else {
      const line = this.#rows === NONE ? 0 : this.#rows.lineOf(this.#heights.at(this.#scroller.top));
      this.#heights = new Heights(rows.rows, ROW);
      [this.#rows, this.#wrapped] = [rows, wrapped];
      this.#scroller.tall = this.#heights.total;
      this.#move(this.#heights.top(rows.rowOf(line)));
    }
    this.#scroller.tall = this.#heights.total;
    if (this.#following) this.#move(this.#scroller.most);
    this.#tell();
  }

  /** Goes to a line: to the middle of the view, or no further than needed. */
  goTo(line: number, how: "middle" | "near" = "middle"): void {
    if (how === "near" && this.sees(line)) return;
    const top = this.#heights.top(this.#rows.rowOf(line));
    this.follow(false);
    this.#move(top - Math.max(0, (this.#scroller.seen - ROW) / 2));
  }

  toStart(): void {
    this.follow(false);
    this.#move(0);
  }

  /** Rows that wrap were laid out. What is above the view may not push it. */
  measured(first: number, heights: readonly number[]): void {
    const anchor = this.#heights.at(this.#scroller.top);
    let [moved, changed] = [0, false];
    heights.forEach((height, at) => {
      const by = this.#heights.measure(first + at, height);
      changed ||= by !== 0;
      if (first + at < anchor) moved += by;
    });
    if (!changed) return;
    this.#scroller.tall = this.#heights.total;
    this.#move(this.#following ? this.#scroller.most : this.#scroller.top + moved);
    this.#tell();
  }

  #scrolled(bar: number): void {
    const before = this.#scroller.top;
    this.#scroller.scrolled(bar);
    const { top, atEnd } = this.#scroller;
    // Only who goes up leaves the end, and only who goes down comes to it: it also moves by itself, as lines come.
    const still = Math.abs(top - before) <= 1;
    const following = still ? this.#following : atEnd || (this.#following && top > before);
    if (following !== this.#following) {
      this.#following = following;
      this.#told(following);
    }
    window.clearTimeout(this.#rested);
    this.#rested = window.setTimeout(() => this.#put(this.#scroller.settle()), RESTED);
    this.#tell();
  }

  #resized(element: HTMLElement): void {
    const seen = element.clientHeight;
    if (seen === this.#scroller.seen) return;
    this.#scroller.seen = seen;
    this.#move(this.#following ? this.#scroller.most : this.#scroller.top);
    this.#tell();
  }

  #move(top: number): void {
    this.#put(this.#scroller.to(top));
    this.#tell();
  }

  #put(bar: number | undefined): void {
    if (bar === undefined || !this.#element) return;
    // The element is only made taller by the next drawing.
    const inside = this.#element.firstElementChild;
    if (inside instanceof HTMLElement) inside.style.height = `${this.height}px`;
    this.#element.scrollTop = bar;
    this.#tell();
  }

  #tell(): void {
    this.#version++;
    for (const listener of this.#listeners) listener();
  }
}
