import { useEffect, useRef } from "react";
import { live } from "./live";
import type { News, Topic } from "./topic";

/**
 * Watches a topic while the component is there: `useLive(topic, onNews)`. Nothing is watched while the topic is `undefined`. Another topic
 * (by its words, not by its `after` or `from`: those say where the first watch begins) is watched in place of the one before.
 */
export function useLive<T extends Topic>(topic: T | undefined, onNews: (news: News<T>) => void): void {
  const latest = useRef({ topic, onNews });
  latest.current = { topic, onNews };
  const name = topic && JSON.stringify({ ...topic, after: undefined, from: undefined });
  useEffect(() => {
    const { topic: now } = latest.current;
    if (name === undefined || !now) return;
    return live.watch(now, (news) => latest.current.onNews(news));
  }, [name]);
}
