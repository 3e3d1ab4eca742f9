import { type ReactElement, useEffect, useId, useRef } from "react";
import { Dialog } from "~/parts/Dialog";
import { Icon } from "~/parts/Icon";
import { Kbd } from "~/parts/Kbd";
import css from "./Finder.module.css";
import { OfferLine } from "./OfferLine";
import type { Offers } from "./offers";
import { useFinder } from "./useFinder";

/** The box one goes anywhere from: paste a pathspec, an address, the id of a run; or type some letters of a flow, or of what to do. */
export function Finder({ text, onClose }: { text: string; onClose: () => void }): ReactElement {
  const { typed, type, offers, problem, settled, at, choose, take, press } = useFinder(text, onClose);
  const list = useRef<HTMLDivElement>(null);
  const id = useId();
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
            onPoint={() => choose(row)}
            onTake={() => take(offer)}
          />
        ))}
      </div>
      <div role="status" className={css.problem}>
        {offers.length === 0 && settled && <Nothing problem={problem} />}
      </div>
      <Foot />
    </Dialog>
  );
}

function Nothing({ problem }: { problem: Offers["problem"] }): ReactElement {
  return (
    <>
      <p>{problem?.title ?? "Nothing fits"}</p>
      {problem?.hints.map((hint) => (
        <p key={hint} className={css.hint}>
          {hint}
        </p>
      ))}
    </>
  );
}

function Foot(): ReactElement {
  return (
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
  );
}
