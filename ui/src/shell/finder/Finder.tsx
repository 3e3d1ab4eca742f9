import { type KeyboardEvent, type ReactElement, useEffect, useId, useRef, useState } from "react";
import { isAbort } from "~/api/client";
import { Dialog } from "~/parts/Dialog";
import { Icon } from "~/parts/Icon";
import { Kbd } from "~/parts/Kbd";
import { useGo } from "../useGo";
import css from "./Finder.module.css";
import { OfferLine } from "./OfferLine";
import { type Offer, type Offers, offersFor } from "./offers";

/** The box one goes anywhere from: paste a pathspec, an address, the id of a run; or type some letters of a flow, or of what to do. */
export function Finder({ text, onClose }: { text: string; onClose: () => void }): ReactElement {
  const [typed, setTyped] = useState(text);
  const { offers, problem, asked } = useOffers(typed);
  const [chosen, setChosen] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const eager = useRef<string>(undefined);
  const id = useId();
  const go = useGo();
  const at = Math.min(chosen, offers.length - 1);
  const takeLatest = useRef<(offer: Offer | undefined) => void>(() => {});
  const take = (offer: Offer | undefined) => {
    if (!offer) return;
    onClose();
    // The dialog is gone first: what a command does may be about what was below.
    window.setTimeout(() => (offer.address ? go(offer.address) : offer.run?.(new KeyboardEvent("keydown"))));
  };
  takeLatest.current = take;
  useEffect(() => {
    if (eager.current === undefined || asked !== eager.current) return;
    eager.current = undefined;
    if (asked === typed) takeLatest.current(offers[0]);
  }, [asked, typed, offers]);
  const type = (next: string) => {
    setTyped(next);
    setChosen(0);
  };
  const press = (event: KeyboardEvent) => {
    const offer = offers[at];
    if (event.key === "ArrowDown") setChosen(at >= offers.length - 1 ? 0 : at + 1);
    else if (event.key === "ArrowUp") setChosen(at <= 0 ? offers.length - 1 : at - 1);
    else if (event.key === "Tab" && !event.shiftKey && offer?.fill) type(offer.fill);
    else if (event.key === "Enter" && asked === typed) take(offer);
    // What is typed faster than it is answered is not taken for what was offered before: the answer is gone to when it is there.
    else if (event.key === "Enter") eager.current = typed;
    else return;
    event.preventDefault();
  };
  useEffect(() => {
    list.current?.querySelector(`[id="${id}-${at}"]`)?.scrollIntoView({ block: "nearest" });
  }, [at, id]);
  return (
    <Dialog open onClose={onClose} title="Go to" bare>
      <div className={css.box}>
        <Icon name="search" />
        <input
          className={css.input}
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={at >= 0 ? `${id}-${at}` : undefined}
          aria-label="Pathspec, address or a few letters"
          placeholder="Paste a pathspec, a run id or an address, or type a few letters"
          value={typed}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => type(event.target.value)}
          onKeyDown={press}
        />
        <Kbd keys="Escape" />
      </div>
      <div ref={list} id={`${id}-list`} role="listbox" aria-label="Offers" className={css.list}>
        {offers.map((offer, row) => (
          <OfferLine
            key={offer.key}
            id={`${id}-${row}`}
            offer={offer}
            heading={offers[row - 1]?.group !== offer.group}
            chosen={row === at}
            onPoint={() => setChosen(row)}
            onTake={() => take(offer)}
          />
        ))}
      </div>
      <div role="status" className={css.problem}>
        {offers.length === 0 && asked === typed && (
          <>
            <p>{problem?.title ?? "Nothing fits"}</p>
            {problem?.hints.map((hint) => (
              <p key={hint} className={css.hint}>
                {hint}
              </p>
            ))}
          </>
        )}
      </div>
      <footer className={css.foot}>
        <span>
          <Kbd keys="Enter" /> go
        </span>
        <span>
          <Kbd keys="Tab" /> go on typing below
        </span>
        <span className={css.also}>
          also <code>Flow/latest</code>, <code>Flow/latest:failed</code>
        </span>
      </footer>
    </Dialog>
  );
}

/** What is offered for what is typed, and for which words that is. */
function useOffers(typed: string): Offers & { asked: string | undefined } {
  const [known, setKnown] = useState<Offers & { asked: string | undefined }>({
    offers: [],
    asked: undefined,
  });
  useEffect(() => {
    const gaveUp = new AbortController();
    const timer = window.setTimeout(
      () => {
        offersFor(typed, gaveUp.signal).then(
          (offers) => gaveUp.signal.aborted || setKnown({ ...offers, asked: typed }),
          (error) =>
            isAbort(error) ||
            setKnown({ offers: [], asked: typed, problem: { title: String(error), hints: [] } }),
        );
      },
      typed === "" ? 0 : 60,
    );
    return () => {
      window.clearTimeout(timer);
      gaveUp.abort();
    };
  }, [typed]);
  return known;
}
