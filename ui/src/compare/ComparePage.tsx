import type { ReactElement } from "react";
import { Empty } from "~/parts/Empty";
import { Check } from "~/parts/Field";
import { useTitle } from "~/shell/title";
import { useUrl } from "~/shell/url";
import css from "./ComparePage.module.css";
import { Comparison } from "./Comparison";
import { RunColumns } from "./RunColumns";
import { parse } from "./search";
import { previousGood, useRecentRuns } from "./useRecentRuns";

/** Two to ten runs side by side: `/compare?run=A/1&run=A/2`. */
export function ComparePage(): ReactElement {
  const [url, setUrl] = useUrl();
  const { runs, all, by } = parse(url);
  const [flow, run] = runs[0]?.split("/") ?? [];
  const recent = useRecentRuns(flow);
  const suggested = flow && run ? previousGood(recent.data ?? [], flow, run, undefined) : undefined;
  useTitle(runs.length > 0 ? `Compare ${runs.join(", ")}` : "Compare");
  return (
    <article className={css.page}>
      <header className={css.head}>
        <h1>Compare</h1>
        {runs.length > 1 && (
          <Check
            label="Differences only"
            checked={!all}
            onChange={(only) => setUrl({ all: only ? undefined : "true" })}
          />
        )}
      </header>
      {runs.length > 0 && (
        <RunColumns
          runs={runs}
          suggested={suggested}
          onRuns={(next) => setUrl({ run: next }, { push: true })}
        />
      )}
      {runs.length > 1 ? (
        <Comparison
          runs={runs}
          all={all}
          by={by}
          onBy={(next) => setUrl({ by: next === "wall" ? undefined : next })}
        />
      ) : (
        <Empty title={runs.length === 0 ? "Which runs?" : "With which run?"} icon="compare">
          {runs.length === 0
            ? "Select two or more runs in the list of runs and press c, or open the Compare tab of a run."
            : "Add a second run above: parameters, configs, code, environment, artifacts, times and the graph are put side by side."}
        </Empty>
      )}
    </article>
  );
}
