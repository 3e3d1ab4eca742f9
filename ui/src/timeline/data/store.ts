/** The tasks of the run that is looked at, for React: one worker a run, shared by its tabs. */

import { useEffect, useState, useSyncExternalStore } from "react";
import type { Layout } from "./layout";
import type { FromWorker, Query, ToWorker } from "./protocol";
import { feed } from "./source";
import { noTasks, type Tasks } from "./tasks";

/** A run's tasks are kept for so long after the last tab that shows them is left. */
const LINGER_MS = 20_000;

/** The tasks of one run, and what is wanted to know of them. */
export class RunTasks {
  /** They never change: there are others in their place. */
  tasks: Tasks = noTasks();
  /** `loading` until all that there is has come once; `gone` if the run was deleted. */
  phase: "loading" | "there" | "gone" = "loading";
  /** Why they cannot be had. */
  problem: unknown;
  private version = 0;
  private ahead = 0;
  private stopped: number | undefined;
  private readonly answers = new Map<string, unknown>();
  private readonly listeners = new Set<() => void>();
  private readonly worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  private stop: (() => void) | undefined;

  constructor(
    readonly flow: string,
    readonly run: string,
  ) {
    this.worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.hear(data);
    this.open();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): number => this.version;

  /** The time of the server's clock, µs since the `base` of the tasks. */
  now(): number {
    return (this.stopped ?? Date.now() * 1000 + this.ahead) - this.tasks.base;
  }

  /** Says what the server's clock shows, µs since the epoch; it stands still when the run is over. */
  clock(at: number, going: boolean): void {
    this.ahead = at - Date.now() * 1000;
    this.stopped = going ? undefined : at;
    this.say({ type: "clock", ahead: this.ahead, stopped: this.stopped });
  }

  /** Columns that came. They are the worker's from now on. */
  block(bytes: ArrayBuffer, at: number): void {
    this.say({ type: "block", bytes, at }, [bytes]);
  }

  /** The run is no more. */
  gone(): void {
    this.phase = "gone";
    this.changed();
  }

  /** The tasks cannot be had. */
  failed(problem: unknown): void {
    this.problem = problem;
    this.changed();
  }

  /** Tries again after a problem. */
  open(): void {
    this.problem = undefined;
    this.stop?.();
    this.stop = feed(this);
    this.changed();
  }

  want(key: string, query: Query): void {
    this.say({ type: "want", key, query });
  }

  drop(key: string): void {
    this.answers.delete(key);
    this.say({ type: "drop", key });
  }

  /** What a query was answered with, of the tasks that are there now. */
  answer(key: string): unknown {
    return this.answers.get(key);
  }

  close(): void {
    this.stop?.();
    this.worker.terminate();
  }

  private say(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.worker.postMessage(message, transfer);
  }

  private hear(message: FromWorker): void {
    if (message.type === "problem") {
      this.failed(new Error(message.message));
      return;
    }
    if (message.tasks) {
      this.tasks = message.tasks;
      if (this.phase === "loading") this.phase = "there";
    }
    for (const [key, answer] of message.answers) this.answers.set(key, answer);
    this.changed();
  }

  private changed(): void {
    this.version++;
    for (const listener of this.listeners) listener();
  }
}

const open = new Map<string, { store: RunTasks; users: number; timer?: ReturnType<typeof setTimeout> }>();

function take(flow: string, run: string): RunTasks {
  const key = `${flow}/${run}`;
  const known = open.get(key) ?? { store: new RunTasks(flow, run), users: 0 };
  clearTimeout(known.timer);
  known.users++;
  open.set(key, known);
  return known.store;
}

function leave(flow: string, run: string): void {
  const key = `${flow}/${run}`;
  const known = open.get(key);
  if (!known || --known.users > 0) return;
  known.timer = setTimeout(() => {
    known.store.close();
    open.delete(key);
  }, LINGER_MS);
}

/** Begins to fetch the tasks of a run that is about to be shown. */
export function ahead(flow: string, run: string): void {
  take(flow, run);
  leave(flow, run);
}

/** The tasks of a run; nothing in the first moment. Shows again whenever they change. */
export function useRunTasks(flow: string, run: string): RunTasks | undefined {
  const [store, setStore] = useState<RunTasks>();
  useEffect(() => {
    setStore(take(flow, run));
    return () => {
      setStore(undefined);
      leave(flow, run);
    };
  }, [flow, run]);
  useSyncExternalStore(store?.subscribe ?? never, store?.snapshot ?? zero);
  return store;
}

const never = () => () => {};
const zero = () => 0;

/** What the worker answers to a query, and again whenever tasks change. `query` is told apart by its words. */
export function useAnswer<T = Layout>(store: RunTasks | undefined, key: string, query: Query): T | undefined {
  const words = JSON.stringify(query);
  useEffect(() => {
    store?.want(key, JSON.parse(words) as Query);
  }, [store, key, words]);
  useEffect(() => () => store?.drop(key), [store, key]);
  return store?.answer(key) as T | undefined;
}
