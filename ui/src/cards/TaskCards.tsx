import type { ReactElement } from "react";
import { Empty } from "~/parts/Empty";
import { Loading } from "~/parts/Loading";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { CardFrame, CardHead } from "./CardFrame";
import css from "./Cards.module.css";
import { useCards } from "./useCards";

/** The cards of one task, one below the other, as they change. */
export function TaskCards({
  flow,
  run,
  step,
  task,
  attempt,
}: {
  flow: string;
  run: string;
  step: string;
  task: string;
  attempt: number;
}): ReactElement {
  const { cards, problem } = useCards(flow, run, Number(task), attempt);
  if (problem) return <ProblemNotice error={problem} />;
  if (!cards) return <Loading what="cards" lines={4} />;
  if (cards.length === 0) return <NoCards what={`Attempt ${attempt} of ${step}/${task} has no cards`} />;
  return (
    <div className={css.list}>
      {cards.map((card) => (
        <section key={card.hash} className={css.card} aria-label={card.type}>
          <CardHead flow={flow} run={run} card={card} attempt={attempt} />
          <CardFrame flow={flow} run={run} card={card} attempt={attempt} />
        </section>
      ))}
    </div>
  );
}

/** Where there is no card: how one comes there. */
export function NoCards({ what }: { what: string }): ReactElement {
  return (
    <Empty title={what} icon="card">
      <p>
        A card is a report that a step makes. Put <code>@card</code> above <code>@step</code>, or add it to
        all steps of a run with <code>--with card</code>.
      </p>
    </Empty>
  );
}
