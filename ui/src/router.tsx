import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import type { ReactElement } from "react";
import { base } from "~/api/base";
import { Empty } from "~/parts/Empty";
import { NotFound, PageProblem, Shell } from "~/shell/Shell";
import { parseSearch, type Search, writeSearch } from "~/shell/url";

// Each page is a script of its own, which is fetched when somebody goes there (or points at a link to it).
const pages = import.meta.glob<Record<string, unknown>>("./{runs,flow,run,task,compare,spins}/*Page.tsx");

/** What a page's script may offer, beside the page: to fetch what the page will want before it is there. */
interface PageScript {
  ahead?: (params: Record<string, string>, search: Search) => Promise<void>;
}

type Lazy<P> = ((props: P) => ReactElement) & {
  preload?: () => Promise<void>;
  script?: () => Promise<PageScript>;
};

function page<P = Record<never, never>>(file: string, name: string): Lazy<P> {
  const load = pages[file];
  if (!load) return () => <Empty title={`${name} is not there yet`} />;
  const component = lazyRouteComponent(load as never, name as never) as unknown as Lazy<P>;
  return Object.assign(component, { script: load });
}

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const runs = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: page("./runs/RunsPage.tsx", "RunsPage"),
});

const compare = createRoute({
  getParentRoute: () => root,
  path: "/compare",
  component: page("./compare/ComparePage.tsx", "ComparePage"),
});

const SpinsPage = page("./spins/SpinsPage.tsx", "SpinsPage");

const spins = createRoute({
  getParentRoute: () => root,
  path: "/spins",
  component: SpinsPage,
});

const spinsOfFlow = createRoute({
  getParentRoute: () => root,
  path: "/spins/$flow",
  beforeLoad: () => {
    throw redirect({ to: "/spins", replace: true });
  },
});

const spinsOfStep = createRoute({
  getParentRoute: () => root,
  path: "/spins/$flow/$step",
  component: SpinsPage,
});

const flow = createRoute({
  getParentRoute: () => root,
  path: "/$flow",
  component: page("./flow/FlowPage.tsx", "FlowPage"),
});

const RunPage = page("./run/RunPage.tsx", "RunPage");

const bareRun = createRoute({
  getParentRoute: () => root,
  path: "/$flow/$run",
  beforeLoad: ({ params, search }) => {
    throw redirect({
      to: "/$flow/$run/view/$tab",
      params: { ...params, tab: "timeline" },
      search,
      replace: true,
    });
  },
});

const run = createRoute({
  getParentRoute: () => root,
  path: "/$flow/$run/view/$tab",
  component: RunPage,
});

const step = createRoute({
  getParentRoute: () => root,
  path: "/$flow/$run/$step",
  beforeLoad: ({ params: { flow, run, step }, search }) => {
    throw redirect({
      to: "/$flow/$run/view/$tab",
      params: { flow, run, tab: "timeline" },
      search: { ...search, steps: step } as never,
      replace: true,
    });
  },
});

const TaskPage = page<{ flow: string; run: string; step: string; task: string }>(
  "./task/TaskPage.tsx",
  "TaskPage",
);

function Task(): ReactElement {
  const { flow, run, step, task } = taskRoute.useParams();
  return <TaskPage key={`${flow}/${run}/${task}`} flow={flow} run={run} step={step} task={task} />;
}
Task.preload = async () => TaskPage.preload?.();
Task.script = TaskPage.script;

const taskRoute = createRoute({
  getParentRoute: () => root,
  path: "/$flow/$run/$step/$task",
  component: Task,
});

const routes = root.addChildren([
  runs,
  compare,
  spins,
  spinsOfFlow,
  spinsOfStep,
  flow,
  bareRun,
  run,
  step,
  taskRoute,
]);

/** All pages by their addresses. */
export function makeRouter() {
  return createRouter({
    routeTree: routes,
    basepath: base || "/",
    parseSearch,
    stringifySearch: writeSearch,
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: PageProblem,
    scrollRestoration: true,
  });
}

type Pages = ReturnType<typeof makeRouter>;

/** Loads the page of the address, and what it will want unless `shown` says it is there: then it can be shown at once, and whole. */
export async function begin(router: Pages, shown: AbortSignal): Promise<void> {
  await router.load();
  const match = router.state.matches.at(-1);
  if (!match) return;
  const page = router.routesById[match.routeId].options.component as Lazy<never> | undefined;
  const script = await page?.script?.();
  // A page that is shown by now asks for itself.
  if (!shown.aborted) await script?.ahead?.(match.params, match.search as Search);
}

declare module "@tanstack/react-router" {
  interface Register {
    router: Pages;
  }
}
