import { Link } from "@tanstack/react-router";
import { type ReactElement, useState } from "react";
import { get } from "~/api/client";
import { Button } from "~/parts/Button";
import { Loading } from "~/parts/Loading";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { Time } from "~/parts/Time";
import { useKey } from "~/shell/keys";
import { useTitle } from "~/shell/title";
import { one, useUrl } from "~/shell/url";
import { plural } from "~/theme/format";
import { SpinDetail } from "./SpinDetail";
import { SpinRow } from "./SpinRow";
import css from "./Spins.module.css";
import { Teach } from "./Teach";
import { useNews, WAIT } from "./useNews";
import { bySession, type Spin } from "./words";

const PAGE = 60;

/** The spins of one step, and one of them against where it came from: `/spins/TrainFlow/train?spin=…`. */
export function StepSpins({ flow, step }: { flow: string; step: string }): ReactElement {
  const [limit, setLimit] = useState(PAGE);
  const { data, error, retry } = useNews(["spins", flow, step, String(limit)], (seen, signal) =>
    get("/api/v1/spins/{flow}/{step}", {
      path: { flow, step },
      query: { limit, seen, wait: seen === undefined ? undefined : WAIT },
      signal,
    }),
  );
  useTitle(`Spins of ${flow}/${step}`);
  return (
    <article className={css.page}>
      <header className={css.head}>
        <h1>
          Spins of <bdi>{step}</bdi>
        </h1>
        <p className={css.about}>
          {data && plural(data.total, "spin")} of{" "}
          <Link to="/$flow" params={{ flow }}>
            <bdi>{flow}</bdi>
          </Link>
        </p>
      </header>
      {data?.spins.length === 0 ? (
        <Teach step={step} />
      ) : data ? (
        <Chosen flow={flow} step={step} spins={data.spins}>
          {data.next && limit < 200 && <Button onClick={() => setLimit(200)}>Show more</Button>}
        </Chosen>
      ) : error ? (
        <ProblemNotice error={error} retry={retry} />
      ) : (
        <Loading what="reading the spins" lines={6} />
      )}
    </article>
  );
}

/** The list, and the spin that is looked at: the latest, unless one is chosen. */
function Chosen({
  flow,
  step,
  spins,
  children,
}: {
  flow: string;
  step: string;
  spins: readonly Spin[];
  children: React.ReactNode;
}): ReactElement {
  const [search, change] = useUrl();
  const asked = one(search, "spin");
  const chosen = asked ?? spins[0]?.spin ?? "";
  const at = spins.findIndex(({ spin }) => spin === chosen);
  const choose = (spin: string) => change({ spin: spin === spins[0]?.spin ? undefined : spin });
  const go = (by: number) => {
    const next = spins[at + by];
    if (next) choose(next.spin);
  };
  useKey("j", "spin before", () => go(1), { group: "Spins" });
  useKey("k", "spin after", () => go(-1), { group: "Spins" });
  return (
    <div className={css.columns}>
      <nav className={css.list} aria-label="spins">
        {bySession(spins).map((session) => (
          <section key={session[0]?.session}>
            <h2 className={css.title}>
              <Time at={session.at(-1)?.started_at} style="absolute" /> · {plural(session.length, "spin")}
            </h2>
            <ul>
              {session.map((spin) => (
                <SpinRow
                  key={spin.spin}
                  spin={spin}
                  before={spins[spins.indexOf(spin) + 1]}
                  chosen={spin.spin === chosen}
                  onChoose={() => choose(spin.spin)}
                />
              ))}
            </ul>
          </section>
        ))}
        {children}
      </nav>
      <SpinDetail
        key={chosen}
        {...{ flow, step }}
        spin={chosen}
        status={spins[at]?.status}
        against={one(search, "against") === "before"}
        onAgainst={(before) => change({ against: before ? "before" : undefined })}
      />
    </div>
  );
}
