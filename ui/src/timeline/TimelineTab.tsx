import { type ReactElement, useCallback, useEffect, useMemo } from "react";
import { Button } from "~/parts/Button";
import { Empty } from "~/parts/Empty";
import { Loading } from "~/parts/Loading";
import { later } from "~/parts/later";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { TimelineMarks } from "~/plugins/timeline/TimelineMarks";
import { isLive, useRun } from "~/run/useRun";
import { type Patch, useUrl } from "~/shell/url";
import { plural } from "~/theme/format";
import { Axis } from "./Axis";
import { isEverything } from "./data/filter";
import type { Layout } from "./data/layout";
import type { Query } from "./data/protocol";
import { type RunTasks, useAnswer, useRunTasks } from "./data/store";
import { Gutter } from "./Gutter";
import { Hover } from "./Hover";
import { Minimap } from "./Minimap";
import { listText, type View, viewOf } from "./search";
import css from "./TimelineTab.module.css";
import { Toolbar } from "./Toolbar";
import { Twin } from "./Twin";
import { areaPatch, useArea, useCursor, useHighlights, useOpen, usePointer, zoomTo } from "./useMarks";
import { useScene } from "./useScene";
import { useTimelineKeys } from "./useTimelineKeys";

export { ahead } from "./data/store";

// What is opened beside the timeline is fetched then.
const AreaPanel = later(async () => (await import("./AreaPanel")).AreaPanel);
const PathPanel = later(async () => (await import("./PathPanel")).PathPanel);
const StepPanel = later(async () => (await import("./StepPanel")).StepPanel);

const NO_FILTER: Patch = {
  status: undefined,
  steps: undefined,
  step: undefined,
  q: undefined,
  failure: undefined,
};

/** All tasks of a run on an axis of time. */
export function TimelineTab({ flow, run }: { flow: string; run: string }): ReactElement {
  const store = useRunTasks(flow, run);
  const { bundle } = useRun(flow, run);
  const [search, change] = useUrl();
  const view = useMemo(() => viewOf(search), [search]);
  const state = bundle?.state;
  const live = state ? isLive(state) : false;
  const at = bundle && state ? bundle.created_at + state.duration_us : undefined;
  useEffect(() => {
    if (store && at !== undefined) store.clock(at, live);
  }, [store, at, live]);
  const steps = useMemo(() => bundle?.graph.map(({ step }) => step) ?? [], [bundle?.graph]);
  const expected = useMemo(
    () => new Map(Object.entries(state?.steps ?? {}).map(([step, { expected }]) => [step, expected])),
    [state?.steps],
  );
  const layout = useAnswer<Layout>(store, "timeline", queryOf(view, steps));
  const timeline = useTimeline(store, layout, view, live, change);
  return (
    <div className={css.tab} data-tasks={layout?.rows.length} data-phase={store?.phase}>
      <Toolbar
        view={view}
        counts={layout?.counts}
        steps={steps.length > 0 ? steps : (store?.tasks.steps ?? [])}
        scene={timeline.scene}
        live={live}
        wide={timeline.wide}
        change={change}
      />
      <div className={css.across}>
        <div className={css.main}>
          <Drawing
            {...{ flow, run }}
            timeline={timeline}
            store={store}
            layout={layout}
            view={view}
            expected={expected}
            change={change}
          />
          {store?.problem ? (
            <div className={css.notice}>
              <ProblemNotice error={store.problem} retry={() => store.open()} />
            </div>
          ) : null}
          {layout && <Nothing layout={layout} store={store} view={view} live={live} change={change} />}
          {timeline.area && store && (
            <AreaPanel
              tasks={store.tasks}
              {...timeline.area}
              zoom={() => timeline.area && zoomTo(timeline.scene, timeline.area.shown)}
              close={() => change(areaPatch(undefined))}
            />
          )}
        </div>
        <Sides flow={flow} run={run} timeline={timeline} view={view} seq={layout?.seq ?? 0} change={change} />
      </div>
    </div>
  );
}

interface SidesProps {
  flow: string;
  run: string;
  timeline: ReturnType<typeof useTimeline>;
  view: View;
  seq: number;
  change: (patch: Patch) => void;
}

/** What is opened beside the bars: the statistics of a step, the critical path. */
function Sides({ flow, run, timeline, view, seq, change }: SidesProps): ReactElement {
  return (
    <>
      {view.stats && (
        <StepPanel
          flow={flow}
          run={run}
          step={view.stats}
          seq={seq}
          close={() => change({ stats: undefined })}
        />
      )}
      {view.path && (
        <PathPanel
          path={timeline.path.data}
          error={timeline.path.error}
          retry={() => void timeline.path.refetch()}
          show={timeline.cursor.show}
          close={() => change({ path: undefined })}
        />
      )}
    </>
  );
}

