import { type FocusEvent, type KeyboardEvent, type RefObject, useCallback, useRef, useState } from "react";
import type { ShapeStep } from "~/api/types";
import type { Layout } from "./layout";
import type { Moving } from "./useView";
import { neighbour, showing } from "./view";

const ARROWS = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]);

/** The step that has, or had, focus: the one that Tab comes to, and that arrow keys go on from. */
export interface Cursor {
  current: string;
  onFocus(step: string): void;
  onKeyDown(event: KeyboardEvent): void;
}

/** Keeps that step, in sight. */
export function useCursor(
  box: RefObject<HTMLElement | null>,
  { layout, steps }: { layout: Layout; steps: ShapeStep[] },
  moving: Moving,
  card: Pointed,
): Cursor {
  const [current, setCurrent] = useState(steps[0]?.step ?? "");
  const focus = useRef((_: string) => {});
  focus.current = (step) => {
    setCurrent(step);
    card.point(step);
    const node = layout.nodes.find((one) => one.step === step);
    // A click focuses, too, and then nothing is to move under the pointer.
    if (!node || !box.current?.querySelector("a:focus-visible")) return;
    const next = showing(moving.view, node, moving.size.width, moving.size.height);
    if (next.x !== moving.view.x || next.y !== moving.view.y) moving.set(next);
  };
  const onFocus = useCallback((step: string) => focus.current(step), []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Escape") card.leave();
    const from = layout.nodes.find((node) => node.step === current);
    const next = from && ARROWS.has(event.key) ? neighbour(layout, from, event.key) : undefined;
    if (!next) return;
    event.preventDefault();
    const place = `a[data-step="${CSS.escape(next.step)}"]`;
    box.current?.querySelector<SVGAElement>(place)?.focus({ preventScroll: true });
  };
  return { current, onFocus, onKeyDown };
}

/** Which step is pointed at, and what changes that. */
export type Pointed = ReturnType<typeof usePointed>;

/** Which step is pointed at; it stays a moment, so that the pointer can reach its card. */
export function usePointed() {
  const [step, setStep] = useState<string | null>(null);
  const timer = useRef(0);
  const stay = useCallback(() => window.clearTimeout(timer.current), []);
  const point = useCallback((next: string | null) => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setStep(next), next === null ? 180 : 90);
  }, []);
  const leave = useCallback(() => {
    window.clearTimeout(timer.current);
    setStep(null);
  }, []);
  const left = useCallback(
    (event: FocusEvent) => {
      if (!event.currentTarget.contains(event.relatedTarget)) point(null);
    },
    [point],
  );
  return { step, point, stay, leave, left };
}
