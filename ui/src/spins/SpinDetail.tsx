import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { get } from "~/api/client";
import type { Schemas } from "~/api/types";
import { Copy } from "~/parts/Copy";
import { Segmented } from "~/parts/Field";
import { Loading } from "~/parts/Loading";
import { later } from "~/parts/later";
import { Panel } from "~/parts/Panel";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { StatusBadge } from "~/parts/StatusBadge";
import { Time } from "~/parts/Time";
import { duration } from "~/theme/format";
import { SpinLog } from "./SpinLog";
import css from "./Spins.module.css";
import { type Spin, sideName, valueText } from "./words";

type Detail = Schemas["SpinDetail"];

// What artifacts look like is drawn by the scripts of a task's page.
const reading = <Loading what="reading what it made" />;
const Changes = later(async () => (await import("./Changes")).Changes, reading);
const FileDiff = later(async () => (await import("~/code/DiffView")).FileDiff);
const FailureNotice = later(async () => (await import("~/task/FailureNotice")).FailureNotice);

interface DetailProps {
  flow: string;
  step: string;
  spin: string;
  /** How it is: with another state it is read again. */
  status: string | undefined;
  /** Against the spin before it, not against where it came from. */
  against: boolean;
  onAgainst: (before: boolean) => void;
}

const ONE = "/api/v1/spins/{flow}/{step}/{spin}";

/** One spin: what it was given, how it went, how what it made and its code differ, its log, what to type next. */
export function SpinDetail({ flow, step, spin, status, against, onAgainst }: DetailProps): ReactElement {
  const first = useQuery({
    queryKey: ["spin", flow, step, spin, status],
    queryFn: ({ signal }) => get(ONE, { path: { flow, step, spin }, signal }),
    placeholderData: (before) => before,
  });
  const before = against ? (first.data?.before ?? undefined) : undefined;
  const second = useQuery({
    queryKey: ["spin", flow, step, spin, status, before],
    queryFn: ({ signal }) => get(ONE, { path: { flow, step, spin }, query: { against: before }, signal }),
    enabled: before !== undefined,
  });
  const error = first.error ?? second.error;
  const detail = (before === undefined ? undefined : second.data) ?? first.data;
  if (error) return <ProblemNotice error={error} retry={() => void first.refetch()} />;
  if (!first.data || !detail) return <Loading what="reading the spin" lines={8} />;
  return (
    <div className={css.detail}>
      <Head spin={detail.spin} />
      {detail.spin.failure && (
        <FailureNotice failure={detail.spin.failure} flow={flow} run={runOf(detail.spin)} />
      )}
      <Commands detail={first.data} />
      {first.data.before != null && (
        <Segmented
          label="compared with"
          options={[
            ["origin", "Against the run"],
            ["before", "Against the spin before"],
          ]}
          value={against ? "before" : "origin"}
          onChange={(to) => onAgainst(to === "before")}
        />
      )}
      <Changes detail={detail} />
      <Code detail={detail} />
      <SpinLog {...{ flow, step, spin, status }} />
    </div>
  );
}

const runOf = (spin: Spin) => spin.origin_run?.split("/")[1] ?? "";

/** How it went, where it starts from, what it was given. */
function Head({ spin }: { spin: Spin }): ReactElement {
  const set = Object.entries(spin.set);
  const took = spin.finished_at == null ? undefined : spin.finished_at - spin.started_at;
  return (
    <header className={css.facts}>
      <p className={css.line}>
        <StatusBadge turning status={spin.status} />
        {took !== undefined && <span>{duration(took)}</span>}
        {spin.starting_us != null && spin.saving_us != null && took !== undefined && (
          <span className={css.dim}>
            starting {duration(spin.starting_us)} · at work{" "}
            {duration(Math.max(0, took - spin.starting_us - spin.saving_us))} · saving{" "}
            {duration(spin.saving_us)}
          </span>
        )}
        <Time at={spin.started_at} />
        <span className={css.dim}>
          <bdi>{spin.user}</bdi>
        </span>
      </p>
      <p className={css.line}>
        {spin.origin ? (
          <>
            With the inputs of <TaskLink pathspec={spin.origin} />
          </>
        ) : (
          "The step had not run"
        )}
        {spin.inputs.length > 0 && <span className={css.dim}>after</span>}
        {spin.inputs.slice(0, 4).map((input) => (
          <TaskLink key={input} pathspec={input} />
        ))}
        {spin.input_count > 4 && <span className={css.dim}>and {spin.input_count - 4} more</span>}
      </p>
      {set.length > 0 && (
        <dl className={css.set} aria-label="values that were given">
          {set.map(([name, value]) => (
            <div key={name}>
              <dt>
                <code>{name}</code>
              </dt>
              <dd>
                <code>{valueText(value)}</code>
              </dd>
            </div>
          ))}
        </dl>
      )}
      {spin.module && (
        <p className={css.dim}>
          and what <code>{spin.module}</code> has
        </p>
      )}
    </header>
  );
}

function TaskLink({ pathspec }: { pathspec: string }): ReactElement {
  const [flow = "", run = "", step = "", task = ""] = pathspec.split("/");
  return (
    <Link to="/$flow/$run/$step/$task" params={{ flow, run, step, task }}>
      <bdi>{pathspec}</bdi>
    </Link>
  );
}

const NAMES: Record<string, readonly [label: string, what: string]> = {
  promote: ["Make it count", "a run that does this step, and what follows it, with the code as it is now"],
  spin: ["Spin again", "the same once more"],
  python: ["Notebook", "look at what it made, in Python"],
};

function Commands({ detail: { commands, left_out } }: { detail: Detail }): ReactElement {
  return (
    <Panel title="What to type next">
      <ul className={css.commands}>
        {Object.entries(NAMES).map(([name, [label, what]]) => {
          const text = commands.find((one) => one.name === name)?.text;
          return text === undefined ? null : (
            <li key={name}>
              <span data-tip={what}>{label}</span>
              <code>{text}</code>
              <Copy text={text} label={`${label.toLowerCase()} command`} />
            </li>
          );
        })}
      </ul>
      {left_out.length > 0 && (
        <p className={css.dim}>
          A run cannot be given {left_out.map((name) => `“${name}”`).join(", ")}: it takes what the steps
          before make.
        </p>
      )}
    </Panel>
  );
}

function Code({ detail: { code } }: { detail: Detail }): ReactElement | null {
  if (!code) return null;
  return (
    <Panel
      title={`Code, against ${sideName(code.from)}`}
      count={code.files.length}
      flush={code.files.length > 0}
    >
      {code.files.length === 0 ? (
        <p className={css.dim}>It is the same.</p>
      ) : (
        code.files.map((change) => <FileDiff key={change.name} change={change} />)
      )}
    </Panel>
  );
}