function queryOf(view: View, steps: string[]): Query {
  const { filter, mode, group, sort, down, idle, pins } = view;
  return {
    what: "layout",
    asked: { filter, mode, group, sort, down, collapseIdle: idle, steps: [...pins, ...steps] },
  };
}

/** The scene, and all that is done in it. */
function useTimeline(
  store: RunTasks | undefined,
  layout: Layout | undefined,
  view: View,
  live: boolean,
  change: (patch: Patch) => void,
) {
  const scened = useScene(store, layout, view, live, change);
  const open = useOpen(store, layout);
  const { folded } = view;
  const unfold = useCallback(
    (step: string) => change({ folded: listText(folded.filter((one) => one !== step)) }),
    [folded, change],
  );
  const choose = useCallback((area: View["area"]) => change(areaPatch(area)), [change]);
  const hovered = usePointer(scened, open, unfold, choose);
  const area = useArea(scened, layout, view);
  const path = useHighlights(scened, store, layout, view, live);
  const cursor = useCursor(scened, store, layout, view, change);
  useTimelineKeys({ scene: scened.scene, view, change, cursor, open });
  const wide = useMemo(
    () =>
      layout?.sections
        .filter(({ lanes, name }) => name !== "" && lanes[1] - lanes[0] > 1)
        .map(({ name }) => name) ?? [],
    [layout],
  );
  return { ...scened, open, hovered, area, path, cursor, wide };
}

interface DrawingProps {
  flow: string;
  run: string;
  timeline: ReturnType<typeof useTimeline>;
  store: RunTasks | undefined;
  layout: Layout | undefined;
  view: View;
  expected: ReadonlyMap<string, number>;
  change: (patch: Patch) => void;
}

function Drawing({ flow, run, timeline, store, layout, view, expected, change }: DrawingProps): ReactElement {
  const { scene, geometry, elements, cursor, hovered } = timeline;
  const ready = store && layout && geometry;
  return (
    <>
      <Minimap scene={scene} mini={elements.mini} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys */}
      <section ref={elements.scroller} className={css.scroller} aria-label="Timeline" tabIndex={0}>
        <div className={css.corner}>{layout && plural(layout.rows.length, "task")}</div>
        <Axis scene={scene} strip={elements.strip} />
        {ready ? (
          <Gutter
            geometry={geometry}
            tasks={store.tasks}
            layout={layout}
            view={view}
            scroller={elements.scroller}
            expected={expected}
            change={change}
          />
        ) : (
          <div className={css.waiting}>{!store?.problem && <Loading what="tasks" lines={5} />}</div>
        )}
        <div ref={elements.stage} className={css.stage}>
          <canvas ref={elements.base} className={css.canvas} />
          <canvas ref={elements.over} className={css.canvas} />
          {ready && <TimelineMarks scene={scene} flow={flow} run={run} />}
          {ready && (
            <Twin
              scene={scene}
              tasks={store.tasks}
              layout={layout}
              cursor={cursor.row}
              go={cursor.go}
              open={() => timeline.open(cursor.item, false)}
              leave={() => change({ task: undefined })}
            />
          )}
        </div>
      </section>
      {ready && hovered && hovered.item < layout.task.length && (
        <Hover tasks={store.tasks} layout={layout} item={hovered.item} now={store.now()} at={hovered.at} />
      )}
    </>
  );
}

/** What is to be said where no bar is. */
function Nothing({
  layout,
  store,
  view,
  live,
  change,
}: {
  layout: Layout;
  store: RunTasks | undefined;
  view: View;
  live: boolean;
  change: (patch: Patch) => void;
}): ReactElement | null {
  if (store?.phase === "gone") {
    return <Notice title="This run has been deleted">What is shown is what was known of it.</Notice>;
  }
  if (layout.rows.length > 0) return null;
  if (!isEverything(view.filter)) {
    return (
      <Notice title="No task is like that">
        <Button onClick={() => change(NO_FILTER)}>Show all tasks</Button>
      </Notice>
    );
  }
  return (
    <Notice title={live ? "No task has begun yet" : "This run has no tasks"}>
      {live ? "Its first task appears here the moment it is made." : "It ended before its first step began."}
    </Notice>
  );
}

function Notice({ title, children }: { title: string; children: React.ReactNode }): ReactElement {
  return (
    <div className={css.notice}>
      <Empty title={title} icon="timeline">
        {children}
      </Empty>
    </div>
  );
}
