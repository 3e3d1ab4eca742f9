import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useCallback, useMemo, useState } from "react";
import { get } from "~/api/client";
import { Button } from "~/parts/Button";
import { Empty } from "~/parts/Empty";
import { Loading } from "~/parts/Loading";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { stepHref } from "~/run/links";
import { useRun } from "~/run/useRun";
import { useKey } from "~/shell/keys";
import { type Patch, useUrl } from "~/shell/url";
import { useGo } from "~/shell/useGo";
import { duration } from "~/theme/format";
import { type Overlay, overlayOf } from "./critical";
import css from "./DagTab.module.css";
import { Graph } from "./Graph";
import { StepFacts } from "./StepFacts";
import { StepList } from "./StepList";
import { type DagSearch, parse } from "./search";
import { useLayout } from "./useLayout";
import { type View, written } from "./view";

const KEYS = { group: "DAG" };

/** The graph of a run: its steps as they follow one another, each with how its tasks are. */
export function DagTab({ flow, run }: { flow: string; run: string }): ReactElement {
  const { bundle, error, retry } = useRun(flow, run);
  const [url, setUrl] = useUrl();
  const search = parse(url);
  const layout = useLayout(bundle);
  const path = usePath(flow, run, search.path, bundle?.state.seq ?? 0);
  const go = useGo();
  const [first] = useState(search.view);
  const shapes = useMemo(() => new Map(bundle?.graph.map((shape) => [shape.step, shape])), [bundle?.graph]);
  const onView = useCallback((view: View | undefined) => setUrl({ at: view && written(view) }), [setUrl]);
  const hrefOf = useCallback((step: string) => stepHref(flow, run, step), [flow, run]);
  useKey("p", "critical path on the graph", () => setUrl({ path: search.path ? undefined : 1 }), KEYS);
  if (!bundle) return error ? <ProblemNotice error={error} retry={retry} /> : <Loading what="graph" />;
  if (bundle.graph.length === 0) {
    return (
      <Empty title="No steps yet" icon="dag">
        The graph appears as soon as the run has started its first step.
      </Empty>
    );
  }
  const { graph, state } = bundle;
  const overlay = search.path ? path.overlay : undefined;
  return (
    <div className={css.tab}>
      <Bar search={search} path={path} onChange={setUrl} />
      {search.list || !layout ? (
        <StepList flow={flow} run={run} steps={graph} state={state} overlay={overlay} />
      ) : (
        <Graph
          key={`${flow}/${run}`}
          layout={layout}
          steps={graph}
          state={state}
          overlay={overlay}
          first={first}
          onView={onView}
          hrefOf={hrefOf}
          onOpen={go}
          cardOf={(step) => {
            const shape = shapes.get(step);
            return shape ? (
              <StepFacts
                flow={flow}
                run={run}
                shape={shape}
                state={state.steps[step]}
                onPath={overlay?.steps.get(step)}
              />
            ) : null;
          }}
        />
      )}
    </div>
  );
}

interface BarProps {
  search: DagSearch;
  path: Path;
  onChange: (patch: Patch) => void;
}

function Bar({ search, path, onChange }: BarProps): ReactElement {
  return (
    <div className={css.bar}>
      <fieldset className={css.choice}>
        <legend className="sr-only">show as</legend>
        <Button small pressed={!search.list} onClick={() => onChange({ as: undefined })}>
          Graph
        </Button>
        <Button small pressed={search.list} onClick={() => onChange({ as: "list" })}>
          List
        </Button>
      </fieldset>
      <Button
        small
        icon="bolt"
        pressed={search.path}
        onClick={() => onChange({ path: search.path ? undefined : 1 })}
      >
        Critical path
      </Button>
      {search.path && <PathWords {...path} />}
      <span className={css.legend}>
        ring: tasks that are over · double frame: for each · dashed: a choice
      </span>
    </div>
  );
}

interface Path {
  overlay: Overlay | undefined;
  words: string | undefined;
  error: unknown;
}

/** The critical path, while it is wanted. */
function usePath(flow: string, run: string, wanted: boolean, seq: number): Path {
  const query = useQuery({
    queryKey: ["critical-path", flow, run, seq],
    queryFn: ({ signal }) =>
      get("/api/v1/flows/{flow}/runs/{run}/critical-path", { path: { flow, run }, signal }),
    enabled: wanted,
    // While the run goes on, the last one stays until the next is there.
    placeholderData: (before) => before,
  });
  const overlay = useMemo(() => (query.data ? overlayOf(query.data) : undefined), [query.data]);
  const best = query.data?.savings[0];
  const words =
    query.data &&
    `${duration(query.data.length_us)}, of it ${duration(query.data.waiting_us)} waiting${best ? `; ${savingWords(best)}` : ""}`;
  return { overlay, words, error: query.error };
}

type Saving = NonNullable<
  Awaited<ReturnType<typeof get<"/api/v1/flows/{flow}/runs/{run}/critical-path">>>
>["savings"][number];

function savingWords(saving: Saving): string {
  const saved = `would save ${duration(saving.saves_us)}`;
  switch (saving.what) {
    case "straggler":
      return `${saving.step}/${saving.task} as fast as others of its step ${saved}`;
    case "faster_step":
      return `${saving.step} twice as fast ${saved}`;
    case "no_waiting":
      return `no waiting for workers ${saved}`;
    default:
      return `no retries ${saved}`;
  }
}

function PathWords({ words, error }: Path): ReactElement {
  const said = error ? "the critical path is not known" : (words ?? "…");
  return (
    <span className={css.words} role="status">
      {said}
    </span>
  );
}
