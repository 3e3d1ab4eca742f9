import { Link } from "@tanstack/react-router";
import { type ReactElement, useEffect, useRef, useState } from "react";
import type { Card } from "~/api/types";
import { Loading } from "~/parts/Loading";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { one, useUrl } from "~/shell/url";
import { count } from "~/theme/format";
import { CardFrame, CardHead } from "./CardFrame";
import css from "./Cards.module.css";
import { NoCards } from "./TaskCards";
import { useCards } from "./useCards";

/** All cards of a run in one gallery, while they change; those that are not looked at are not loaded. */
export function CardsTab({ flow, run }: { flow: string; run: string }): ReactElement {
  const { cards, problem } = useCards(flow, run);
  const [search, change] = useUrl();
  const step = one(search, "card_step");
  const kind = one(search, "card_type");
  if (problem) return <ProblemNotice error={problem} />;
  if (!cards) return <Loading what="cards" lines={6} />;
  if (cards.length === 0) return <NoCards what="This run has no cards yet" />;
  const shown = cards.filter((card) => (!step || card.step === step) && (!kind || nameOf(card) === kind));
  return (
    <div className={css.gallery}>
      <div className={css.bar}>
        <Choice
          label="step"
          values={cards.map((card) => card.step)}
          value={step}
          onChange={(card_step) => change({ card_step })}
        />
        <Choice
          label="card"
          values={cards.map(nameOf)}
          value={kind}
          onChange={(card_type) => change({ card_type })}
        />
        <span className={css.dim} role="status">
          {shown.length === cards.length
            ? `${count(cards.length)} cards`
            : `${count(shown.length)} of ${count(cards.length)} cards`}
        </span>
      </div>
      <div className={css.grid}>
        {shown.map((card) => (
          <Tile key={`${card.task} ${card.hash}`} flow={flow} run={run} card={card} />
        ))}
      </div>
    </div>
  );
}

function nameOf(card: Card): string {
  return card.id ?? card.type;
}

function Choice({
  label,
  values,
  value,
  onChange,
}: {
  label: string;
  values: readonly string[];
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}): ReactElement | null {
  const known = [...new Set(values)];
  if (known.length < 2) return null;
  return (
    <label className={css.choice}>
      <span className={css.dim}>{label}</span>
      <select value={value ?? ""} onChange={(event) => onChange(event.target.value || undefined)}>
        <option value="">all</option>
        {known.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Tile({ flow, run, card }: { flow: string; run: string; card: Card }): ReactElement {
  const place = useRef<HTMLElement>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    const tile = place.current;
    if (!tile) return;
    const seen = new IntersectionObserver(([entry]) => setNear(entry?.isIntersecting ?? false), {
      rootMargin: "600px",
    });
    seen.observe(tile);
    return () => seen.disconnect();
  }, []);
  return (
    <section ref={place} className={css.card} aria-label={`${card.step}/${card.task} ${nameOf(card)}`}>
      <div className={css.whose}>
        <Link
          to="/$flow/$run/$step/$task"
          params={{ flow, run, step: card.step, task: String(card.task) }}
          search={{ section: "cards" } as never}
        >
          {card.step}/{card.task}
        </Link>
        <CardHead flow={flow} run={run} card={card} />
      </div>
      {near ? <CardFrame flow={flow} run={run} card={card} tallest={560} /> : <div className={css.waiting} />}
    </section>
  );
}
