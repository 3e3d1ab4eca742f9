import { live } from "./live";
import type { News, Topic } from "./topic";

export { type Connection, useConnection } from "./connection";
export type { CardsNews, LogNews, News, RunNews, RunsNews, TaskNews, Topic } from "./topic";
export { useLive } from "./useLive";
export { live };

/** Watches a topic until what is returned is called: `live.watch`. */
export function watch<T extends Topic>(topic: T, onNews: (news: News<T>) => void): () => void {
  return live.watch(topic, onNews);
}
