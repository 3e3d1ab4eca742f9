import { get, isAbort, type Problem, toProblem } from "~/api/client";
import type { Run, Runs, Schemas } from "~/api/types";
import { zone } from "../query/ranges";
import { NEWEST } from "../search";
import type { ListedRun, News } from "./news";
import { arrived, changed, rowsQuery } from "./news";
import { keyOf, Pages } from "./pages";

/** Which runs a list has, and what is shown of them. */
export interface Wanted {
  readonly query: string;
  readonly sort: string;
  /** As the API names them, `,` between. */
  readonly columns: string;
}

const FIRST = 100;
const MORE = 200;
const FACETS = 20;
/** Counts are asked for again, and rows looked at again, at most this often. */
const AGAIN = 1000;

/** A list of runs: read page by page, kept up to date by what the socket tells. */
export class RunList {
  readonly pages = new Pages();
  /** Runs that are shown and are not of the list any more. */
  readonly stale = new Set<string>();
  total = 0;
  facets: Schemas["FacetCounts"] | undefined;
  /** How far the server is with reading the store. */
  loading: Schemas["Loading"] | undefined;
  problem: Problem | undefined;
  ready = false;
  sequence = 0;
  /** More has changed than can be shown row by row. */
  outdated = false;
  /** Grows with every change, for React. */
  version = 0;
  /** New runs are shown at once; otherwise they are held back. */
  atTop = true;

  private readonly held = new Map<string, Run>();
  private readonly listeners = new Set<() => void>();
  private readonly gone = new AbortController();
  private readonly asking = new Set<string>();
  private readonly look = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private recount = false;
  private since = Date.now() * 1000;

  constructor(readonly wanted: Wanted) {}

  /** For `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** New runs have their place above all others; in another order they are shown when it is asked for again. */
  get isNewestFirst(): boolean {
    return this.wanted.sort === NEWEST;
  }

  /** How many new runs wait to be shown. */
  get waiting(): number {
    return this.held.size;
  }

  /** Rows that can be scrolled to: those of the next page too, before they are there. */
  get rows(): number {
    const { count, next } = this.pages;
    return next === null ? count : Math.max(count + 1, Math.min(this.total, count + MORE));
  }

  /** Asks for the first rows, the number of all and the counts: one request. */
  async start(): Promise<void> {
    if (this.ready) return;
    await this.asked("first", async () => {
      const answer = await this.page(null, FIRST, FACETS);
      this.pages.append(answer.rows, answer.next ?? null);
      this.total = answer.total;
      this.facets = answer.facets ?? undefined;
      this.loading = answer.loading ?? undefined;
      this.sequence = answer.sequence;
      const newest = this.pages.at(0)?.started_at ?? 0;
      if (this.isNewestFirst) this.since = newest;
      this.ready = true;
    });
  }

  /** Rows that are looked at, and what is beyond them. */
  need(from: number, to: number): void {
    if (!this.ready) return;
    for (let page = this.pages.pageOf(from); page <= this.pages.pageOf(to); page += 1) this.restore(page);
    if (to > this.pages.count - FIRST / 2) this.more();
    this.pages.trim(from);
  }

  /** What the socket tells. */
  hear(news: News): void {
    this.sequence = news.seq;
    for (const run of news.changed) this.hearRun(run);
    for (const run of news.left) this.hearLeft(keyOf(run));
    if (news.reload) this.outdated = true;
    if (this.atTop && this.isNewestFirst) this.release();
    if (news.changed.length + news.left.length > 0) this.recount = true;
    this.later();
    this.tell();
  }

  /** Shows the runs that were held back. */
  release(): void {
    if (this.held.size === 0) return;
    const runs = [...this.held.values()].filter((run) => this.pages.indexOf(keyOf(run)) < 0);
    this.held.clear();
    this.pages.prepend(runs.sort((a, b) => b.started_at - a.started_at));
    this.tell();
  }

  /** Nobody looks at it any more. */
  stop(): void {
    clearTimeout(this.timer);
    this.gone.abort();
  }

  private hearRun(run: ListedRun): void {
    const key = keyOf(run);
    const known = this.pages.patch(key, (old) => changed(old, run));
    if (known) {
      if (this.stale.delete(key)) this.total += 1;
      this.look.add(key);
    } else if (this.held.has(key) || run.created_at > this.since) {
      if (!this.held.has(key)) this.total += 1;
      this.held.set(key, arrived(run));
      this.look.add(key);
    }
  }

  private hearLeft(key: string): void {
    if (this.held.delete(key)) this.total -= 1;
    if (this.pages.indexOf(key) < 0 || this.stale.has(key)) return;
    this.stale.add(key);
    this.total -= 1;
    // Only its name is told: how it is now is asked for, so that what has ended does not go on ticking.
    this.look.add(key);
  }

  private later(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.catchUp();
    }, AGAIN);
  }

  /** What the socket does not tell: steps and parameters of runs that changed, and the counts. */
  private async catchUp(): Promise<void> {
    const keys = [...this.look].slice(0, 100);
    this.look.clear();
    const rows = rowsQuery(keys);
    if (rows) {
      await this.asked("rows", async () => {
        const { columns } = this.wanted;
        const query = { query: rows, columns, facets: 0, limit: 500 };
        const answer = await get("/api/v1/runs", { query, signal: this.gone.signal });
        for (const run of answer.rows) {
          const key = keyOf(run);
          const held = this.held.get(key);
          if (held) this.held.set(key, run);
          else this.pages.patch(key, () => run);
        }
      });
    }
    if (!this.recount) return;
    this.recount = false;
    await this.asked("counts", async () => {
      const query = { query: this.wanted.query, limit: FACETS, tz: zone() };
      const answer = await get("/api/v1/runs/facets", { query, signal: this.gone.signal });
      this.facets = answer.facets;
      this.total = answer.total;
    });
  }

  private more(): void {
    const { next } = this.pages;
    if (next === null || this.problem) return;
    void this.asked("more", async () => {
      const answer = await this.page(next, MORE, 0);
      this.pages.append(answer.rows, answer.next ?? null);
    });
  }

  private restore(page: number): void {
    const cursor = this.pages.missing(page);
    if (cursor === undefined || cursor === null) return;
    void this.asked(`page ${page}`, async () => {
      const answer = await this.page(cursor, MORE, 0);
      this.pages.restore(page, answer.rows);
    });
  }

  private page(after: string | null, limit: number, facets: number): Promise<Runs> {
    const { query, sort, columns } = this.wanted;
    const asked = { query, sort, columns, limit, facets, tz: zone(), ...(after === null ? {} : { after }) };
    return get("/api/v1/runs", { query: asked, signal: this.gone.signal });
  }

  /** Asks, once at a time for each purpose. */
  private async asked(what: string, ask: () => Promise<void>): Promise<void> {
    if (this.asking.has(what)) return;
    this.asking.add(what);
    try {
      await ask();
      this.problem = undefined;
    } catch (error) {
      if (isAbort(error) || this.gone.signal.aborted) return;
      // Counts and rows that could not be brought up to date are there as they were.
      if (what !== "rows" && what !== "counts") this.problem = toProblem(error);
    } finally {
      this.asking.delete(what);
    }
    this.tell();
  }

  private tell(): void {
    this.version += 1;
    for (const listener of this.listeners) listener();
  }
}
