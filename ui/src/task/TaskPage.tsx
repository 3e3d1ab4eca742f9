import { type ReactElement, useEffect, useRef } from "react";
import { queryClient } from "~/api/query";
import type { AttemptDetail, TaskDetail } from "~/api/types";
import { askAhead } from "~/logs/ahead";
import { LogViewer } from "~/logs/LogViewer";
import { readLogParams } from "~/logs/params";
import { Empty } from "~/parts/Empty";
import { Loading } from "~/parts/Loading";
import { later } from "~/parts/later";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { type Tab, Tabs } from "~/parts/Tabs";
import { usePainted } from "~/parts/usePainted";
import { TaskLinks } from "~/plugins/links/TaskLinks";
import { PluginSlot } from "~/plugins/PluginSlot";
import { isPluginTab, PluginTab, usePluginTabs } from "~/plugins/tabs";
import { useKey } from "~/shell/keys";
import { useTitle } from "~/shell/title";
import { type Search, useUrl } from "~/shell/url";
import { Attempts } from "./Attempts";
import { readTaskParams, type Section } from "./params";
import { TaskHead } from "./TaskHead";
import css from "./TaskPage.module.css";
import { taskQuery, useTask } from "./useTask";

/** Whose page it is. */
export interface TaskPageProps {
  flow: string;
  run: string;
  step: string;
  task: string;
}

/** What is given to whoever shows the cards of a task: `cards/TaskCards.tsx`, if it is there. */
export interface TaskCardsProps extends TaskPageProps {
  attempt: number;
}

const cards = Object.values(
  import.meta.glob<{ TaskCards: (props: TaskCardsProps) => ReactElement }>("../cards/TaskCards.tsx"),
)[0];
// What is behind a tab comes when that is opened.
const waiting = <Loading what="getting ready" />;
const ArtifactList = later(async () => (await import("~/artifacts/ArtifactList")).ArtifactList, waiting);
const Details = later(async () => (await import("./Details")).Details, waiting);
const FailureNotice = later(async () => (await import("./FailureNotice")).FailureNotice);
const Rail = later(async () => (await import("./Rail")).Rail, <div />);
const ResourceCurves = later(
  async () => (await import("~/resources/ResourceCurves")).ResourceCurves,
  waiting,
);
const TaskCards = cards && later(async () => (await cards()).TaskCards, waiting);

/** Everything about one task: its attempts, why it is as it is, its log, artifacts, resources and cards. */
export function TaskPage({ flow, run, step, task: id }: TaskPageProps): ReactElement {
  const { task, error, retry } = useTask(flow, run, id);
  useLogAhead(flow, run, id, task !== undefined);
  useTitle(`${step}/${id} · ${flow}/${run}`);
  if (!task)
    return error ? <Missing error={error} retry={retry} /> : <Loading what="reading the task" lines={6} />;
  return <Loaded flow={flow} run={run} task={task} />;
}

/** Fetches what the page of a task will want. */
export async function ahead({ flow = "", run = "", task = "" }: Partial<TaskPageProps>, search: Search) {
  const fetched = queryClient.prefetchQuery(taskQuery(flow, run, task));
  // It is drawn a frame later, and if it cannot be had that is told then.
  void Rail.ahead().catch(() => {});
  await Promise.all([fetched, logAhead(flow, run, task, search)]);
}

/** The end of the log is asked for together with the task; of a task that is there the log asks by itself. */
function useLogAhead(flow: string, run: string, task: string, there: boolean): void {
  const [search] = useUrl();
  const latest = useRef({ search, there });
  latest.current = { search, there };
  useEffect(() => {
    if (!latest.current.there) void logAhead(flow, run, task, latest.current.search);
  }, [flow, run, task]);
}

async function logAhead(flow: string, run: string, task: string, search: Search): Promise<void> {
  const { attempt, section } = readTaskParams(search);
  if (section === "log" && /^\d+$/.test(task))
    await askAhead({ flow, run, task }, attempt, readLogParams(search).stream);
}

function Missing({ error, retry }: { error: unknown; retry: () => void }): ReactElement {
  return (
    <div className={css.missing}>
      <ProblemNotice error={error} retry={retry} />
    </div>
  );
}

