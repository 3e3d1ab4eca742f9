import type { ReactElement } from "react";
import { count, plural } from "~/theme/format";
import css from "./LogsTab.module.css";
import type { RunFound } from "./runSearch";

/** How many lines match in each step; a click looks at one alone. */
export function StepCounts({
  found,
  step,
  busy,
  onStep,
}: {
  found: RunFound;
  step: string | undefined;
  busy: boolean;
  onStep: (step: string | undefined) => void;
}): ReactElement {
  const steps = Object.entries(found.steps).sort(([, a], [, b]) => b.matches - a.matches);
  const highest = Math.max(1, ...steps.map(([, counts]) => counts.matches));
  return (
    <aside className={css.steps} aria-label="by step" aria-busy={busy}>
      <h2 className={css.heading}>By step</h2>
      {step !== undefined && (
        <button type="button" className={css.step} onClick={() => onStep(undefined)}>
          ← all steps
        </button>
      )}
      <ul>
        {steps.map(([name, { matches, matching, tasks, lines }]) => (
          <li key={name}>
            <button
              type="button"
              className={css.step}
              aria-pressed={name === step}
              onClick={() => onStep(name === step ? undefined : name)}
              data-tip={`${plural(matches, "line")} in ${count(matching)} of ${plural(tasks, "task")}; ${plural(lines, "line")} looked at`}
            >
              <span className={css.share} style={{ width: `${(matches / highest) * 100}%` }} />
              <bdi className={css.name}>{name}</bdi>
              <span className={css.count} data-none={matches === 0 || undefined}>
                {count(matches)}
              </span>
              <span className={css.tasks}>
                {count(matching)}/{count(tasks)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {busy && steps.length === 0 && <p className={css.none}>looking …</p>}
    </aside>
  );
}
