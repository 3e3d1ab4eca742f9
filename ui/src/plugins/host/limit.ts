/** A bucket of `burst` messages that fills again by `rate` a second. */
export class Limit {
  private left: number;
  private at: number;

  constructor(
    private readonly burst: number,
    private readonly rate: number,
    now: number,
  ) {
    this.left = burst;
    this.at = now;
  }

  /** Whether one more is within the limit. `now` is in milliseconds. */
  take(now: number): boolean {
    this.left = Math.min(this.burst, this.left + ((now - this.at) / 1000) * this.rate);
    this.at = now;
    if (this.left < 1) return false;
    this.left -= 1;
    return true;
  }
}
