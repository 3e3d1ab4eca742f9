import {
  type PointerEvent,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import type { Layout } from "./layout";
import { fitted, opening, type View, zoomed } from "./view";

/** The part of the plane that is seen, and what changes it. */
export interface Moving {
  view: View;
  size: { width: number; height: number };
  /** It is being dragged. */
  dragging: boolean;
  set(view: View): void;
  zoom(by: number): void;
  move(dx: number, dy: number): void;
  fit(): void;
  drag: {
    onPointerDown(event: PointerEvent): void;
    onPointerMove(event: PointerEvent): void;
    onPointerUp(event: PointerEvent): void;
    onPointerCancel(event: PointerEvent): void;
  };
}

/** Follows the wheel, drags and the size of an element. `first` is the view it begins with; without one it is chosen. */
export function useView(
  element: RefObject<HTMLElement | null>,
  layout: Layout,
  first: View | undefined,
  onChange: (view: View | undefined) => void,
): Moving {
  const [size, setSize] = useState({ width: 0, height: 0 });
  const [chosen, setChosen] = useState(first);
  const [dragging, setDragging] = useState(false);
  // While nobody has moved it, it follows the size of the window.
  const view = chosen ?? (size.width > 0 ? opening(layout, size.width, size.height) : { x: 0, y: 0, k: 1 });
  const now = useRef(view);
  now.current = view;
  const set = useCallback(
    (next: View | undefined) => {
      setChosen(next);
      onChange(next);
    },
    [onChange],
  );

  useLayoutEffect(() => {
    const box = element.current;
    if (!box) return;
    const measure = () => setSize({ width: box.clientWidth, height: box.clientHeight });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, [element]);

  // React listens passively, which could not keep the page from scrolling.
  useEffect(() => {
    const box = element.current;
    if (!box) return;
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      set(turned(now.current, event, box.getBoundingClientRect()));
    };
    box.addEventListener("wheel", wheel, { passive: false });
    return () => box.removeEventListener("wheel", wheel);
  }, [element, set]);

  const drag = useDrag(now, set, setDragging);
  return {
    view,
    size,
    dragging,
    set,
    zoom: (by) => set(zoomed(view, by, size.width / 2, size.height / 2)),
    move: (dx, dy) => set({ ...view, x: view.x + dx, y: view.y + dy }),
    fit: () => set(fitted(layout, size.width, size.height)),
    drag,
  };
}

/** A wheel zooms; two fingers that go sideways, or Shift, move. */
function turned(view: View, event: WheelEvent, box: DOMRect): View {
  const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? box.height : 1;
  const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
  if (event.shiftKey) return { ...view, x: view.x - (dx || dy) };
  if (dx !== 0 && !event.ctrlKey) return { ...view, x: view.x - dx, y: view.y - dy };
  const by = Math.exp(-dy * (event.ctrlKey ? 0.01 : 0.0016));
  return zoomed(view, by, event.clientX - box.left, event.clientY - box.top);
}

const STILL = 4;

function useDrag(
  now: RefObject<View>,
  set: (view: View) => void,
  setDragging: (on: boolean) => void,
): Moving["drag"] {
  const held = useRef(new Map<number, { x: number; y: number }>());
  const moved = useRef(0);
  const end = (event: PointerEvent) => {
    held.current.delete(event.pointerId);
    if (held.current.size === 0) setDragging(false);
  };
  return {
    onPointerDown(event) {
      if (event.button !== 0) return;
      held.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
      moved.current = 0;
    },
    onPointerMove(event) {
      const from = held.current.get(event.pointerId);
      if (!from) return;
      const to = { x: event.clientX, y: event.clientY };
      moved.current += Math.abs(to.x - from.x) + Math.abs(to.y - from.y);
      // A click that trembles is a click.
      if (moved.current < STILL) return;
      if (!event.currentTarget.hasPointerCapture(event.pointerId))
        event.currentTarget.setPointerCapture(event.pointerId);
      setDragging(true);
      const others = [...held.current].find(([id]) => id !== event.pointerId)?.[1];
      held.current.set(event.pointerId, to);
      set(
        others
          ? pinched(now.current, from, to, others, event)
          : shifted(now.current, to.x - from.x, to.y - from.y),
      );
    },
    onPointerUp: end,
    onPointerCancel: end,
  };
}

function shifted(view: View, dx: number, dy: number): View {
  return { ...view, x: view.x + dx, y: view.y + dy };
}

type Place = { x: number; y: number };

/** Two fingers: one stays, the other moved. */
function pinched(view: View, from: Place, to: Place, other: Place, event: PointerEvent): View {
  const far = (a: Place) => Math.hypot(a.x - other.x, a.y - other.y) || 1;
  const box = event.currentTarget.getBoundingClientRect();
  return zoomed(view, far(to) / far(from), other.x - box.left, other.y - box.top);
}
