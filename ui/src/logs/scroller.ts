/** Browsers lay out nothing taller than this reliably, px. */
const TALLEST = 8_000_000;

/**
 * What is shown of something that may be taller than a browser can lay out. The scroll bar goes over a shorter one: small moves are
 * one to one, large ones are taken as parts of the whole, and when scrolling rests the bar is put where it belongs (`settle`).
 */
export class Scroller {
  /** How tall the thing is. */
  tall = 0;
  /** How much of it is seen at once. */
  seen = 0;
  /** How far down it is looked at. */
  top = 0;
  #bar = 0;

  /** How tall the scrolled element is to be made. */
  get height(): number {
    return Math.min(this.tall, TALLEST);
  }

  /** The furthest `top`. */
  get most(): number {
    return Math.max(0, this.tall - this.seen);
  }

  /** Whether the end is seen. */
  get atEnd(): boolean {
    return this.top >= this.most - 2;
  }

  /** Where in the scrolled element a place is; only what is near the view has one. */
  place(y: number): number {
    return y - this.top + this.#bar;
  }

  /** The browser says where its bar is. */
  scrolled(bar: number): void {
    const moved = bar - this.#bar;
    const far = Math.abs(moved) > 3 * this.seen || bar <= 0 || bar >= this.height - this.seen;
    this.#bar = bar;
    this.top = this.#limit(this.tall <= TALLEST || far ? this.#ofBar(bar) : this.top + moved);
  }

  /** Looks at another place; answers where the bar is to be put. */
  to(top: number): number {
    this.top = this.#limit(top);
    this.#bar = this.#barOf(this.top);
    return this.#bar;
  }

  /** Where the bar belongs, if it is not there. */
  settle(): number | undefined {
    const right = this.#barOf(this.top);
    if (Math.abs(right - this.#bar) < 1) return undefined;
    this.#bar = right;
    return right;
  }

  #limit(top: number): number {
    return Math.max(0, Math.min(top, this.most));
  }

  #ofBar(bar: number): number {
    if (this.tall <= TALLEST) return bar;
    return (bar / Math.max(1, this.height - this.seen)) * this.most;
  }

  #barOf(top: number): number {
    if (this.tall <= TALLEST) return top;
    // Whole pixels, as browsers keep them.
    return Math.round((top / Math.max(1, this.most)) * (this.height - this.seen));
  }
}
