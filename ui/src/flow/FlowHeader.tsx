import { Link } from "@tanstack/react-router";
import { type ReactElement, type ReactNode, useState } from "react";
import type { Run, Schemas } from "~/api/types";
import { Button } from "~/parts/Button";
import { Copy } from "~/parts/Copy";
import { StatusMark } from "~/parts/StatusBadge";
import { Time } from "~/parts/Time";
import { quote } from "~/runs/query/edit";
import { count, duration, plural } from "~/theme/format";
import css from "./FlowPage.module.css";
import { median } from "./model";

interface Props {
  flow: string;
  doc: string;
  total: number;
  runs: readonly Run[];
  facets: Schemas["FacetCounts"] | undefined;
  lastGood: Run | undefined;
}

/** What a flow is, and how it is doing. */
export function FlowHeader({ flow, doc, total, runs, facets, lastGood }: Props): ReactElement {
  const over = runs.filter((run) => run.status !== "running");
  const good = over.filter((run) => run.status === "done");
  const typical = median(good.map((run) => run.duration));
  const running = facets?.status.find(({ name }) => name === "running")?.count ?? 0;
  const last = runs[0];
  return (
    <header className={css.header}>
      <div className={css.name}>
        <h1>
          <bdi>{flow}</bdi>
        </h1>
        <Copy text={flow} label="pathspec" />
        <Link className={css.all} to="/" search={{ q: `flow:${quote(flow)}` } as never}>
          {plural(total, "run")} in the list
        </Link>
      </div>
      {doc !== "" && <Doc text={doc} />}
      <dl className={css.facts}>
        <Fact name="Last run">{last ? <RunLink flow={flow} run={last} /> : "none"}</Fact>
        <Fact name="Last good run">{lastGood ? <RunLink flow={flow} run={lastGood} /> : "none yet"}</Fact>
        <Fact name={over.length > 1 ? `Done, of the last ${over.length}` : "Done"}>
          {over.length === 0 ? "–" : `${Math.round((good.length / over.length) * 100)} %`}
        </Fact>
        <Fact name="Takes">{typical === undefined ? "–" : duration(typical)}</Fact>
        <Fact name="Running now">{count(running)}</Fact>
        <Fact name="By">
          <bdi>
            {facets?.user
              .slice(0, 4)
              .map(({ name }) => name)
              .join(", ") || "–"}
          </bdi>
        </Fact>
      </dl>
    </header>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function RunLink({ flow, run }: { flow: string; run: Run }): ReactElement {
  return (
    <span className={css.runLink}>
      <StatusMark status={run.status} />
      <Link to="/$flow/$run" params={{ flow, run: run.run }}>
        <bdi>{run.run}</bdi>
      </Link>
      <span className={css.when}>
        <Time at={run.started_at} />
      </span>
    </span>
  );
}

/** What the flow says of itself: its first paragraph, and all of it when asked. */
function Doc({ text }: { text: string }): ReactElement {
  const [all, setAll] = useState(false);
  const [first = "", ...rest] = text.trim().split(/\n\s*\n/);
  return (
    <div className={css.doc}>
      <p dir="auto">{all ? text.trim() : first.replace(/\s+/g, " ")}</p>
      {rest.length > 0 && (
        <Button small look="plain" onClick={() => setAll(!all)}>
          {all ? "Less" : "More"}
        </Button>
      )}
    </div>
  );
}
