import { type ReactElement, useEffect, useRef } from "react";
import { count, moment } from "~/theme/format";
import css from "./Axis.module.css";
import type { Elements } from "./useScene";
import { tickStep, tickText } from "./view/camera";
import type { Scene } from "./view/scene";

/** Pixels between two marks of time, about. */
const ROOM = 96;

/** The axis of time with the curve of how many tasks were at work. What moves with the camera is moved without React. */
export function Axis({ scene, strip }: { scene: Scene; strip: Elements["strip"] }): ReactElement {
  const ticks = useRef<HTMLDivElement>(null);
  const flag = useRef<HTMLSpanElement>(null);
  const peak = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const draw = () => {
      if (ticks.current) drawTicks(scene, ticks.current);
      if (flag.current) drawFlag(scene, flag.current);
      if (peak.current) {
        const text = scene.peak > 0 ? `${count(scene.peak)} at once` : "";
        if (peak.current.textContent !== text) peak.current.textContent = text;
      }
    };
    scene.listeners.add(draw);
    return () => {
      scene.listeners.delete(draw);
    };
  }, [scene]);
  return (
    <div className={css.axis} aria-hidden="true">
      <canvas ref={strip} className={css.strip} />
      <div ref={ticks} className={css.ticks} />
      <span ref={peak} className={css.peak} />
      <span ref={flag} className={css.flag} hidden />
    </div>
  );
}

function drawTicks(scene: Scene, element: HTMLElement): void {
  const { from, to } = scene.camera;
  const by = scene.width / (to - from);
  if (!Number.isFinite(by) || by <= 0) return;
  const step = tickStep(to - from, scene.width / ROOM);
  let used = 0;
  for (let at = Math.max(0, Math.ceil(from / step)) * step; at < to; at += step) {
    const x = (at - from) * by;
    if (x > scene.width - 20) break;
    const span =
      (element.children[used] as HTMLElement | undefined) ??
      element.appendChild(document.createElement("span"));
    const text = tickText(scene.fromShown(at), step);
    if (span.textContent !== text) span.textContent = text;
    span.style.transform = `translateX(${Math.round(x)}px)`;
    span.hidden = false;
    used++;
  }
  for (; used < element.children.length; used++) (element.children[used] as HTMLElement).hidden = true;
}

/** The time under the pointer: since the beginning, and by the clock. */
function drawFlag(scene: Scene, element: HTMLElement): void {
  const x = scene.marks.pointer;
  const { shown } = scene;
  element.hidden = Number.isNaN(x) || !shown;
  if (element.hidden || !shown) return;
  const { from, to } = scene.camera;
  const time = scene.fromShown(from + (x / scene.width) * (to - from));
  const step = tickStep((to - from) / 100, 4);
  const clock = moment(shown.tasks.base + time, "clock", step < 1e6 ? 3 : 0);
  const text = `${tickText(Math.max(0, time), step)}  ·  ${clock}`;
  if (element.textContent !== text) element.textContent = text;
  const room = scene.width - element.offsetWidth - 6;
  element.style.transform = `translateX(${Math.round(Math.min(x + 6, Math.max(0, room)))}px)`;
}
