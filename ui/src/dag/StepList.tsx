import type { ReactElement } from "react";
import type { RunState, ShapeStep } from "~/api/types";
import { stepHref } from "~/run/links";
import { RunLink } from "~/run/RunLink";
import { count, duration } from "~/theme/format";
import type { Overlay } from "./critical";
import css from "./StepList.module.css";
import { StepMark } from "./StepMark";
import { kindOf, STATES } from "./words";

interface StepListProps {
  flow: string;
  run: string;
  steps: ShapeStep[];
  state: RunState;
  overlay: Overlay | undefined;
}

/** The graph as a table: the same, to read line by line. */
export function StepList({ flow, run, steps, state, overlay }: StepListProps): ReactElement {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={css.scroll} tabIndex={0} aria-label="steps">
      <table className={css.table}>
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">State</th>
            <th scope="col" className={css.number}>
              Tasks
            </th>
            <th scope="col" className={css.number}>
              p50
            </th>
            <th scope="col" className={css.number}>
              p95
            </th>
            <th scope="col" className={css.number}>
              Longest
            </th>
            {overlay && (
              <th scope="col" className={css.number}>
                On the critical path
              </th>
            )}
            <th scope="col">What it does</th>
            <th scope="col">Leads to</th>
          </tr>
        </thead>
        <tbody>
          {steps.map((shape) => (
            <Row key={shape.step} flow={flow} run={run} shape={shape} state={state} overlay={overlay} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({
  flow,
  run,
  shape,
  state,
  overlay,
}: Omit<StepListProps, "steps"> & { shape: ShapeStep }): ReactElement {
  const step = state.steps[shape.step];
  const took = step?.durations;
  const onPath = overlay?.steps.get(shape.step);
  const word = step?.state ?? "waiting";
  return (
    <tr>
      <th scope="row">
        <span className={css.step} style={{ paddingInlineStart: shape.split_parents.length * 14 }}>
          <RunLink href={stepHref(flow, run, shape.step)}>
            <bdi>{shape.step}</bdi>
          </RunLink>
        </span>
      </th>
      <td>
        <span className={css.state}>
          <StepMark state={word} label={null} />
          {STATES[word]}
        </span>
      </td>
      <td className={css.number}>{step ? numbers(step) : "–"}</td>
      <td className={css.number}>{took ? duration(took.p50) : "–"}</td>
      <td className={css.number}>{took ? duration(took.p95) : "–"}</td>
      <td className={css.number}>{took ? duration(took.max) : "–"}</td>
      {overlay && (
        <td className={css.number}>
          {onPath ? `${Math.round(onPath.share * 100)} % · ${duration(onPath.worked + onPath.waited)}` : "–"}
        </td>
      )}
      <td className={css.doc}>
        <bdi>{shape.doc || kindOf(shape)}</bdi>
      </td>
      <td>
        <bdi>{shape.next.join(", ") || "–"}</bdi>
      </td>
    </tr>
  );
}

function numbers(step: RunState["steps"][string]): string {
  const all = Math.max(step.expected, step.tasks);
  const over = step.done + step.failed + step.stopped;
  return over === all ? count(all) : `${count(over)} / ${step.estimated ? "~" : ""}${count(all)}`;
}
