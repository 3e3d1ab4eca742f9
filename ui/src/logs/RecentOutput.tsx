import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactElement, useEffect, useState } from "react";
import { get } from "~/api/client";
import type { LogLine, TaskRow } from "~/api/types";
import { live } from "~/live";
import { Empty } from "~/parts/Empty";
import { Loading } from "~/parts/Loading";
import { StatusMark } from "~/parts/StatusBadge";
import { useRun } from "~/run/useRun";
import { plural } from "~/theme/format";
import { piecesOf } from "./pieces";
import css from "./RecentOutput.module.css";
import { LOG } from "./useLog";

const TASKS = "/api/v1/flows/{flow}/runs/{run}/tasks";
/** So many tasks are shown, and of each so many lines. */
const SHOWN = 6;
const LINES = 6;

/** Which tasks are worth a look: those at work, else those that failed, else those that ended last. */
const WORTH = [
  { title: "At work now", status: "running", order: "-began" },
  { title: "Failed", status: "failed", order: "ended" },
  { title: "Ended last", status: undefined, order: "-ended" },
] as const;

/** The last lines of the tasks that matter now, as they are written. */
export function RecentOutput({ flow, run }: { flow: string; run: string }): ReactElement {
  const { bundle } = useRun(flow, run);
  const running = bundle?.state.status === "running";
  const { data } = useQuery({
    queryKey: ["recent", flow, run, bundle?.state.status, running && bundle?.state.tasks.running],
    queryFn: async ({ signal }) => {
      for (const { title, status, order } of WORTH) {
        const page = await get(TASKS, {
          path: { flow, run },
          query: { status, order, limit: SHOWN },
          signal,
        });
        if (page.rows.length > 0) return { title, page };
      }
      return undefined;
    },
    enabled: bundle !== undefined,
    placeholderData: (before) => before,
  });
  if (bundle && data === undefined) {
    return (
      <Empty icon="log" title="Search the logs of all tasks at once">
        What tasks write is kept for each of them, and found here with its step and its line.
      </Empty>
    );
  }
  if (!data) return <Loading what="reading the last lines" lines={6} />;
  const { title, page } = data;
  return (
    <section className={css.recent} aria-label={title}>
      <h2 className={css.title}>
        {title}{" "}
        <span className={css.note}>
          {page.total > SHOWN ? `${SHOWN} of ${plural(page.total, "task")}, ` : ""}last lines of each
        </span>
      </h2>
      <div className={css.tasks}>
        {page.rows.map((row) => (
          <Tail key={row.task} flow={flow} run={run} row={row} />
        ))}
      </div>
    </section>
  );
}

function Tail({ flow, run, row }: { flow: string; run: string; row: TaskRow }): ReactElement {
  const lines = useTail(flow, run, row.task, row.status === "running");
  return (
    <article className={css.task}>
      <Link
        to="/$flow/$run/$step/$task"
        params={{ flow, run, step: row.step, task: String(row.task) }}
        className={css.whose}
      >
        <StatusMark status={row.status} size={11} />
        <span>
          <bdi>{row.step}</bdi>/{row.task}
        </span>
        {row.indices.length > 0 && <span className={css.note}>[{row.indices.join("][")}]</span>}
      </Link>
      <pre className={css.lines}>
        {lines?.length === 0 && <span className={css.note}>nothing written</span>}
        {lines?.map((line) => (
          <span key={line.line} className={css.line} data-stream={line.stream} dir="auto">
            {piecesOf(line.text.slice(0, 400))
              .map((piece) => piece.text)
              .join("")}
          </span>
        ))}
      </pre>
    </article>
  );
}

/** The last lines of a task, pushed as long as it runs. */
function useTail(flow: string, run: string, task: number, running: boolean): readonly LogLine[] | undefined {
  const [lines, setLines] = useState<readonly LogLine[]>();
  useEffect(() => {
    const add = (more: readonly LogLine[]) =>
      setLines((known = []) => {
        const all = new Map([...known, ...more].map((line) => [line.line, line]));
        return [...all.values()].sort((a, b) => a.line - b.line).slice(-LINES);
      });
    if (running) {
      return live.watch({ view: "log", flow, run, task, from: -LINES }, (news) => {
        if (news.type === "log") add(news.log.lines);
      });
    }
    const given = new AbortController();
    get(LOG, {
      path: { flow, run, task, attempt: "latest" },
      query: { from: -LINES, count: LINES },
      signal: given.signal,
    }).then(
      (answer) => add(answer.lines),
      () => setLines((known) => known ?? []),
    );
    return () => given.abort();
  }, [flow, run, task, running]);
  return lines;
}
