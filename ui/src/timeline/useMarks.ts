/** What is pointed at, chosen, highlighted. */

import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { get } from "~/api/client";
import type { CriticalPath } from "~/api/types";
import { say } from "~/parts/say";
import { taskHref } from "~/run/links";
import type { Patch } from "~/shell/url";
import { useGo } from "~/shell/useGo";
import { duration } from "~/theme/format";
import { labelOf, rowOf, stateName, stepOf, took } from "./data/ask";
import { firstBars, type Layout } from "./data/layout";
import type { RunTasks } from "./data/store";
import type { Tasks } from "./data/tasks";
import { type AreaAt, areaText, listText, type View } from "./search";
import type { Timeline } from "./useScene";
import { whole } from "./view/camera";
import { firstOf, gone, nextFailure, type Way } from "./view/cursor";
import { listen } from "./view/gestures";
import { heatRows } from "./view/heat";
import { type Area, atTime, cellAt, inArea, laneAt, laneOf, laneTop, placeAt, placeOfLane } from "./view/hit";
import type { Scene } from "./view/scene";

/** Pixels beside a bar that still are the bar. */
const SLACK = 4;

/** The bar that is pointed at, and where. */
export interface Hovered {
  item: number;
  at: { x: number; y: number };
}

/** The bar under a point of the stage; -1 if there is none. */
function itemAt(scene: Scene, { x, y }: { x: number; y: number }): number {
  const picture = scene.picture();
  if (!picture) return -1;
  const { tasks, layout, geometry, scale } = picture;
  const place = placeAt(geometry, y + scene.scroll);
  if (!place) return -1;
  const cell = cellAt(place, x, y + scene.scroll);
  if (cell !== undefined) {
    const row = heatRows(tasks, layout, place)[cell] as number;
    return firstBars(layout, tasks, [row])[0] ?? -1;
  }
  const lane = laneAt(place, y + scene.scroll);
  if (lane === undefined) return -1;
  return atTime(layout, lane, scale.from + x / scale.by, SLACK / scale.by, scale.now);
}

/** Listens to the pointer: points, opens, draws areas. */
export function usePointer(
  { scene, elements }: Timeline,
  open: (item: number, elsewhere: boolean) => void,
  unfold: (step: string) => void,
  choose: (area: AreaAt | undefined) => void,
): Hovered | undefined {
  const [hovered, setHovered] = useState<Hovered>();
  const pointer = useRef<{ x: number; y: number }>(undefined);
  useEffect(() => {
    const [scroller, stage] = [elements.scroller.current, elements.stage.current];
    if (!scroller || !stage) return;
    const time = (x: number) => scene.camera.from + (x / scene.width) * (scene.camera.to - scene.camera.from);
    const point = (at: typeof pointer.current) => {
      pointer.current = at;
      const item = at ? itemAt(scene, at) : -1;
      scene.mark({ hover: item, pointer: at?.x ?? Number.NaN });
      stage.style.cursor = item >= 0 ? "pointer" : "";
      const box = stage.getBoundingClientRect();
      setHovered(item < 0 || !at ? undefined : { item, at: { x: at.x + box.left, y: at.y + box.top } });
    };
    // Bars also move under a pointer that rests.
    const again = () => {
      const at = pointer.current;
      if (at && itemAt(scene, at) !== scene.marks.hover) point(at);
    };
    scene.listeners.add(again);
    const stop = listen({
      scene,
      scroller,
      stage,
      point,
      click: (at, event) => {
        const item = itemAt(scene, at);
        const place = scene.shown && placeAt(scene.shown.geometry, at.y + scene.scroll);
        if (item >= 0) open(item, event.ctrlKey || event.metaKey);
        else if (place?.form === "folded") unfold(place.section.name);
        else choose(undefined);
      },
      area: (from, to, done) => {
        const area: Area = {
          from: time(Math.min(from.x, to.x)),
          to: time(Math.max(from.x, to.x)),
          top: Math.min(from.y, to.y) + scene.scroll,
          bottom: Math.max(from.y, to.y) + scene.scroll,
        };
        scene.mark({ area });
        if (!done) return;
        const seconds = (shown: number) => Number((scene.fromShown(shown) / 1e6).toFixed(6));
        const drawn = Math.abs(to.x - from.x) > 3;
        choose(drawn ? { ...area, from: seconds(area.from), to: seconds(area.to) } : undefined);
      },
    });
    return () => {
      scene.listeners.delete(again);
      stop();
    };
  }, [scene, elements, open, unfold, choose]);
  return hovered;
}

