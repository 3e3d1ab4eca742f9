import { type ReactElement, useEffect, useRef } from "react";
import type { Completion } from "~/api/types";
import { count } from "~/theme/format";
import css from "./QueryBar.module.css";

/** What keys ask for, for those who see them for the first time. */
const HELP: Readonly<Record<string, string>> = {
  "tag:": "a tag of the run",
  "user:": "who started it",
  "flow:": "its flow; * for anything",
  "run:": "its id",
  "project:": "its @project",
  "branch:": "the branch of its project",
  "origin:": "the run it resumes",
  "step:": "a step of its flow",
  "status:": "running, done, failed, stopped, lost",
  "dur>": "took longer than 90s, 5m, 1h30m, 2d",
  "dur<": "took less than",
  "started>": "began after -7d, today, 2026-01-31T12:30",
  "started<": "began before",
  "finished>": "ended after",
  "finished<": "ended before",
  "param.": "a parameter: param.lr<0.1",
};

interface Props {
  id: string;
  offers: readonly Completion[];
  picked: number;
  onTake: (offer: Completion) => void;
}

/** What could be typed. */
export function OfferList({ id, offers, picked, onTake }: Props): ReactElement {
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    list.current?.children[picked]?.scrollIntoView({ block: "nearest" });
  }, [picked]);
  return (
    <div ref={list} id={`${id}-offers`} role="listbox" aria-label="Completions" className={css.offers}>
      {offers.map((offer, n) => (
        <div
          key={offer.text}
          id={`${id}-${n}`}
          role="option"
          tabIndex={-1}
          aria-selected={n === picked}
          className={css.offer}
          // The input keeps the focus.
          onPointerDown={(event) => {
            event.preventDefault();
            onTake(offer);
          }}
        >
          <bdi className={css.text}>{offer.text}</bdi>
          <span className={css.help}>{offer.count == null ? HELP[offer.text] : count(offer.count)}</span>
        </div>
      ))}
    </div>
  );
}
