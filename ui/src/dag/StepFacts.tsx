import type { ReactElement } from "react";
import type { ShapeStep, StepState } from "~/api/types";
import { Chip } from "~/parts/Chip";
import { KeyValue } from "~/parts/KeyValue";
import { codeHref, stepHref, tasksHref } from "~/run/links";
import { RunLink } from "~/run/RunLink";
import { count, duration } from "~/theme/format";
import type { OnPath } from "./critical";
import css from "./StepFacts.module.css";
import { StepMark } from "./StepMark";
import { kindOf, STATES } from "./words";

interface StepFactsProps {
  flow: string;
  run: string;
  shape: ShapeStep;
  state: StepState | undefined;
  onPath: OnPath | undefined;
}

/** All there is to know of a step: what it is for, how its tasks are, how long they take, and where to go on. */
export function StepFacts({ flow, run, shape, state, onPath }: StepFactsProps): ReactElement {
  const took = state?.durations;
  const path = onPath && `${duration(onPath.worked)} at work, ${duration(onPath.waited)} waiting`;
  return (
    <div className={css.facts}>
      <header className={css.head}>
        <StepMark state={state?.state ?? "waiting"} label={null} />
        <bdi className={css.name}>{shape.step}</bdi>
        <span className={css.word}>{STATES[state?.state ?? "waiting"]}</span>
      </header>
      {shape.doc !== "" && (
        <p className={css.doc} dir="auto">
          {shape.doc}
        </p>
      )}
      <KeyValue
        rows={[
          ["Is", kindOf(shape)],
          ["Tasks", state ? tasks(state) : undefined],
          ["Took", took ? spread(took) : undefined],
          ["Critical path", path ?? undefined],
          ["Attempts", shape.max_attempts > 1 ? `up to ${shape.max_attempts}` : undefined],
        ]}
      />
      {shape.decorators.length > 0 && (
        <div className={css.chips}>
          {shape.decorators.map((name) => (
            <Chip key={name}>@{name}</Chip>
          ))}
        </div>
      )}
      <nav className={css.links} aria-label={`of ${shape.step}`}>
        <RunLink href={stepHref(flow, run, shape.step)}>Timeline</RunLink>
        <RunLink href={tasksHref(flow, run, { step: shape.step })}>Tasks</RunLink>
        {shape.file !== "" && <RunLink href={codeHref(flow, run, { step: shape.step })}>Source</RunLink>}
      </nav>
    </div>
  );
}

function tasks(state: StepState): string {
  const parts: [number, string][] = [
    [state.done - state.adopted, "done"],
    [state.adopted, "adopted"],
    [state.running, "running"],
    [state.queued, "queued"],
    [state.failed, "failed"],
    [state.stopped, "stopped"],
    [state.retried, "tried again"],
  ];
  const said = parts.filter(([many]) => many > 0).map(([many, word]) => `${count(many)} ${word}`);
  const missing = Math.max(0, state.expected - state.tasks - state.queued);
  if (missing > 0) said.push(`${state.estimated ? "~" : ""}${count(missing)} to come`);
  return said.length > 0 ? said.join(", ") : "none";
}

function spread(took: NonNullable<StepState["durations"]>): string {
  if (took.count === 1) return duration(took.p50);
  return `half up to ${duration(took.p50)}, 95 % up to ${duration(took.p95)}, the longest ${duration(took.max)}`;
}