/** The area that the address says, and the rows of its tasks. */
export function useArea({ scene, geometry }: Timeline, layout: Layout | undefined, view: View) {
  const { area } = view;
  const found = useMemo(() => {
    if (!area || !layout || !geometry) return undefined;
    const shown: Area = { ...area, from: scene.toShown(area.from * 1e6), to: scene.toShown(area.to * 1e6) };
    const now = scene.clock();
    return {
      shown,
      now,
      rows: inArea(layout, geometry, shown, scene.now),
      length: (area.to - area.from) * 1e6,
    };
  }, [scene, geometry, layout, area]);
  useEffect(() => scene.mark({ area: found?.shown }), [scene, found]);
  return found;
}

/** The critical path and the slowest tasks, highlighted. */
export function useHighlights(
  { scene, geometry }: Timeline,
  store: RunTasks | undefined,
  layout: Layout | undefined,
  view: View,
  live: boolean,
) {
  const { flow = "", run = "" } = store ?? {};
  const query = useQuery<CriticalPath>({
    queryKey: ["critical-path", flow, run],
    queryFn: ({ signal }) =>
      get("/api/v1/flows/{flow}/runs/{run}/critical-path", { path: { flow, run }, signal }),
    enabled: view.path && store !== undefined,
    // What goes on has another path every few seconds.
    refetchInterval: live ? 5_000 : false,
  });
  const links = view.path ? query.data?.links : undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: other places of bars are drawn again
  useEffect(() => {
    if (!store || !layout) return;
    const { tasks } = store;
    const rows = (links ?? []).map((link) => rowOf(tasks, link.task)).filter((row) => row >= 0);
    const slow = view.slow ? layout.slowest : [];
    scene.mark({ path: firstBars(layout, tasks, rows), slow: firstBars(layout, tasks, slow) });
  }, [scene, store, layout, geometry, links, view.slow]);
  return query;
}

/** Brings a bar into view: down to its lane, and to its time if that is not seen. */
function reveal(scene: Scene, scroller: HTMLElement | null, layout: Layout, item: number): void {
  const { shown } = scene;
  const lane = laneOf(layout, item);
  const place = shown && placeOfLane(shown.geometry, lane);
  if (!place || !scroller) return;
  const top = laneTop(place, lane);
  if (top < scroller.scrollTop) scroller.scrollTop = top - 30;
  else if (top + place.lane > scroller.scrollTop + scene.height)
    scroller.scrollTop = top + place.lane - scene.height + 30;
  const [from, to] = [layout.from[item] as number, Math.min(layout.to[item] as number, scene.now)];
  const view = scene.target;
  const length = view.to - view.from;
  if (to < view.from + length * 0.02 || from > view.to - length * 0.02) {
    const middle = (from + Math.max(from, to)) / 2;
    scene.look({ from: middle - length / 2, to: middle + length / 2 }, { glide: true });
  }
}

