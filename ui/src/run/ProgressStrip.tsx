import type { ReactElement } from "react";
import type { RunBundle, StepState } from "~/api/types";
import { count, duration, plural } from "~/theme/format";
import { stepHref } from "./links";
import css from "./ProgressStrip.module.css";
import { RunLink } from "./RunLink";
import { useTicking } from "./useTicking";

/** How far a run is, step by step, and when it may be over. */
export function ProgressStrip({ bundle }: { bundle: RunBundle }): ReactElement | null {
  const { flow, run, state } = bundle;
  const { remaining } = useTicking(state);
  const steps = bundle.graph.filter((shape) => size(state.steps[shape.step]) > 0);
  if (steps.length === 0) return null;
  return (
    <div className={css.strip}>
      <ol className={css.steps} aria-label="progress of each step">
        {steps.map((shape) => {
          const step = state.steps[shape.step];
          return step ? (
            <li key={shape.step} className={css.step} style={{ flexGrow: 1 + Math.log2(size(step)) }}>
              <RunLink
                href={stepHref(flow, run, shape.step)}
                className={css.link}
                data-tip={`${shape.step}: ${words(step)}`}
                aria-label={`${shape.step}: ${words(step)}`}
              >
                <Bar step={step} />
              </RunLink>
            </li>
          ) : null;
        })}
      </ol>
      <p className={css.words}>{summary(bundle, remaining)}</p>
    </div>
  );
}

function Bar({ step }: { step: StepState }): ReactElement {
  const all = size(step);
  const parts: [string, number][] = [
    ["done", step.done],
    ["failed", step.failed + step.stopped],
    ["running", step.running],
  ];
  return (
    <span className={css.bar} aria-hidden="true">
      {parts.map(([word, many]) =>
        many > 0 ? (
          <span
            key={word}
            className={css.part}
            data-part={word}
            style={{ width: `${(100 * many) / all}%` }}
          />
        ) : null,
      )}
    </span>
  );
}

function size(step: StepState | undefined): number {
  return Math.max(step?.expected ?? 0, step?.tasks ?? 0);
}

function words(step: StepState): string {
  const over = step.done + step.failed + step.stopped;
  const parts = [`${count(over)} of ${step.estimated ? "about " : ""}${plural(size(step), "task")}`];
  if (step.running > 0) parts.push(`${count(step.running)} running`);
  if (step.queued > 0) parts.push(`${count(step.queued)} queued`);
  if (step.failed > 0) parts.push(`${count(step.failed)} failed`);
  if (step.durations) parts.push(`${duration(step.durations.p50)} each`);
  return parts.join(", ");
}

function summary({ state }: RunBundle, remaining: number | undefined): string {
  const { progress, tasks } = state;
  const parts = [
    `${count(progress.over)} of ${progress.estimated ? "~" : ""}${plural(progress.expected, "task")}`,
  ];
  if (tasks.running > 0) parts.push(`${count(tasks.running)} running`);
  if (tasks.queued > 0) parts.push(`${count(tasks.queued)} queued`);
  if (tasks.failed > 0) parts.push(`${count(tasks.failed)} failed`);
  if (remaining !== undefined)
    parts.push(remaining > 0 ? `about ${duration(remaining)} left` : "nearly done");
  return parts.join(" · ");
}
