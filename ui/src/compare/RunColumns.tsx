import type { ReactElement } from "react";
import type { Run } from "~/api/types";
import { Button, IconButton } from "~/parts/Button";
import { Duration } from "~/parts/Duration";
import { StatusBadge } from "~/parts/StatusBadge";
import { Time } from "~/parts/Time";
import { runHref } from "~/run/links";
import { RunLink } from "~/run/RunLink";
import { useRun } from "~/run/useRun";
import css from "./RunColumns.module.css";
import { RunPicker } from "./RunPicker";
import { MOST } from "./search";

interface RunColumnsProps {
  runs: string[];
  suggested: Run | undefined;
  /** One that cannot be taken away: the run whose page this is. */
  fixed?: string;
  onRuns: (runs: string[]) => void;
}

/** The runs that are compared; the first is what the others are measured by. */
export function RunColumns({ runs, suggested, fixed, onRuns }: RunColumnsProps): ReactElement {
  const [flow = ""] = (runs[0] ?? fixed ?? "").split("/");
  return (
    <ul className={css.runs} aria-label="compared runs">
      {runs.map((run, at) => (
        <OneRun
          key={run}
          name={run}
          first={at === 0}
          {...(run !== fixed && { onRemove: () => onRuns(runs.filter((one) => one !== run)) })}
          {...(at > 0 && { onFirst: () => onRuns([run, ...runs.filter((one) => one !== run)]) })}
        />
      ))}
      {runs.length < MOST && (
        <li className={css.add}>
          <RunPicker
            flow={flow}
            without={runs}
            suggested={suggested}
            label="Add a run"
            onPick={(picked) => onRuns(added(runs, picked, fixed))}
          />
        </li>
      )}
    </ul>
  );
}

/** With a run more; the run whose page this is stays the last. */
function added(runs: string[], picked: string, fixed: string | undefined): string[] {
  const others = runs.filter((run) => run !== fixed && run !== picked);
  return fixed ? [...others, picked, fixed] : [...others, picked];
}

interface OneRunProps {
  name: string;
  first: boolean;
  onRemove?: () => void;
  onFirst?: () => void;
}

function OneRun({ name, first, onRemove, onFirst }: OneRunProps): ReactElement {
  const [flow = "", run = ""] = name.split("/");
  const { bundle, error } = useRun(flow, run);
  return (
    <li className={css.run} data-first={first ? "" : undefined}>
      <div className={css.head}>
        <RunLink href={runHref(flow, run)} className={css.name}>
          <bdi>{name}</bdi>
        </RunLink>
        {onRemove && <IconButton small icon="close" label={`leave out ${name}`} onClick={onRemove} />}
      </div>
      {bundle ? (
        <div className={css.facts}>
          <StatusBadge status={bundle.state.status} />
          <Duration us={bundle.state.duration_us} />
          <Time at={bundle.created_at} />
          <bdi>{bundle.user}</bdi>
        </div>
      ) : (
        <div className={css.facts}>{error ? "it is not there" : "…"}</div>
      )}
      {first ? (
        <span className={css.base}>the others are compared with this one</span>
      ) : (
        onFirst && (
          <Button small look="plain" onClick={onFirst}>
            Compare with this one
          </Button>
        )
      )}
    </li>
  );
}