/** What the keyboard is at, and where it goes from there. */
export function useCursor(
  { scene, geometry, elements }: Timeline,
  store: RunTasks | undefined,
  layout: Layout | undefined,
  view: View,
  change: (patch: Patch) => void,
) {
  const tasks = store?.tasks;
  const row = tasks && view.task !== undefined ? rowOf(tasks, view.task) : -1;
  const item = useMemo(
    () => (layout && tasks && row >= 0 ? (firstBars(layout, tasks, [row])[0] ?? -1) : -1),
    [layout, tasks, row],
  );
  useEffect(() => scene.mark({ cursor: item }), [scene, item]);
  const moveTo = (next: number) => {
    if (!layout || !tasks || next < 0) return;
    const first = firstOf(layout, next);
    const to = layout.task[first] as number;
    change({ task: tasks.id[to] });
    reveal(scene, elements.scroller.current, layout, first);
    say(sentence(tasks, to, scene.clock()));
  };
  const go = (way: Way) => {
    if (!layout || !geometry || layout.task.length === 0) return;
    moveTo(item < 0 ? firstSeen(scene, layout) : gone(layout, geometry, item, way, scene.now));
  };
  return {
    row,
    item,
    go,
    failure: () => {
      const next = layout ? nextFailure(layout, item) : -1;
      if (next < 0) say("No task has failed");
      const place = layout && geometry && placeOfLane(geometry, laneOf(layout, next));
      // A failure in a folded step is shown all the same.
      if (place?.form === "folded")
        change({ folded: listText(view.folded.filter((one) => one !== place.section.name)) });
      moveTo(next);
    },
    show: (task: number) => {
      const at = tasks ? rowOf(tasks, task) : -1;
      if (layout && tasks && at >= 0) moveTo(firstBars(layout, tasks, [at])[0] ?? -1);
    },
  };
}

/** The first bar whose lane is seen. */
function firstSeen(scene: Scene, layout: Layout): number {
  const place = scene.shown && placeAt(scene.shown.geometry, scene.scroll + 1);
  const lane = place && (laneAt(place, scene.scroll + 1) ?? place.section.lanes[0]);
  if (lane === undefined) return 0;
  const hit = atTime(layout, lane, scene.camera.from, Number.POSITIVE_INFINITY, scene.now);
  return Math.max(hit, 0);
}

/** A task in a sentence, for people who listen. */
function sentence(tasks: Tasks, row: number, now: number): string {
  const label = labelOf(tasks, row);
  const time = took(tasks, row, now);
  return [
    `${stepOf(tasks, row)} ${tasks.id[row]}`,
    label && `item ${label}`,
    stateName(tasks.state[row] as number),
    Number.isNaN(time) ? "" : duration(time),
  ]
    .filter(Boolean)
    .join(", ");
}

/** Opens the task of a bar: here, or in a tab of its own. */
export function useOpen(
  store: RunTasks | undefined,
  layout: Layout | undefined,
): (item: number, elsewhere: boolean) => void {
  const go = useGo();
  const latest = useMemo(() => ({ store, layout, go }), [store, layout, go]);
  const [held] = useState(() => ({ current: latest }));
  held.current = latest;
  const [open] = useState(() => (item: number, elsewhere: boolean) => {
    const { store, layout, go } = held.current;
    if (!store || !layout || item < 0) return;
    const row = layout.task[item] as number;
    const bar = layout.bar[item] as number;
    const attempt = store.tasks.barNumber[bar];
    const last = bar + 1 === store.tasks.bars[row + 1];
    const at = attempt === undefined || last ? {} : { attempt };
    const href = taskHref(store.flow, store.run, stepOf(store.tasks, row), store.tasks.id[row] as number, at);
    if (elsewhere) window.open(href, "_blank", "noopener");
    else go(href);
  });
  return open;
}

/** Zooms to an area. */
export function zoomTo(scene: Scene, area: Area): void {
  const length = area.to - area.from;
  const all = whole(scene.end);
  scene.look(
    { from: Math.max(all.from, area.from - length * 0.05), to: Math.min(all.to, area.to + length * 0.05) },
    { glide: true },
  );
}

/** An area as a change of the address. */
export function areaPatch(area: AreaAt | undefined): Patch {
  return { area: area && areaText(area) };
}
