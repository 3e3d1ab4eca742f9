import { type KeyboardEvent as KeyPress, useEffect, useRef, useState } from "react";
import { isAbort } from "~/api/client";
import { useGo } from "../useGo";
import { type Offer, type Offers, offersFor } from "./offers";

/** What the box knows: what is typed, what is offered for it, which of that is chosen, and what keys do. */
export interface FinderState extends Offers {
  typed: string;
  type: (next: string) => void;
  /** What is offered is for what is typed, not for what was before. */
  settled: boolean;
  at: number;
  choose: (row: number) => void;
  take: (offer: Offer) => void;
  press: (event: KeyPress) => void;
}

/** Drives the box. */
export function useFinder(text: string, onClose: () => void): FinderState {
  const [typed, setTyped] = useState(text);
  const { asked, ...answer } = useOffers(typed);
  const { offers } = answer;
  const [chosen, setChosen] = useState(0);
  const go = useGo();
  const at = Math.min(chosen, offers.length - 1);
  const settled = asked === typed;
  const take = (offer: Offer) => {
    onClose();
    // The dialog is gone first: what a command does may be about what was below.
    window.setTimeout(() => (offer.address ? go(offer.address) : offer.run?.(new KeyboardEvent("keydown"))));
  };
  const enter = useEager(typed, settled, offers[at], take);
  const type = (next: string) => {
    setTyped(next);
    setChosen(0);
  };
  const press = (event: KeyPress) => {
    const offer = offers[at];
    if (event.key === "ArrowDown") setChosen(at >= offers.length - 1 ? 0 : at + 1);
    else if (event.key === "ArrowUp") setChosen(at <= 0 ? offers.length - 1 : at - 1);
    else if (event.key === "Tab" && !event.shiftKey && offer?.fill) type(offer.fill);
    else if (event.key === "Enter") enter();
    else return;
    event.preventDefault();
  };
  return { ...answer, typed, type, settled, at, choose: setChosen, take, press };
}

/** Takes an offer; what is typed faster than it is answered is gone to when the answer is there, and no offer from before is taken for it. */
function useEager(
  typed: string,
  settled: boolean,
  offer: Offer | undefined,
  take: (offer: Offer) => void,
): () => void {
  const [waiting, setWaiting] = useState<string>();
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    if (waiting === undefined) return;
    if (waiting === typed && !settled) return;
    setWaiting(undefined);
    if (waiting === typed && offer) latest.current(offer);
  }, [waiting, typed, settled, offer]);
  return () => setWaiting(typed);
}

/** What is offered for what is typed, and for which words that is. */
function useOffers(typed: string): Offers & { asked: string | undefined } {
  const [known, setKnown] = useState<Offers & { asked: string | undefined }>({
    offers: [],
    asked: undefined,
  });
  useEffect(() => {
    const gaveUp = new AbortController();
    const answer = (offers: Offers) => gaveUp.signal.aborted || setKnown({ ...offers, asked: typed });
    const fail = (error: unknown) =>
      isAbort(error) || answer({ offers: [], problem: { title: String(error), hints: [] } });
    const timer = window.setTimeout(
      () => offersFor(typed, gaveUp.signal).then(answer, fail),
      typed === "" ? 0 : 60,
    );
    return () => {
      window.clearTimeout(timer);
      gaveUp.abort();
    };
  }, [typed]);
  return known;
}
