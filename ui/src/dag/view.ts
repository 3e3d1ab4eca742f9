import type { Layout, NodeBox, Rect } from "./layout";

/** What part of the plane is seen: `screen = plane * k + (x, y)`. */
export interface View {
  x: number;
  y: number;
  k: number;
}

const LEAST = 0.08;
const MOST = 3;

/** All of it, no larger than life. */
export function fitted(layout: Pick<Layout, "width" | "height">, width: number, height: number): View {
  const k = clamp(Math.min(width / layout.width, height / layout.height, 1));
  return { k, x: (width - layout.width * k) / 2, y: Math.max(0, (height - layout.height * k) / 2) };
}

/** The top of it, wide enough to be read: what a graph that is too large to be read as a whole opens with. */
export function opening(layout: Pick<Layout, "width" | "height">, width: number, height: number): View {
  const whole = fitted(layout, width, height);
  if (whole.k >= 0.6) return whole;
  const k = clamp(Math.min(1, Math.max(0.7, width / layout.width)));
  return { k, x: (width - layout.width * k) / 2, y: 0 };
}

/** Zoomed by a factor, with a point of the screen staying where it is. */
export function zoomed(view: View, by: number, x: number, y: number): View {
  const k = clamp(view.k * by);
  const real = k / view.k;
  return { k, x: x - (x - view.x) * real, y: y - (y - view.y) * real };
}

/** Moved so that a rectangle of the plane is seen, no further than needed. */
export function showing(view: View, rect: Rect, width: number, height: number): View {
  const edge = 16;
  const along = (start: number, size: number, room: number, now: number) => {
    const [low, high] = [start * view.k + now, (start + size) * view.k + now];
    if (low < edge) return now + edge - low;
    return high > room - edge ? now - (high - room + edge) : now;
  };
  return { k: view.k, x: along(rect.x, rect.w, width, view.x), y: along(rect.y, rect.h, height, view.y) };
}

/** Whether a rectangle of the plane is seen, or nearly. */
export function seen(view: View, rect: Rect, width: number, height: number): boolean {
  const [x, y] = [rect.x * view.k + view.x, rect.y * view.k + view.y];
  return x < width + 80 && y < height + 80 && x + rect.w * view.k > -80 && y + rect.h * view.k > -80;
}

/** The step one comes to with an arrow key: down and up along the ways, aside to what is nearest; none at an edge. */
export function neighbour(
  layout: Pick<Layout, "nodes" | "edges">,
  from: NodeBox,
  key: string,
): NodeBox | undefined {
  const { nodes, edges } = layout;
  const nearest = (those: NodeBox[], far: (node: NodeBox) => number) =>
    those.reduce<NodeBox | undefined>(
      (best, node) => (!best || far(node) < far(best) ? node : best),
      undefined,
    );
  if (key === "ArrowDown" || key === "ArrowUp") {
    const down = key === "ArrowDown";
    const ends = edges.filter((edge) => (down ? edge.from : edge.to) === from.step);
    const names = new Set(ends.map((edge) => (down ? edge.to : edge.from)));
    return nearest(
      nodes.filter((node) => names.has(node.step)),
      (node) => Math.abs(node.x - from.x),
    );
  }
  const sign = key === "ArrowLeft" ? -1 : 1;
  return nearest(
    nodes.filter((node) => (node.x - from.x) * sign > 1),
    (node) => Math.abs(node.x - from.x) + 2 * Math.abs(node.y - from.y),
  );
}

function clamp(k: number): number {
  return Math.min(MOST, Math.max(LEAST, k));
}

/** As it is written in an address. */
export function written(view: View): string {
  return `${Math.round(view.x)}_${Math.round(view.y)}_${view.k.toFixed(3)}`;
}

/** From an address; nothing of what is no view. */
export function read(text: unknown): View | undefined {
  if (typeof text !== "string") return undefined;
  const [x, y, k] = text.split("_").map(Number);
  if (x === undefined || y === undefined || k === undefined) return undefined;
  return [x, y, k].every(Number.isFinite) && k > 0 ? { x, y, k: clamp(k) } : undefined;
}
