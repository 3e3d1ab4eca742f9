import { useEffect, useState } from "react";
import type { Problem } from "~/api/problem";
import type { Card } from "~/api/types";
import { type CardsNews, useLive } from "~/live";

/** The cards of a run, or of one task, as they are now; `undefined` before they are known. */
export function useCards(
  flow: string,
  run: string,
  task?: number,
  attempt?: number,
): { cards: readonly Card[] | undefined; problem: Problem | undefined } {
  const [cards, setCards] = useState<readonly Card[]>();
  const [problem, setProblem] = useState<Problem>();
  const whose = `${flow}/${run}/${task}/${attempt}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the cards of another task are not those of this one
  useEffect(() => {
    setCards(undefined);
    setProblem(undefined);
  }, [whose]);
  const topic = { view: "cards" as const, flow, run, ...(task === undefined ? {} : { task }) };
  useLive(attempt === undefined ? topic : { ...topic, attempt }, (news: CardsNews) => {
    if (news.type === "cards") setCards((known) => merged(known ?? [], news.cards));
    else if (news.type === "problem") setProblem(news.problem);
  });
  return { cards, problem };
}

/** Known cards with what is new of them. A later attempt of a task takes the place of an earlier one. */
export function merged(known: readonly Card[], fresh: readonly Card[]): readonly Card[] {
  if (fresh.length === 0) return known;
  const attempts = new Map<number, number>();
  for (const card of fresh) attempts.set(card.task, Math.max(card.attempt, attempts.get(card.task) ?? 0));
  const byHash = new Map<string, Card>();
  for (const card of known) {
    const attempt = attempts.get(card.task);
    if (attempt === undefined || card.attempt >= attempt) byHash.set(`${card.task} ${card.hash}`, card);
  }
  for (const card of fresh) byHash.set(`${card.task} ${card.hash}`, card);
  return [...byHash.values()].sort((a, b) => a.task - b.task);
}
