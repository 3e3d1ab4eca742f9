import { Link } from "@tanstack/react-router";
import type { ReactElement, ReactNode } from "react";
import type { AttemptDetail, TaskDetail } from "~/api/types";
import { Copy } from "~/parts/Copy";
import { KeyValue } from "~/parts/KeyValue";
import { Panel } from "~/parts/Panel";
import { Time } from "~/parts/Time";
import { bytes, duration, moment } from "~/theme/format";
import css from "./Details.module.css";
import { useStep } from "./useTask";

interface DetailsProps {
  flow: string;
  run: string;
  task: TaskDetail;
  attempt: AttemptDetail | undefined;
}

type Row = readonly [ReactNode, ReactNode];

/** Everything that is recorded of a task, as tables. */
export function Details(props: DetailsProps): ReactElement {
  const { task } = props;
  return (
    <div className={css.details}>
      <Panel title="Task">
        <KeyValue rows={taskRows(task)} />
      </Panel>
      {props.attempt && (
        <Panel title={`Attempt ${props.attempt.attempt + 1}`}>
          <KeyValue rows={attemptRows(task, props.attempt)} />
        </Panel>
      )}
      <StepPanel {...props} />
      {task.attempts.length > 1 && <Compared attempts={task.attempts} />}
    </div>
  );
}

function exact(at: number | null | undefined): ReactNode {
  return at == null ? undefined : (
    <>
      {moment(at, "full", 6)} · <Time at={at} style="relative" />
    </>
  );
}

function taskRows(task: TaskDetail): Row[] {
  const last = task.why.last_event;
  return [
    ["Pathspec", <Copied key="path" text={task.pathspec} label="pathspec" />],
    ["State", `${task.status}: ${task.why.sentence}`],
    ["Made", exact(task.created_at)],
    ["Over", exact(task.finished_at)],
    ["Waited", task.waited_us == null ? undefined : duration(task.waited_us)],
    ["Attempts", task.attempts.length],
    [
      "Foreach",
      task.foreach.length === 0
        ? undefined
        : task.foreach
            .map(({ artifact, step, index, label }) => {
              const name = `${artifact ?? step ?? "?"}[${index}]`;
              return label ? `${name} ${label}` : name;
            })
            .join(" → "),
    ],
    ["Taken from", task.origin ?? undefined],
    [
      "Last event",
      last ? (
        <>
          attempt {last.attempt + 1} {last.what} · <Time at={last.at} />
        </>
      ) : undefined,
    ],
    [
      "Driver last heard of",
      task.status === "running" ? `${duration(task.why.heartbeat_age_us)} ago` : undefined,
    ],
    ["Machine", task.why.host ?? undefined],
    ["Change number", task.seq],
  ];
}

function attemptRows(task: TaskDetail, attempt: AttemptDetail): Row[] {
  const { failure } = attempt;
  return [
    ["Pathspec", <Copied key="path" text={`${task.pathspec}?attempt=${attempt.attempt}`} label="pathspec" />],
    ["State", attempt.status],
    ["Process", attempt.pid > 0 ? attempt.pid : undefined],
    ["Began", exact(attempt.started_at)],
    ["Ended", exact(attempt.finished_at)],
    ["Took", duration(attempt.duration_us)],
    ["Starting", attempt.starting_us == null ? undefined : duration(attempt.starting_us)],
    ["Saving", attempt.saving_us == null ? undefined : duration(attempt.saving_us)],
    ["CPU time", attempt.cpu_us > 0 ? duration(attempt.cpu_us) : undefined],
    ["Most memory", attempt.max_rss_kib > 0 ? bytes(attempt.max_rss_kib * 1024) : undefined],
    ["Failed with", failure ? `${failure.kind}: ${failure.message}` : undefined],
    ["Signal", failure?.signal ?? undefined],
    ["Exit code", failure?.exit_code ?? undefined],
    ["Manifest", attempt.manifest ? <code key="manifest">{attempt.manifest}</code> : undefined],
  ];
}

function Copied({ text, label }: { text: string; label: string }): ReactElement {
  return (
    <span className={css.copied}>
      <code>{text}</code>
      <Copy text={text} label={label} />
    </span>
  );
}

function StepPanel({ flow, run, task }: DetailsProps): ReactElement | null {
  const step = useStep(flow, run, task.step)?.graph;
  if (!step) return null;
  return (
    <Panel title="Step">
      <KeyValue
        rows={[
          ["Name", <bdi key="name">{step.step}</bdi>],
          ["Kind", step.kind],
          [
            "Docstring",
            step.doc ? (
              <span key="doc" className={css.doc} dir="auto">
                {step.doc}
              </span>
            ) : undefined,
          ],
          [
            "Decorators",
            step.decorators.length > 0
              ? step.decorators.map((one) => `@${one.replace(/^@/, "")}`).join(" ")
              : undefined,
          ],
          ["Attempts at most", step.max_attempts],
          ["Goes over", step.foreach ?? undefined],
          [
            "Written in",
            <Link
              key="code"
              to="/$flow/$run/view/$tab"
              params={{ flow, run, tab: "code" }}
              search={{ step: step.step } as never}
            >
              {step.file.split("/").at(-1)}:{step.line}
            </Link>,
          ],
        ]}
      />
    </Panel>
  );
}

/** Attempts side by side: what differs is seen at once. */
function Compared({ attempts }: { attempts: readonly AttemptDetail[] }): ReactElement {
  const rows: [string, (one: AttemptDetail) => ReactNode][] = [
    ["State", (one) => one.status],
    ["Began", (one) => moment(one.started_at, "clock", 3)],
    ["Took", (one) => duration(one.duration_us)],
    ["Starting", (one) => (one.starting_us == null ? "–" : duration(one.starting_us))],
    ["Saving", (one) => (one.saving_us == null ? "–" : duration(one.saving_us))],
    ["CPU time", (one) => duration(one.cpu_us)],
    ["Most memory", (one) => bytes(one.max_rss_kib * 1024)],
    ["Failed with", (one) => (one.failure ? `${one.failure.kind}: ${one.failure.message}` : "–")],
  ];
  return (
    <Panel title="Attempts side by side" flush>
      <table className={css.compared}>
        <thead>
          <tr>
            <th scope="col">
              <span className="sr-only">what</span>
            </th>
            {attempts.map((one) => (
              <th key={one.attempt} scope="col">
                Attempt {one.attempt + 1}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, value]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {attempts.map((one) => (
                <td key={one.attempt}>{value(one)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
