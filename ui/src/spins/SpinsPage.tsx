import { Link, useParams } from "@tanstack/react-router";
import { type ReactElement, useState } from "react";
import { get } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Button } from "~/parts/Button";
import { Loading } from "~/parts/Loading";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { StatusMark } from "~/parts/StatusBadge";
import { Time } from "~/parts/Time";
import { useTitle } from "~/shell/title";
import { plural } from "~/theme/format";
import css from "./Spins.module.css";
import { StepSpins } from "./StepSpins";
import { Teach } from "./Teach";
import { useNews, WAIT } from "./useNews";
import { heights } from "./words";

type Session = Schemas["SpinSession"];

const PAGE = 50;

/** Spins that were kept: sessions of all steps, or those of one step. */
export function SpinsPage(): ReactElement {
  const { flow, step } = useParams({ strict: false }) as { flow?: string; step?: string };
  if (flow !== undefined && step !== undefined)
    return <StepSpins key={`${flow}/${step}`} {...{ flow, step }} />;
  return <AllSpins />;
}

/** Sessions of spins, the newest first: `/spins`. */
function AllSpins(): ReactElement {
  const [limit, setLimit] = useState(PAGE);
  const { data, error, retry } = useNews(["spins", String(limit)], (seen, signal) =>
    get("/api/v1/spins", { query: { limit, seen, wait: seen === undefined ? undefined : WAIT }, signal }),
  );
  useTitle("Spins");
  return (
    <article className={css.page}>
      <header className={css.head}>
        <h1>Spins</h1>
        <p className={css.about}>
          Steps that were tried by themselves, with <code>spinloom spin --persist</code>
        </p>
      </header>
      {data ? (
        <Sessions sessions={data.sessions} folder={data.folder} />
      ) : error ? (
        <ProblemNotice error={error} retry={retry} />
      ) : (
        <Loading what="reading the spins" lines={6} />
      )}
      {data?.next && limit < 200 && <Button onClick={() => setLimit(200)}>Show more</Button>}
    </article>
  );
}

function Sessions({ sessions, folder }: { sessions: readonly Session[]; folder: string }): ReactElement {
  if (sessions.length === 0) return <Teach folder={folder} />;
  return (
    <ul className={css.sessions} aria-label="sessions">
      {sessions.map((session) => (
        <li key={`${session.flow}/${session.step}/${session.first}`}>
          <Link
            to="/spins/$flow/$step"
            params={{ flow: session.flow, step: session.step }}
            search={{ spin: session.latest } as never}
            className={css.session}
          >
            <StatusMark status={session.status} />
            <span className={css.name}>
              <bdi>{session.flow}</bdi>
              <span className={css.slash}>/</span>
              <bdi>
                <b>{session.step}</b>
              </bdi>
            </span>
            <Outcomes session={session} />
            <span className={css.sum}>
              {plural(session.spins, "spin")}
              {session.failed > 0 && `, ${session.failed} failed`}
            </span>
            <span className={css.from}>
              <bdi>{session.from.join(", ")}</bdi>
            </span>
            <span className={css.when}>
              <Time at={session.latest_at} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** How its spins went, the oldest first: as tall as they took long, hollow if they failed. */
function Outcomes({ session }: { session: Session }): ReactElement {
  const tall = heights(session.durations_us);
  return (
    <span className={css.outcomes} aria-hidden="true">
      {session.outcomes.map((status, at) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: they are only added to
          key={at}
          data-status={status}
          style={{ height: `${tall[at]}%` }}
        />
      ))}
    </span>
  );
}
