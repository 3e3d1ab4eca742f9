import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import type { Schemas, TaskDetail } from "~/api/types";
import { Copy } from "~/parts/Copy";
import { useNow } from "~/parts/now";
import { StatusMark } from "~/parts/StatusBadge";
import { bytes, count, duration } from "~/theme/format";
import { commandsOf } from "./commands";
import css from "./Rail.module.css";
import { stretches, sums } from "./times";

interface RailProps {
  flow: string;
  run: string;
  task: TaskDetail;
  attempt: number;
}

/** What stands beside a task whatever part of it is looked at: times, neighbours, commands. */
export function Rail({ flow, run, task, attempt }: RailProps): ReactElement {
  return (
    <aside className={css.rail} aria-label="about the task">
      <div className={css.inside}>
        <Times task={task} attempt={attempt} />
        <Neighbours title="Inputs from" of={task.parents} flow={flow} run={run} step={task.step} />
        <Neighbours title="Goes on with" of={task.children} flow={flow} run={run} step={task.step} />
        <section>
          <h2 className={css.title}>
            Commands
            <Link className={css.spins} to="/spins/$flow/$step" params={{ flow, step: task.step }}>
              spins of this step
            </Link>
          </h2>
          <ul className={css.commands}>
            {commandsOf(task, attempt).map(({ label, what, text }) => (
              <li key={label} className={css.command}>
                <span className={css.label} data-tip={what}>
                  {label}
                </span>
                <code className={css.text}>{text}</code>
                <Copy text={text} label={`${label.toLowerCase()} command`} />
              </li>
            ))}
          </ul>
        </section>
      </div>
    </aside>
  );
}

function Times({ task, attempt }: { task: TaskDetail; attempt: number }): ReactElement | null {
  const now = useNow(task.status === "running" ? 1000 : 0);
  const spent = sums(stretches(task, now));
  const one = task.attempts.find((known) => known.attempt === attempt);
  if (!one) return null;
  const rows: [string, string][] = [
    ["Waited for a worker", task.waited_us == null ? "–" : duration(spent.waited)],
    ["Starting", spent.starting > 0 ? duration(spent.starting) : ""],
    [task.attempts.length > 1 ? `At work, ${task.attempts.length} attempts` : "At work", duration(spent.ran)],
    ["Saving", spent.saving > 0 ? duration(spent.saving) : ""],
  ].filter(([, value]) => value !== "") as [string, string][];
  if (spent.between > 0) rows.push(["Between attempts", duration(spent.between)]);
  if (one.cpu_us > 0)
    rows.push(["CPU time", `${duration(one.cpu_us)} · ${cores(one.cpu_us, one.duration_us)}`]);
  if (one.max_rss_kib > 0) rows.push(["Most memory", bytes(one.max_rss_kib * 1024)]);
  return (
    <section>
      <h2 className={css.title}>Time</h2>
      <dl className={css.times}>
        {rows.map(([name, value]) => (
          <div key={name} className={css.time}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function cores(cpu: number, took: number): string {
  const busy = cpu / Math.max(1, took);
  return `${busy.toFixed(busy < 10 ? 2 : 0)} cores`;
}

/** So many neighbours are shown at once. */
const SHOWN = 8;

function Neighbours({
  title,
  of,
  flow,
  run,
  step,
}: {
  title: string;
  of: Schemas["Neighbours"];
  flow: string;
  run: string;
  step: string;
}): ReactElement {
  const steps = [...new Set(of.tasks.map((task) => task.step))];
  return (
    <section>
      <h2 className={css.title}>
        {title}
        {of.total > 1 && <span className={css.count}>{count(of.total)}</span>}
      </h2>
      {of.total === 0 && (
        <p className={css.none}>
          {title === "Inputs from" ? "It is the first." : step === "end" ? "It is the last." : "Nothing yet."}
        </p>
      )}
      <ul className={css.neighbours}>
        {of.tasks.slice(0, SHOWN).map((task) => (
          <li key={task.task}>
            <Link
              to="/$flow/$run/$step/$task"
              params={{ flow, run, step: task.step, task: String(task.task) }}
              className={css.neighbour}
            >
              <StatusMark status={task.status} size={11} />
              <span className={css.path}>
                <bdi>{task.step}</bdi>/{task.task}
              </span>
              {task.indices.length > 0 && <span className={css.index}>[{task.indices.join("][")}]</span>}
            </Link>
          </li>
        ))}
      </ul>
      {of.total > SHOWN && (
        <Link
          className={css.all}
          to="/$flow/$run/view/$tab"
          params={{ flow, run, tab: "tasks" }}
          search={{ step: steps.length === 1 ? steps[0] : undefined } as never}
        >
          all {count(of.total)}
        </Link>
      )}
    </section>
  );
}
