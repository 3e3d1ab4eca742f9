/** What the pointer does: wheel, drag, pinch, an area with Shift. */

import { moved, zoomed } from "./camera";
import type { Scene } from "./scene";

/** What gestures lead to. */
export interface Gestured {
  scene: Scene;
  /** The element that scrolls up and down. */
  scroller: HTMLElement;
  /** The bars' place. */
  stage: HTMLElement;
  /** Something is pointed at, in pixels of the stage; nothing when the pointer leaves. */
  point: (at: { x: number; y: number } | undefined) => void;
  click: (at: { x: number; y: number }, event: PointerEvent) => void;
  /** An area while it is drawn, in pixels of the stage, and when it is done. */
  area: (from: { x: number; y: number }, to: { x: number; y: number }, done: boolean) => void;
}

/** So far a pointer may move and it is still a click. */
const STILL = 4;

/** Listens to the pointer until what is returned is called. */
export function listen(to: Gestured): () => void {
  const pointers = new Pointers(to);
  const { stage } = to;
  const on: [string, (event: never) => void][] = [
    ["pointerdown", pointers.down],
    ["pointermove", pointers.move],
    ["pointerup", pointers.up],
    ["pointercancel", pointers.cancel],
    ["pointerleave", pointers.leave],
    ["wheel", wheel(to)],
  ];
  for (const [name, listener] of on) {
    stage.addEventListener(
      name,
      listener as EventListener,
      name === "wheel" ? { passive: false } : undefined,
    );
  }
  return () => {
    for (const [name, listener] of on) stage.removeEventListener(name, listener as EventListener);
  };
}

/** With Ctrl (as a pinch on a touchpad says it) the wheel zooms; else it scrolls, and zooms where there is nothing to scroll. */
function wheel({ scene, scroller, stage }: Gestured) {
  return (event: WheelEvent) => {
    const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? stage.clientHeight : 1;
    const [x, y] = [event.deltaX * unit, event.deltaY * unit];
    const tall = scroller.scrollHeight > scroller.clientHeight + 1;
    const sideways = event.shiftKey ? y || x : Math.abs(x) > Math.abs(y) ? x : 0;
    if (event.ctrlKey || event.metaKey || (sideways === 0 && !tall)) {
      event.preventDefault();
      // A pinch comes in small pieces, a wheel in large ones.
      const factor = Math.exp(
        Math.max(-60, Math.min(60, y)) * (event.ctrlKey && Math.abs(y) < 40 ? 0.012 : 0.004),
      );
      const at = (event.clientX - stage.getBoundingClientRect().left) / stage.clientWidth;
      scene.look(zoomed(scene.target, factor, at));
    } else if (sideways !== 0) {
      event.preventDefault();
      scene.look(moved(scene.target, sideways / stage.clientWidth));
    }
  };
}

class Pointers {
  private readonly held = new Map<number, { x: number; y: number }>();
  private start = { x: 0, y: 0 };
  private doing: "nothing" | "pan" | "area" | "pinch" = "nothing";

  constructor(private readonly to: Gestured) {}

  readonly down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    const at = this.at(event);
    this.held.set(event.pointerId, at);
    if (this.held.size === 2) this.doing = "pinch";
    if (this.held.size > 1) return;
    this.start = at;
    this.doing = "nothing";
    if (event.shiftKey) {
      event.preventDefault();
      this.doing = "area";
      this.capture(event);
    }
  };

  readonly move = (event: PointerEvent): void => {
    const at = this.at(event);
    const before = this.held.get(event.pointerId);
    if (!before) {
      this.to.point(at);
      return;
    }
    if (this.doing === "nothing" && Math.hypot(at.x - this.start.x, at.y - this.start.y) >= STILL) {
      this.doing = "pan";
      this.capture(event);
    }
    if (this.doing === "pinch") this.pinch(event.pointerId, at);
    else if (this.doing === "area") this.to.area(this.start, at, false);
    else if (this.doing === "pan") this.pan(before, at, event.pointerType);
    this.held.set(event.pointerId, at);
  };

  readonly up = (event: PointerEvent): void => {
    if (!this.held.delete(event.pointerId)) return;
    const at = this.at(event);
    const { doing } = this;
    this.to.stage.toggleAttribute("data-dragged", false);
    if (this.held.size > 0) return;
    this.doing = "nothing";
    if (doing === "area") this.to.area(this.start, at, true);
    else if (doing === "nothing") this.to.click(at, event);
  };

  readonly cancel = (event: PointerEvent): void => {
    this.held.delete(event.pointerId);
    this.doing = "nothing";
    this.to.stage.toggleAttribute("data-dragged", false);
  };

  readonly leave = (): void => this.to.point(undefined);

  private pan(before: { x: number; y: number }, at: { x: number; y: number }, kind: string): void {
    const { scene, scroller, stage } = this.to;
    if (at.x !== before.x) scene.look(moved(scene.target, (before.x - at.x) / stage.clientWidth));
    // Fingers scroll by themselves.
    if (kind !== "touch") scroller.scrollTop += before.y - at.y;
  }

  private pinch(id: number, at: { x: number; y: number }): void {
    const { scene, stage } = this.to;
    const before = this.held.get(id);
    const other = [...this.held].find(([one]) => one !== id)?.[1];
    if (!before || !other) return;
    const [was, is] = [Math.abs(before.x - other.x), Math.abs(at.x - other.x)];
    if (was < 8 || is < 8) return;
    scene.look(zoomed(scene.target, was / is, other.x / stage.clientWidth));
  }

  private capture(event: PointerEvent): void {
    this.to.point(undefined);
    this.to.stage.setPointerCapture(event.pointerId);
    this.to.stage.toggleAttribute("data-dragged", true);
  }

  private at(event: PointerEvent): { x: number; y: number } {
    const { left, top } = this.to.stage.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }
}
