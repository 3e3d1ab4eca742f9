import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { type ReactElement, useCallback, useMemo } from "react";
import { get } from "~/api/client";
import { Copy } from "~/parts/Copy";
import { Empty } from "~/parts/Empty";
import { Select } from "~/parts/Field";
import { Loading } from "~/parts/Loading";
import { Panel } from "~/parts/Panel";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { quote } from "~/runs/query/edit";
import { useTitle } from "~/shell/title";
import { one, useUrl } from "~/shell/url";
import { ArtifactTrend } from "./ArtifactTrend";
import { Failures } from "./Failures";
import { FlowHeader } from "./FlowHeader";
import css from "./FlowPage.module.css";
import { gridOf } from "./model";
import { StepGrid } from "./StepGrid";
import { Trends } from "./Trends";
import { useBundle, useFlowRuns } from "./useFlow";

const AMOUNTS = [20, 40, 100] as const;
const NOTHING: never[] = [];

/** A flow: its runs step by step, how long they take, what fails, what they make. */
export function FlowPage(): ReactElement {
  const { flow = "" } = useParams({ strict: false });
  const [search, setUrl] = useUrl();
  const amount = AMOUNTS.find((known) => String(known) === one(search, "runs")) ?? 40;
  const answer = useFlowRuns(flow, amount);
  const rows = answer.data?.rows ?? NOTHING;
  const newest = useBundle(rows[0]);
  const grid = useMemo(() => gridOf(rows, newest.data?.graph ?? NOTHING), [rows, newest.data]);
  const lastGood = useLastGood(flow, rows);
  const open = useOpen(flow);
  useTitle(flow);
  if (answer.isPending) return <Loading what="The flow" lines={10} />;
  if (!answer.data) return <ProblemNotice error={answer.error} retry={answer.refetch} />;
  if (answer.data.total === 0) return <Unknown flow={flow} />;
  const amounts = AMOUNTS.map((known) => [String(known), `Last ${known} runs`] as const);
  return (
    <div className={css.page}>
      <FlowHeader
        flow={flow}
        doc={newest.data?.doc ?? ""}
        total={answer.data.total}
        runs={rows}
        facets={answer.data.facets ?? undefined}
        lastGood={lastGood}
      />
      <Panel
        title="Steps of runs"
        flush
        actions={
          <>
            <Copy text={() => JSON.stringify(rows, null, 1)} label="as JSON" wide />
            <Select
              label="How many runs"
              value={String(amount)}
              options={amounts}
              onChange={(value) => setUrl({ runs: value === "40" ? "" : value })}
            />
          </>
        }
      >
        <StepGrid flow={flow} grid={grid} />
      </Panel>
      <div className={css.two}>
        <Trends
          flow={flow}
          grid={grid}
          of={one(search, "durations") ?? ""}
          onOf={(durations) => setUrl({ durations })}
          onOpen={open}
        />
        <Failures flow={flow} sequence={failedAmong(rows)} />
      </div>
      {lastGood && (
        <ArtifactTrend
          flow={flow}
          run={lastGood.run}
          name={one(search, "artifact")}
          onName={(artifact) => setUrl({ artifact })}
          onOpen={open}
        />
      )}
    </div>
  );
}

/** A number that changes when another run fails. */
function failedAmong(rows: readonly { status: string }[]): number {
  return rows.filter(({ status }) => status === "failed" || status === "lost").length;
}

/** The newest run that is done; asked for alone only if it is not among the newest. */
function useLastGood(flow: string, rows: readonly import("~/api/types").Run[]) {
  const among = rows.find((run) => run.status === "done");
  const query = `flow:${quote(flow)} status:done`;
  const further = useQuery({
    queryKey: ["lastGood", flow],
    queryFn: ({ signal }) => get("/api/v1/runs", { query: { query, limit: 1, facets: 0 }, signal }),
    enabled: rows.length > 0 && !among,
  });
  return among ?? further.data?.rows[0];
}

function useOpen(flow: string) {
  const navigate = useNavigate();
  return useCallback(
    (run: string) => {
      void navigate({ to: "/$flow/$run", params: { flow, run } });
    },
    [navigate, flow],
  );
}

function Unknown({ flow }: { flow: string }): ReactElement {
  return (
    <Empty title="No runs of this flow" icon="flow">
      <p>
        Nothing called <bdi>{flow}</bdi> has run in this store yet. Its first run makes this page:
      </p>
      <p>
        <code>spinloom run flow.py</code>
      </p>
      <p>
        <Link to="/">All runs</Link>
      </p>
    </Empty>
  );
}
