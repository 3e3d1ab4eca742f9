import { type KeyboardEvent, type PointerEvent, type ReactElement, useEffect, useRef } from "react";
import css from "./Minimap.module.css";
import type { Elements } from "./useScene";
import { moved, type Span, tickText, whole, zoomed } from "./view/camera";
import type { Scene } from "./view/scene";

/** The whole run, small; what is seen of it is a window that can be dragged, and pulled at both ends. */
export function Minimap({ scene, mini }: { scene: Scene; mini: Elements["mini"] }): ReactElement {
  const pane = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const draw = () => {
      const element = pane.current;
      const width = mini.current?.clientWidth ?? 0;
      if (!element || width === 0) return;
      const all = whole(scene.end);
      const by = width / (all.to - all.from);
      const { from, to } = scene.camera;
      element.style.left = `${(from - all.from) * by}px`;
      element.style.width = `${Math.max(6, (to - from) * by)}px`;
      element.toggleAttribute("data-whole", !scene.zoomedIn);
      element.setAttribute(
        "aria-valuenow",
        String(Math.round((100 * Math.max(0, from)) / Math.max(1, scene.end))),
      );
      element.setAttribute("aria-valuetext", `${tickText(Math.max(0, from), 1e6)} to ${tickText(to, 1e6)}`);
    };
    scene.listeners.add(draw);
    return () => {
      scene.listeners.delete(draw);
    };
  }, [scene, mini]);
  return (
    <div className={css.mini} onPointerDown={(event) => drag(scene, event)}>
      <canvas ref={mini} className={css.canvas} />
      <div
        ref={pane}
        className={css.pane}
        role="slider"
        tabIndex={0}
        aria-label="What is seen of the run; arrows move it, plus and minus make it longer and shorter"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={0}
        onKeyDown={(event) => press(scene, event)}
      >
        <span className={css.from} data-end="from" />
        <span className={css.to} data-end="to" />
      </div>
    </div>
  );
}

function press(scene: Scene, event: KeyboardEvent): void {
  const views: Record<string, Span> = {
    ArrowLeft: moved(scene.target, -0.2),
    ArrowRight: moved(scene.target, 0.2),
    "+": zoomed(scene.target, 0.7, 0.5),
    "-": zoomed(scene.target, 1.4, 0.5),
    Home: moved(scene.target, -1e6),
    End: moved(scene.target, 1e6),
  };
  const to = views[event.key];
  if (!to) return;
  event.preventDefault();
  scene.look(to, { glide: true });
}

/** Pulls at an end, or moves the whole; a press elsewhere brings the window there. */
function drag(scene: Scene, event: PointerEvent<HTMLElement>): void {
  if (event.button !== 0) return;
  const element = event.currentTarget;
  const all = whole(scene.end);
  const box = element.getBoundingClientRect();
  const at = (x: number) => all.from + ((x - box.left) / box.width) * (all.to - all.from);
  const end = event.target instanceof HTMLElement ? event.target.dataset.end : undefined;
  const start = at(event.clientX);
  let { from, to } = scene.camera;
  const outside = start < from || start > to;
  if (outside || !scene.zoomedIn) {
    // Where all is seen there is nothing to move: a part of it is drawn up instead.
    const length = scene.zoomedIn ? to - from : 0;
    [from, to] = [start - length / 2, start + length / 2];
    if (length > 0) scene.look({ from, to });
  }
  const drawing = to === from && end === undefined;
  element.setPointerCapture(event.pointerId);
  const move = (next: globalThis.PointerEvent) => {
    const now = at(next.clientX);
    if (drawing) scene.look({ from: Math.min(start, now), to: Math.max(start, now) });
    else if (end === "from") scene.look({ from: Math.min(now, to - 1), to });
    else if (end === "to") scene.look({ from, to: Math.max(now, from + 1) });
    else scene.look({ from: from + now - start, to: to + now - start });
  };
  const stop = () => {
    element.removeEventListener("pointermove", move);
    element.removeEventListener("pointerup", stop);
    element.removeEventListener("pointercancel", stop);
  };
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerup", stop);
  element.addEventListener("pointercancel", stop);
}
