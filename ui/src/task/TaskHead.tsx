import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import type { TaskDetail } from "~/api/types";
import { Copy } from "~/parts/Copy";
import { Icon } from "~/parts/Icon";
import { StatusBadge } from "~/parts/StatusBadge";
import { Duration, Time } from "~/parts/Time";
import { duration } from "~/theme/format";
import css from "./TaskHead.module.css";
import { useStep } from "./useTask";

/** What task it is, how it is, why, and what its developer says of it. */
export function TaskHead({ flow, run, task }: { flow: string; run: string; task: TaskDetail }): ReactElement {
  const doc = useStep(flow, run, task.step)?.graph?.doc;
  const first = task.attempts[0];
  const last = task.attempts.at(-1);
  return (
    <header className={css.head}>
      <div className={css.line}>
        <h1 className={css.title}>
          <bdi>{task.step}</bdi>
          <span className={css.slash}>/</span>
          {task.task}
        </h1>
        <Foreach task={task} />
        <StatusBadge
          turning
          status={task.origin ? "done" : task.status}
          {...(task.origin && { text: "Adopted" })}
        />
        {first && (
          <span className={css.took}>
            <Icon name="clock" size={13} />
            {task.status === "running" ? (
              <Duration from={first.started_at} />
            ) : (
              <Duration from={first.started_at} to={last?.finished_at ?? task.finished_at} />
            )}
            <Usual task={task} />
          </span>
        )}
        {first && (
          <span className={css.when}>
            <Time at={first.started_at} />
          </span>
        )}
        <span className={css.space} />
        <Copy text={task.pathspec} label="pathspec" wide />
        <Copy text={() => window.location.href} label="link" wide />
      </div>
      <p className={css.why}>
        <bdi>{sentence(task.why.sentence)}</bdi>
        {task.origin && <Origin pathspec={task.origin} />}
      </p>
      {doc && (
        <p className={css.doc} dir="auto">
          {doc}
        </p>
      )}
    </header>
  );
}

function sentence(text: string): string {
  return text === "" ? "" : `${text[0]?.toUpperCase()}${text.slice(1)}.`;
}

/** Which items of which lists it is for, outermost first. */
function Foreach({ task }: { task: TaskDetail }): ReactElement | null {
  if (task.foreach.length === 0) return null;
  return (
    <ol className={css.foreach} aria-label="foreach">
      {task.foreach.map((frame, depth) => (
        <li
          // biome-ignore lint/suspicious/noArrayIndexKey: frames do not move
          key={depth}
          className={css.frame}
          data-tip={
            frame.step
              ? `${frame.step} goes over ${frame.artifact ?? "a list"}: item ${frame.index}`
              : undefined
          }
        >
          <bdi>{frame.artifact ?? frame.step ?? "item"}</bdi>[{frame.index}]
          {frame.label && <bdi className={css.item}>{frame.label}</bdi>}
        </li>
      ))}
    </ol>
  );
}

function Usual({ task }: { task: TaskDetail }): ReactElement | null {
  const { usual } = task;
  if (!usual || usual.count < 2) return null;
  return (
    <span
      className={css.usual}
      data-tip={`of ${usual.count} tasks of ${task.step}: p50 ${duration(usual.p50)}, p95 ${duration(usual.p95)}, longest ${duration(usual.max)}`}
    >
      usually {duration(usual.p50)}
    </span>
  );
}

function Origin({ pathspec }: { pathspec: string }): ReactElement {
  const [flow = "", run = "", step = "", task = ""] = pathspec.split("/");
  return (
    <>
      {" "}
      <Link to="/$flow/$run/$step/$task" params={{ flow, run, step, task }}>
        <bdi>{pathspec}</bdi>
      </Link>
    </>
  );
}
