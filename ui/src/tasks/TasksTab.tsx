import { type ReactElement, useEffect, useMemo } from "react";
import { Button } from "~/parts/Button";
import { Empty } from "~/parts/Empty";
import { Loading } from "~/parts/Loading";
import { Menu } from "~/parts/Menu";
import { useNow } from "~/parts/now";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { isLive, useRun } from "~/run/useRun";
import { type Patch, useUrl } from "~/shell/url";
import { count, plural } from "~/theme/format";
import { counted, failureText, isEverything } from "../timeline/data/filter";
import type { List, Query } from "../timeline/data/protocol";
import { type RunTasks, useAnswer, useRunTasks } from "../timeline/data/store";
import type { Tasks } from "../timeline/data/tasks";
import { FilterText, StateMenu, StepMenu } from "../timeline/Toolbar";
import { columnsOf } from "./columns";
import { keep, written } from "./export";
import { type TableView, tableOf } from "./search";
import css from "./TasksTab.module.css";
import { TaskTable } from "./TaskTable";

export { ahead } from "../timeline/data/store";

const NO_FILTER: Patch = {
  status: undefined,
  steps: undefined,
  step: undefined,
  q: undefined,
  failure: undefined,
};

/** All tasks of a run in a table. */
export function TasksTab({ flow, run }: { flow: string; run: string }): ReactElement {
  const store = useRunTasks(flow, run);
  const { bundle } = useRun(flow, run);
  const [search, change] = useUrl();
  const view = useMemo(() => tableOf(search), [search]);
  const state = bundle?.state;
  const live = state ? isLive(state) : false;
  const at = bundle && state ? bundle.created_at + state.duration_us : undefined;
  useEffect(() => {
    if (store && at !== undefined) store.clock(at, live);
  }, [store, at, live]);
  useNow(live ? 1000 : 0);
  const { filter, order, down } = view;
  const query: Query = { what: "list", asked: { filter, order, down } };
  const list = useAnswer<List>(store, "table", query);
  const tasks = store?.tasks;
  const columns = useMemo(() => (tasks ? columnsOf(tasks) : []), [tasks]);
  const steps = bundle?.graph.map(({ step }) => step) ?? [];
  return (
    <div className={css.tab} data-tasks={list?.rows.length}>
      <div className={css.bar} role="toolbar" aria-label="Tasks">
        <FilterText filter={filter} change={change} />
        <StateMenu filter={filter} counts={tasks && counts(tasks)} change={change} />
        <StepMenu filter={filter} steps={steps.length > 0 ? steps : (tasks?.steps ?? [])} change={change} />
        {filter.failure !== undefined && tasks && (
          <Button small icon="close" className={css.failure} onClick={() => change({ failure: undefined })}>
            <bdi>{failureText(tasks, filter.failure) || "failed alike"}</bdi>
          </Button>
        )}
        <span className={css.rest} />
        <span className={css.count} role="status">
          {list &&
            (isEverything(filter) ? plural(list.rows.length, "task") : `${count(list.rows.length)} found`)}
        </span>
        {store && list && <Export store={store} list={list} name={`${flow}-${run}-tasks`} />}
      </div>
      {store?.problem ? <ProblemNotice error={store.problem} retry={() => store.open()} /> : null}
      {!list && !store?.problem && (
        <div className={css.waiting}>
          <Loading what="tasks" lines={8} />
        </div>
      )}
      {store && list && list.rows.length > 0 && (
        <TaskTable
          flow={flow}
          run={run}
          tasks={store.tasks}
          rows={list.rows}
          columns={columns}
          now={store.now()}
          view={view}
          change={change}
        />
      )}
      {list && list.rows.length === 0 && <Nothing view={view} live={live} change={change} />}
    </div>
  );
}

// Counted once for tasks that never change.
const known = new WeakMap<Tasks, ReturnType<typeof counted>>();

function counts(tasks: Tasks): ReturnType<typeof counted> {
  const found = known.get(tasks) ?? counted(tasks);
  known.set(tasks, found);
  return found;
}

function Export({ store, list, name }: { store: RunTasks; list: List; name: string }): ReactElement {
  const write = (format: "csv" | "json") => {
    const text = written(store.tasks, list.rows, columnsOf(store.tasks), store.now(), format);
    keep(text, format === "csv" ? "text/csv" : "application/json", `${name}.${format}`);
  };
  return (
    <Menu
      label="Write to a file"
      align="end"
      trigger={
        <Button small icon="download">
          Export
        </Button>
      }
      items={[
        { label: "CSV, as listed", onSelect: () => write("csv") },
        { label: "JSON, as listed", onSelect: () => write("json") },
      ]}
    />
  );
}

function Nothing({
  view,
  live,
  change,
}: {
  view: TableView;
  live: boolean;
  change: (patch: Patch) => void;
}): ReactElement {
  if (!isEverything(view.filter)) {
    return (
      <Empty title="No task is like that" icon="search">
        <Button onClick={() => change(NO_FILTER)}>Show all tasks</Button>
      </Empty>
    );
  }
  return (
    <Empty title={live ? "No task has begun yet" : "This run has no tasks"} icon="table">
      {live ? "Its first task appears here the moment it is made." : "It ended before its first step began."}
    </Empty>
  );
}
