import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactElement, useMemo } from "react";
import { get } from "~/api/client";
import { Panel } from "~/parts/Panel";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { Time } from "~/parts/Time";
import { quote } from "~/runs/query/edit";
import { plural } from "~/theme/format";
import css from "./FlowPage.module.css";
import { type Failure, failuresOf } from "./model";

/** So many failed runs are looked into. */
const RUNS = 10;

/** What failed lately, alike together. */
export function Failures({ flow, sequence }: { flow: string; sequence: number }): ReactElement {
  const answer = useQuery({
    queryKey: ["failures", flow, sequence],
    queryFn: ({ signal }) => lately(flow, signal),
    placeholderData: (old) => old,
    staleTime: 10_000,
  });
  const failures = useMemo(() => failuresOf(answer.data ?? []), [answer.data]);
  const looked = answer.data?.length ?? 0;
  return (
    <Panel title="Recent failures" count={failures.length || undefined}>
      {answer.error && !answer.data ? (
        <ProblemNotice error={answer.error} retry={answer.refetch} />
      ) : failures.length === 0 ? (
        <p className={css.quiet}>{answer.isPending ? "…" : "None of its runs failed in a task."}</p>
      ) : (
        <ul className={css.failures}>
          {failures.map((failure) => (
            <One key={failure.group.id} flow={flow} failure={failure} looked={looked} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

async function lately(flow: string, signal: AbortSignal) {
  const query = `flow:${quote(flow)} status:failed|lost`;
  const { rows } = await get("/api/v1/runs", { query: { query, limit: RUNS, facets: 0 }, signal });
  return Promise.all(
    rows.map(async ({ run }) => {
      const path = { flow, run };
      const { groups } = await get("/api/v1/flows/{flow}/runs/{run}/errors", { path, signal });
      return { run, groups };
    }),
  );
}

function One({ flow, failure, looked }: { flow: string; failure: Failure; looked: number }): ReactElement {
  const { group, runs } = failure;
  const latest = runs[0] ?? "";
  const steps = Object.keys(group.steps);
  const task = { flow, run: latest, step: group.step, task: String(group.example.task) };
  return (
    <li>
      <p className={css.what}>
        <strong>
          <bdi>{group.kind}</bdi>
        </strong>{" "}
        <bdi>{group.failure?.message ?? group.message}</bdi>
      </p>
      <p className={css.where}>
        <span>
          {runs.length} of {plural(looked, "failed run")}
        </span>
        <span>
          in <bdi>{steps.slice(0, 3).join(", ")}</bdi>
          {steps.length > 3 ? " …" : ""}
        </span>
        <Time at={group.last_at} />
        <Link to="/$flow/$run/$step/$task" params={task}>
          <bdi>
            {latest}/{group.step}/{group.example.task}
          </bdi>
        </Link>
      </p>
    </li>
  );
}
