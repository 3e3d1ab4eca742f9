import type { ReactElement } from "react";
import type { CriticalPath, Schemas } from "~/api/types";
import { IconButton } from "~/parts/Button";
import { Empty } from "~/parts/Empty";
import { Loading } from "~/parts/Loading";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { duration, plural } from "~/theme/format";
import css from "./Panels.module.css";

/** So many tasks of a path are named. */
const MOST = 200;

export interface PathPanelProps {
  path: CriticalPath | undefined;
  error: unknown;
  retry: () => void;
  /** Shows a task in the timeline. */
  show: (task: number) => void;
  close: () => void;
}

/** The tasks that decided how long the run took, and what would have made it shorter. */
export function PathPanel({ path, error, retry, show, close }: PathPanelProps): ReactElement {
  return (
    <aside className={css.side} aria-label="Critical path">
      <header className={css.head}>
        <h2 className={css.title}>Critical path</h2>
        <span className={css.rest} />
        <IconButton small icon="close" label="Close" keys="p" onClick={close} />
      </header>
      {error ? <ProblemNotice error={error} retry={retry} /> : null}
      {!path && !error && <Loading what="the critical path" lines={5} />}
      {path && path.links.length === 0 && <Empty title="No task has begun yet" icon="bolt" />}
      {path && path.links.length > 0 && <Path path={path} show={show} />}
    </aside>
  );
}

/** The step that keeps a run's parameters is nobody's to make faster. */
const isOwn = (step: string) => !step.startsWith("_");

function Path({ path, show }: { path: CriticalPath; show: (task: number) => void }): ReactElement {
  const savings = path.savings.filter((saving) => !("step" in saving) || isOwn(saving.step));
  const links = path.links.filter((link) => isOwn(link.step));
  return (
    <div className={css.body}>
      <p className={css.sentence}>
        {plural(links.length, "task")}, one after another, made the run last {duration(path.length_us)}: they
        worked for {duration(path.working_us)} and waited for {duration(path.waiting_us)}.
      </p>
      <h3 className={css.subtitle}>What would shorten the run</h3>
      {savings.length === 0 && (
        <p className={css.dim}>Nothing stands out: no stragglers, no waits, no retries.</p>
      )}
      <ul className={css.list}>
        {savings.map((saving, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a list that comes as a whole
          <li key={i}>
            <Saved saving={saving} whole={path.length_us} show={show} />
          </li>
        ))}
      </ul>
      <h3 className={css.subtitle}>The way</h3>
      <ol className={css.list}>
        {links.slice(0, MOST).map((link) => (
          <li key={link.task}>
            <button type="button" className={css.row} onClick={() => show(link.task)}>
              <bdi className={css.grow}>
                {link.step}/{link.task}
              </bdi>
              {link.attempts > 1 && <span className={css.behind}>{link.attempts} attempts</span>}
              {link.waited_us > 1000 && <span className={css.dim}>waited {duration(link.waited_us)}</span>}
              <span>{duration(link.ended_at - link.began_at)}</span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}

type Saving = Schemas["Saving"];

function Saved({
  saving,
  whole,
  show,
}: {
  saving: Saving;
  whole: number;
  show: (task: number) => void;
}): ReactElement {
  const part = whole > 0 ? saving.saves_us / whole : 0;
  const inside = (
    <>
      <span className={css.grow}>{sentence(saving)}</span>
      <span className={css.meter} aria-hidden="true">
        <span style={{ width: `${Math.min(100, part * 100)}%` }} />
      </span>
      <span className={css.saves}>−{duration(saving.saves_us)}</span>
    </>
  );
  if (saving.what !== "straggler") return <div className={css.row}>{inside}</div>;
  return (
    <button type="button" className={css.row} onClick={() => show(saving.task)}>
      {inside}
    </button>
  );
}

function sentence(saving: Saving): ReactElement {
  switch (saving.what) {
    case "straggler":
      return (
        <>
          Task <bdi>{saving.step}</bdi>/{saving.task} taking {duration(saving.median_us)}, as half of its step
          do, instead of {duration(saving.took_us)}
        </>
      );
    case "faster_step":
      return (
        <>
          Step <bdi>{saving.step}</bdi> taking half as long
        </>
      );
    case "no_waiting":
      return <>No task waiting for a worker</>;
    default:
      return <>Every task done at its first attempt</>;
  }
}
