import type { Problem } from "~/api/problem";
import type { Card, LogLines, RunState, TaskDetail } from "~/api/types";

/** What can be watched; `after` is the last number of the change feed that is known of it. */
export type Topic =
  | { view: "run"; flow: string; run: string; after?: number }
  | { view: "task"; flow: string; run: string; task: number }
  | {
      view: "log";
      flow: string;
      run: string;
      task: number;
      attempt?: number;
      stream?: "both" | "stdout" | "stderr";
      /** The first line, from 0; a negative number counts from the end. */
      from?: number;
    }
  | { view: "cards"; flow: string; run: string; task?: number; attempt?: number }
  | { view: "runs"; query?: string; after?: number };

/** A run in a list, as it is now. */
export interface ChangedRun {
  flow: string;
  run: string;
  [field: string]: unknown;
}

/** What is told of anything: that it is no more, or cannot be watched. */
export type AnyNews = { type: "gone" } | { type: "problem"; problem: Problem };

/** What is told of a run: the tasks that have changed as columns (docs/design/0009), then how it is. */
export type RunNews =
  | AnyNews
  | { type: "columns"; columns: ArrayBuffer }
  | { type: "run"; seq: number; state: RunState };
/** What is told of a task. */
export type TaskNews = AnyNews | { type: "task"; task: TaskDetail };
/** What is told of a log: new lines, then that no more will come. A line that was `open` comes again, longer. */
export type LogNews = AnyNews | { type: "log"; log: LogLines } | { type: "log_end" };
/** What is told of cards: those that are new, or were made anew; at first, all. */
export type CardsNews = AnyNews | { type: "cards"; cards: Card[] };
/** What is told of a list: runs of it that have changed, runs that are not of it (any more), or that it is better asked for again. */
export type RunsNews =
  | AnyNews
  | {
      type: "runs";
      seq: number;
      changed: ChangedRun[];
      left: { flow: string; run: string }[];
      reload: boolean;
    };

/** What is told of a topic. */
export type News<T extends Topic = Topic> = T extends { view: "run" }
  ? RunNews
  : T extends { view: "task" }
    ? TaskNews
    : T extends { view: "log" }
      ? LogNews
      : T extends { view: "cards" }
        ? CardsNews
        : RunsNews;

/** The topic to go on with after some news, so that nothing is missed and nothing told twice. */
export function resumed(topic: Topic, news: News): Topic {
  if (news.type === "run" && topic.view === "run") return { ...topic, after: news.seq };
  if (news.type === "runs" && topic.view === "runs") return { ...topic, after: news.seq };
  if (news.type === "log" && topic.view === "log") {
    const last = news.log.lines.at(-1);
    // An open line has not ended: it is told again, with what was added.
    if (last) return { ...topic, from: last.open ? last.line : last.line + 1, attempt: news.log.attempt };
  }
  return topic;
}
