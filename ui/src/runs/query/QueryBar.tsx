import { type KeyboardEvent, type ReactElement, useEffect, useId, useRef, useState } from "react";
import type { Problem } from "~/api/client";
import type { Completion } from "~/api/types";
import { IconButton } from "~/parts/Button";
import { Icon } from "~/parts/Icon";
import { useKey } from "~/shell/keys";
import { OfferList } from "./OfferList";
import { Painted } from "./Painted";
import css from "./QueryBar.module.css";
import { QueryProblem, wrongPlace } from "./QueryProblem";
import { useOffers } from "./useOffers";

interface Props {
  query: string;
  onQuery: (query: string) => void;
  /** Why the query is not understood. */
  problem: Problem | undefined;
}

/** Finds an offer among others. */
type Wanted = (offers: readonly Completion[]) => Completion | undefined;

/** The query box: what runs are looked for, with help while one types. */
export function QueryBar({ query, onQuery, problem }: Props): ReactElement {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(query);
  const [cursor, setCursor] = useState(query.length);
  const [open, setOpen] = useState(false);
  const [picked, setPicked] = useState(-1);
  const [scroll, setScroll] = useState(0);
  // Which offer was taken before there were any of what is typed.
  const [wanted, setWanted] = useState<Wanted>();
  const found = useOffers(text, cursor, open);
  // What is asked for changes elsewhere too: by a facet, by going back. A blank that was just typed stays.
  const [known, setKnown] = useState(query);
  if (known !== query) {
    setKnown(query);
    if (text.trim() !== query) {
      setText(query);
      setCursor(query.length);
    }
  }
  useKey("/", "Write a query", () => input.current?.focus(), { group: "Runs" });

  const offers = open ? found.offers : [];
  const place = problem && text === query ? wrongPlace(problem) : undefined;

  const type = (value: string, at: number) => {
    setText(value);
    setCursor(at);
    setPicked(-1);
    setWanted(undefined);
  };
  const close = () => {
    setOpen(false);
    setPicked(-1);
    setWanted(undefined);
  };
  const apply = (value: string) => {
    close();
    onQuery(value.trim());
  };
  const take = (offer: Completion) => {
    // A value is complete: one may go on with the next term. A key waits for its value.
    const whole = offer.count != null || !/[:<>.]$/.test(offer.insert);
    const key = /\bparam\.$/.test(text.slice(0, found.from));
    const insert = key ? `${offer.insert}:` : whole ? `${offer.insert} ` : offer.insert;
    const value = text.slice(0, found.from) + insert + text.slice(found.to).trimStart();
    const at = found.from + insert.length;
    type(value, at);
    if (whole && !key) onQuery(value.trim());
    requestAnimationFrame(() => input.current?.setSelectionRange(at, at));
  };
  useEffect(() => {
    if (!wanted || !found.isFresh) return;
    setWanted(undefined);
    const offer = wanted(found.offers);
    if (offer) take(offer);
  });
  const takeSoon = (wanted: Wanted) => setWanted(() => wanted);
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    const { key } = event;
    const offer = offers[picked];
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      const step = key === "ArrowDown" ? 1 : -1;
      setPicked((now) => Math.max(-1, Math.min(offers.length - 1, now + step)));
    } else if (key === "Enter" || (key === "Tab" && offer)) {
      event.preventDefault();
      if (offer && found.isFresh) take(offer);
      else if (offer) takeSoon((offers) => offers[picked]);
      else apply(text);
    } else if (key === "Escape") {
      event.stopPropagation();
      if (open && offers.length > 0) close();
      else input.current?.blur();
    }
  };
  return (
    <search className={css.bar}>
      <div className={css.box} data-wrong={place !== undefined || undefined}>
        <Icon name="search" size={15} />
        <div className={css.field}>
          <div className={css.under} style={{ transform: `translateX(${-scroll}px)` }}>
            <Painted query={text} wrongAt={place} />
          </div>
          <input
            ref={input}
            className={css.input}
            value={text}
            placeholder="tag:prod status:failed user:ann dur>1h param.lr<0.1"
            aria-label="Which runs"
            role="combobox"
            aria-expanded={offers.length > 0}
            aria-controls={`${id}-offers`}
            aria-activedescendant={picked >= 0 ? `${id}-${picked}` : undefined}
            aria-autocomplete="list"
            aria-invalid={place !== undefined}
            aria-describedby={place !== undefined ? `${id}-problem` : undefined}
            autoComplete="off"
            autoCapitalize="off"
            spellCheck={false}
            maxLength={8000}
            onChange={({ target }) => {
              setOpen(true);
              type(target.value, target.selectionStart ?? target.value.length);
            }}
            onSelect={({ currentTarget }) => setCursor(currentTarget.selectionStart ?? 0)}
            onScroll={({ currentTarget }) => setScroll(currentTarget.scrollLeft)}
            onFocus={() => setOpen(true)}
            onBlur={close}
            onKeyDown={press}
          />
        </div>
        {text !== query && <kbd className={css.enter}>Enter</kbd>}
        {text !== "" && <IconButton icon="close" label="Ask for all runs" small onClick={() => apply("")} />}
        {text === "" && <kbd className={css.enter}>/</kbd>}
      </div>
      {offers.length > 0 && (
        <OfferList
          id={id}
          offers={offers}
          picked={picked}
          onTake={({ text }) => takeSoon((offers) => offers.find((offer) => offer.text === text))}
        />
      )}
      {problem && place !== undefined && (
        <QueryProblem id={`${id}-problem`} query={query} at={place} problem={problem} onQuery={onQuery} />
      )}
    </search>
  );
}
