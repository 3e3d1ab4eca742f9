import type { ReactElement } from "react";
import { Empty } from "~/parts/Empty";
import { Check } from "~/parts/Field";
import { Loading } from "~/parts/Loading";
import { compareHref } from "~/run/links";
import { RunLink } from "~/run/RunLink";
import { useRun } from "~/run/useRun";
import { useUrl } from "~/shell/url";
import css from "./ComparePage.module.css";
import { Comparison } from "./Comparison";
import { RunColumns } from "./RunColumns";
import { parse } from "./search";
import { previousGood, useRecentRuns } from "./useRecentRuns";

/** A run beside others: the previous one that went well, unless others are chosen. */
export function CompareTab({ flow, run }: { flow: string; run: string }): ReactElement {
  const own = `${flow}/${run}`;
  const { bundle } = useRun(flow, run);
  const [url, setUrl] = useUrl();
  const chosen = parse(url);
  const recent = useRecentRuns(flow);
  if (!recent.data || !bundle) return <Loading what="runs" />;
  const good = previousGood(recent.data, flow, run, bundle.created_at);
  const runs = runsOf(
    chosen.runs,
    own,
    bundle.origin ? `${flow}/${bundle.origin}` : good && `${flow}/${good.run}`,
  );
  return (
    <div className={css.tab}>
      <div className={css.head}>
        {runs.length > 1 && (
          <>
            <Check
              label="Differences only"
              checked={!chosen.all}
              onChange={(only) => setUrl({ all: only ? undefined : "true" })}
            />
            <RunLink href={compareHref(runs, chosen.all)}>As a page of its own</RunLink>
          </>
        )}
      </div>
      <RunColumns
        runs={runs}
        suggested={good}
        fixed={own}
        onRuns={(next) => setUrl({ run: next }, { push: true })}
      />
      {runs.length > 1 ? (
        <Comparison
          runs={runs}
          all={chosen.all}
          by={chosen.by}
          onBy={(next) => setUrl({ by: next === "wall" ? undefined : next })}
        />
      ) : (
        <Empty title="With which run?" icon="compare">
          No earlier run of {flow} went well. Add any run above; one of another flow is typed as{" "}
          <code>Flow/run</code>.
        </Empty>
      )}
    </div>
  );
}

/** What is compared: what was chosen, else the run with what it is best compared with. */
function runsOf(chosen: string[], own: string, other: string | undefined): string[] {
  if (chosen.length > 0) return chosen.includes(own) ? chosen : [...chosen, own];
  return other ? [other, own] : [own];
}
