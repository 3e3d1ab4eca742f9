import type { ReactElement } from "react";
import { Icon } from "~/parts/Icon";
import { Kbd } from "~/parts/Kbd";
import { StatusMark } from "~/parts/StatusBadge";
import { Time } from "~/parts/Time";
import css from "./Finder.module.css";
import type { Offer } from "./offers";

/** One line of the box, under a heading where another group begins. */
export function OfferLine({
  id,
  offer,
  heading,
  chosen,
  onPoint,
  onTake,
}: {
  id: string;
  offer: Offer;
  heading: boolean;
  chosen: boolean;
  onPoint: () => void;
  onTake: () => void;
}): ReactElement {
  return (
    <>
      {heading && (
        <div className={css.heading} role="presentation">
          {offer.group}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the input above has the keys */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: focus stays in the input */}
      <div
        id={id}
        role="option"
        aria-selected={chosen}
        className={css.offer}
        onPointerMove={chosen ? undefined : onPoint}
        onClick={onTake}
      >
        {offer.status ? <StatusMark status={offer.status} /> : <Icon name={offer.icon} size={14} />}
        <bdi className={css.text}>{offer.text}</bdi>
        {offer.note && <bdi className={css.note}>{offer.note}</bdi>}
        {offer.at !== undefined && (
          <span className={css.note}>
            <Time at={offer.at} style="relative" />
          </span>
        )}
        {offer.keys && <Kbd keys={offer.keys} />}
      </div>
    </>
  );
}