function Loaded({ flow, run, task }: { flow: string; run: string; task: TaskDetail }): ReactElement {
  const [search, change] = useUrl();
  // The log is what one waits for; what is beside it comes a frame later.
  const seen = usePainted(true, false);
  const { attempt: asked, section } = readTaskParams(search);
  const latest = task.attempts.at(-1);
  const chosen = task.attempts.find(({ attempt }) => attempt === asked) ?? latest;
  const choose = (attempt: number) =>
    change({ attempt: attempt === latest?.attempt ? undefined : attempt, line: undefined });
  const go = (to: string) => change({ section: to === "log" ? undefined : to });
  useStepping(task, chosen, choose);
  useKey("l", "log", () => go("log"), { group: "Task" });
  useKey("a", "artifacts", () => go("artifacts"), { group: "Task" });
  useKey("r", "resources", () => go("resources"), { group: "Task" });
  return (
    <div className={css.page} data-section={section}>
      <div className={css.top}>
        <TaskHead flow={flow} run={run} task={task} />
        <Attempts task={task} chosen={chosen?.attempt} onChoose={choose} />
        {chosen?.failure && <FailureNotice failure={chosen.failure} flow={flow} run={run} />}
        <TaskLinks {...{ flow, run, task }} attempt={chosen?.attempt} />
        <PluginSlot
          slot="task-details"
          {...{ flow, run, step: task.step }}
          task={String(task.task)}
          attempt={chosen?.attempt}
        />
      </div>
      <div className={css.main}>
        <Tabs
          label="parts of the task"
          tabs={[...tabs(task), ...usePluginTabs("task-tab")]}
          value={section}
          onChange={go}
          controls="task-part"
        />
        <div id="task-part" role="tabpanel" aria-label={section} className={css.part}>
          <Part flow={flow} run={run} task={task} chosen={chosen} section={section} />
        </div>
      </div>
      {seen ? <Rail flow={flow} run={run} task={task} attempt={chosen?.attempt ?? 0} /> : <div />}
    </div>
  );
}

function tabs(task: TaskDetail): Tab[] {
  return [
    { value: "log", label: "Log", icon: "log" },
    { value: "artifacts", label: "Artifacts", icon: "box", count: task.artifacts?.length },
    { value: "resources", label: "Resources", icon: "chart" },
    ...(TaskCards ? [{ value: "cards", label: "Cards", icon: "card" } as const] : []),
    { value: "details", label: "Details", icon: "info" },
  ];
}

function Part({
  flow,
  run,
  task,
  chosen,
  section,
}: {
  flow: string;
  run: string;
  task: TaskDetail;
  chosen: AttemptDetail | undefined;
  section: Section;
}): ReactElement {
  const of = { flow, run, step: task.step, task: String(task.task) };
  if (isPluginTab(section))
    return <PluginTab slot="task-tab" tab={section} {...of} attempt={chosen?.attempt} />;
  if (section === "artifacts") return <ArtifactList {...of} detail={task} attempt={chosen?.attempt} />;
  if (section === "details") return <Details task={task} attempt={chosen} flow={flow} run={run} />;
  if (!chosen) return <NotBegun task={task} />;
  if (section === "resources")
    return (
      <ResourceCurves
        key={chosen.attempt}
        {...of}
        attempt={chosen.attempt}
        running={chosen.status === "running"}
      />
    );
  if (section === "cards" && TaskCards) {
    return <TaskCards {...of} attempt={chosen.attempt} />;
  }
  return (
    <LogViewer key={chosen.attempt} {...of} attempt={chosen.attempt} startedAt={chosen.started_at} full />
  );
}

function NotBegun({ task }: { task: TaskDetail }): ReactElement {
  return task.origin ? (
    <Empty title="It was not run here" icon="retry">
      It was taken over from <bdi>{task.origin}</bdi>; its artifacts are the same.
    </Empty>
  ) : (
    <Empty title="It has not begun" icon="clock">
      It waits for a worker. This page shows what happens as soon as it does.
    </Empty>
  );
}

/** `[` and `]` go from attempt to attempt. */
function useStepping(
  task: TaskDetail,
  chosen: AttemptDetail | undefined,
  choose: (attempt: number) => void,
): void {
  const at = chosen ? task.attempts.indexOf(chosen) : -1;
  const enabled = task.attempts.length > 1;
  const step = (by: number) => {
    const next = task.attempts[at + by];
    if (next) choose(next.attempt);
  };
  useKey("[", "attempt before", () => step(-1), { group: "Task", enabled });
  useKey("]", "next attempt", () => step(1), { group: "Task", enabled });
}
