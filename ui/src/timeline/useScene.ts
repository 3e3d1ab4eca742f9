/** The scene of a timeline, kept in step with the address: what is seen is in it, and what is in it is seen. */

import { type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { Patch } from "~/shell/url";
import type { Layout } from "./data/layout";
import type { RunTasks } from "./data/store";
import { secondsText, type View } from "./search";
import { type Geometry, placed } from "./view/geometry";
import { Scene } from "./view/scene";

/** The elements of a timeline. */
export interface Elements {
  scroller: RefObject<HTMLDivElement | null>;
  stage: RefObject<HTMLDivElement | null>;
  base: RefObject<HTMLCanvasElement | null>;
  over: RefObject<HTMLCanvasElement | null>;
  strip: RefObject<HTMLCanvasElement | null>;
  mini: RefObject<HTMLCanvasElement | null>;
}

/** A timeline that is drawn. */
export interface Timeline {
  scene: Scene;
  geometry: Geometry | undefined;
  elements: Elements;
}

/** Moves are over when nothing moved for so long, ms; then they are written into the address. */
const STILL = 220;

/** Draws a run. */
export function useScene(
  store: RunTasks | undefined,
  layout: Layout | undefined,
  view: View,
  live: boolean,
  change: (patch: Patch) => void,
): Timeline {
  const [scene] = useState(() => new Scene());
  const elements = useElements();
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => attached(scene, elements, setSize), [scene, elements]);
  const geometry = useGeometry(layout, view, size);
  const { heat } = view;
  useLayoutEffect(() => {
    if (!store || !layout || !geometry) return;
    scene.clock = () => store.now();
    scene.show({ tasks: store.tasks, layout, geometry, heat, live });
  }, [scene, store, layout, geometry, heat, live]);
  useAddress(scene, elements.scroller, geometry !== undefined, view, change);
  return { scene, geometry, elements };
}

function useElements(): Elements {
  const scroller = useRef<HTMLDivElement>(null);
  const stage = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const strip = useRef<HTMLCanvasElement>(null);
  const mini = useRef<HTMLCanvasElement>(null);
  return useMemo(() => ({ scroller, stage, base, over, strip, mini }), []);
}

function attached(
  scene: Scene,
  elements: Elements,
  resized: (size: { width: number; height: number }) => void,
): (() => void) | undefined {
  const [stage, base, over] = [elements.stage.current, elements.base.current, elements.over.current];
  const [strip, mini] = [elements.strip.current, elements.mini.current];
  if (!stage || !base || !over || !strip || !mini) return undefined;
  scene.onResize = () => resized({ width: scene.width, height: scene.height });
  return scene.attach({ stage, base, over, strip, mini });
}

function useGeometry(
  layout: Layout | undefined,
  view: View,
  { width, height }: { width: number; height: number },
): Geometry | undefined {
  const { folded, heat, lane, mode } = view;
  return useMemo(() => {
    if (!layout || width === 0) return undefined;
    const shape = {
      folded: new Set(folded),
      heat: new Set(heat.keys()),
      lane,
      rows: mode === "rows",
      width,
      height,
    };
    return placed(layout, shape);
  }, [layout, folded, heat, lane, mode, width, height]);
}

/** What is written of a view. */
function words(scene: Scene, live: boolean): Patch {
  const whole = !scene.zoomedIn;
  const follow = live && scene.follow;
  const { from, to } = scene.target;
  return {
    t0: whole ? undefined : secondsText(scene.fromShown(from)),
    t1: whole ? undefined : secondsText(scene.fromShown(to)),
    follow: !whole && follow,
    y: Math.round(scene.scroll) || undefined,
  };
}

function useAddress(
  scene: Scene,
  scroller: RefObject<HTMLDivElement | null>,
  ready: boolean,
  view: View,
  change: (patch: Patch) => void,
): void {
  const written = useRef("");
  const timer = useRef(0);
  const write = useCallback(() => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => {
      const patch = words(scene, scene.shown?.live ?? false);
      written.current = keyOf(patch);
      change(patch);
    }, STILL);
  }, [scene, change]);
  useEffect(() => () => window.clearTimeout(timer.current), []);

  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    scene.onMoved = write;
    const scrolled = () => {
      scene.scrolled(element.scrollTop);
      write();
    };
    element.addEventListener("scroll", scrolled, { passive: true });
    return () => element.removeEventListener("scroll", scrolled);
  }, [scene, scroller, write]);

  // The address was opened, or somebody went back: it says what is seen.
  const { t0, t1, y, follow } = view;
  useLayoutEffect(() => {
    if (!ready || keyOf({ t0, t1, y: y || undefined, follow }) === written.current) return;
    written.current = keyOf({ t0, t1, y: y || undefined, follow });
    window.clearTimeout(timer.current);
    restore(scene, t0, t1, follow);
    if (scroller.current) scroller.current.scrollTop = y;
    scene.scrolled(scroller.current?.scrollTop ?? 0);
  }, [scene, scroller, ready, t0, t1, y, follow]);
}

function restore(scene: Scene, t0: number | undefined, t1: number | undefined, follow: boolean): void {
  const all = { from: 0, to: Number.MAX_SAFE_INTEGER };
  const known = t0 !== undefined && t1 !== undefined && t1 > t0;
  const view = known ? { from: scene.toShown(t0 * 1e6), to: scene.toShown(t1 * 1e6) } : all;
  scene.look(view, { quiet: true });
  if (follow) scene.follow = true;
}

function keyOf(patch: Patch): string {
  return [patch.t0, patch.t1, patch.y, patch.follow ? 1 : 0].map((value) => value ?? "").join(" ");
}
