import type { Ahead } from "./scripts/ahead.ts";

const RUN = "/api/v1/flows/{flow}/runs/{run}";
const TASK = `${RUN}/tasks/{task}`;
const TABS = {
  dag: "dag/DagTab",
  tasks: "tasks/TasksTab",
  logs: "logs/LogsTab",
  artifacts: "artifacts/ArtifactsTab",
  cards: "cards/CardsTab",
  config: "config/ConfigTab",
  code: "code/CodeTab",
  compare: "compare/CompareTab",
};

const page = (path: string, modules: string[], asks: string[] = []): Ahead => ({
  path,
  modules: modules.map((name) => `src/${name}.tsx`),
  asks,
});
const timeline = (path: string) =>
  page(path, ["run/RunPage", "timeline/TimelineTab"], [RUN, `${RUN}/tasks.bin`]);

/** What pages want, by their addresses; the first that fits counts. `router.tsx` says what they show. */
export const AHEAD: readonly Ahead[] = [
  page("/", ["runs/RunsPage"]),
  page("/compare", ["compare/ComparePage"]),
  page("/spins", ["spins/SpinsPage"]),
  page("/spins/{flow}/{step}", ["spins/SpinsPage"]),
  page("/{flow}", ["flow/FlowPage"]),
  timeline("/{flow}/{run}"),
  timeline("/{flow}/{run}/view/timeline"),
  timeline("/{flow}/{run}/{step}"),
  ...Object.entries(TABS).map(([tab, module]) =>
    page(`/{flow}/{run}/view/${tab}`, ["run/RunPage", module], [RUN]),
  ),
  // Of plugins.
  page("/{flow}/{run}/view/{tab}", ["run/RunPage"], [RUN]),
  page(
    "/{flow}/{run}/{step}/{task}",
    ["task/TaskPage", "task/Rail"],
    [TASK, `${TASK}/attempts/latest/log?stream=both&from=-500&count=500`],
  ),
];
