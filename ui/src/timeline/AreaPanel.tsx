import { type ReactElement, useMemo } from "react";
import { Button, IconButton } from "~/parts/Button";
import { StatusMark } from "~/parts/StatusBadge";
import { count, duration, plural } from "~/theme/format";
import { figuresOf, type Spread } from "./data/stats";
import type { Tasks } from "./data/tasks";
import css from "./Panels.module.css";

export interface AreaPanelProps {
  tasks: Tasks;
  rows: Uint32Array;
  now: number;
  /** How long the time that is selected is, µs. */
  length: number;
  zoom: () => void;
  close: () => void;
}

/** What the tasks of an area that is selected have in common. */
export function AreaPanel({ tasks, rows, now, length, zoom, close }: AreaPanelProps): ReactElement {
  const figures = useMemo(() => figuresOf(tasks, rows, now), [tasks, rows, now]);
  const { counts } = figures;
  const states = (["running", "done", "failed", "stopped", "adopted"] as const).filter(
    (state) => counts[state] > 0,
  );
  return (
    <section className={css.area} aria-label="Selected tasks">
      <header className={css.head}>
        <h2 className={css.title}>
          {plural(figures.count, "task")} in {duration(length)}
        </h2>
        <span className={css.states}>
          {states.map((state) => (
            <span key={state} className={css.state}>
              <StatusMark status={state === "adopted" ? "done" : state} size={11} label={null} />
              {count(counts[state])} {state}
            </span>
          ))}
          {counts.retried > 0 && (
            <span className={css.state}>↻ {count(counts.retried)} tried more than once</span>
          )}
        </span>
        <span className={css.rest} />
        <Button small icon="zoom-in" onClick={zoom}>
          Zoom to it
        </Button>
        <IconButton small icon="close" label="Close" keys="Esc" onClick={close} />
      </header>
      {figures.count > 0 && (
        <div className={css.scroll}>
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">Step</th>
                <th scope="col">Tasks</th>
                <Names />
              </tr>
            </thead>
            <tbody>
              {figures.steps.map((step) => (
                <tr key={step.name}>
                  <th scope="row">
                    <bdi>{step.name}</bdi>
                  </th>
                  <td>{count(step.count)}</td>
                  <Figures of={step.took} />
                </tr>
              ))}
              <tr>
                <th scope="row">Waited before</th>
                <td>{count(figures.waited?.count ?? 0)}</td>
                <Figures of={figures.waited} />
              </tr>
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** Heads of the columns of `Figures`. */
export function Names(): ReactElement {
  return (
    <>
      {["Least", "Median", "p95", "Most", "Together"].map((name) => (
        <th scope="col" key={name}>
          {name}
        </th>
      ))}
    </>
  );
}

/** A spread, in cells. */
export function Figures({ of }: { of: Spread | undefined | null }): ReactElement {
  if (!of) return <td colSpan={5}>—</td>;
  return (
    <>
      {[of.min, of.p50, of.p95, of.max, of.total].map((value, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: columns stay where they are
        <td key={i}>{duration(value)}</td>
      ))}
    </>
  );
}
