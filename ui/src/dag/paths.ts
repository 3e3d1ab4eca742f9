import type { NodeBox, Point } from "./layout";

/** A line through points that goes straight down where it can and bends smoothly where it must. */
export function smooth(points: Point[]): string {
  const [first, ...rest] = points;
  if (!first) return "";
  let path = `M${first.x} ${first.y}`;
  let last = first;
  for (const point of rest) {
    if (Math.abs(point.x - last.x) < 0.5) {
      path += `V${point.y}`;
    } else {
      const middle = (last.y + point.y) / 2;
      path += `C${last.x} ${middle} ${point.x} ${middle} ${point.x} ${point.y}`;
    }
    last = point;
  }
  return path;
}

/** The way from a step back to itself, at its right side. */
export function loop(node: NodeBox): string {
  const x = node.x + node.w;
  const [low, high, out] = [node.y + node.h - 12, node.y + 12, x + 26];
  return `M${x} ${low}C${out} ${low} ${out} ${high} ${x + 1} ${high}`;
}

/** Where the label of a way is read: in the middle of its last bend, off the boxes. */
export function labelAt(points: Point[]): Point {
  const bend = points.findIndex(
    (point, at) => at > 0 && Math.abs(point.x - (points[at - 1]?.x ?? point.x)) >= 0.5,
  );
  const at = bend > 0 ? bend : 1;
  const [a, b] = [points[at - 1], points[at]];
  if (!a || !b) return { x: 0, y: 0 };
  // Nearer to where it leads, so that ways that part do not share a label.
  return { x: a.x + (b.x - a.x) * 0.72, y: a.y + (b.y - a.y) * 0.66 };
}

/** The arc of a ring of radius `r` round 0, 0 from one fraction of it to another, clockwise from the top. */
export function arc(r: number, from: number, to: number): string {
  const point = (of: number) => {
    const angle = of * 2 * Math.PI - Math.PI / 2;
    return `${(r * Math.cos(angle)).toFixed(2)} ${(r * Math.sin(angle)).toFixed(2)}`;
  };
  if (to - from >= 0.9999) return `M0 ${-r}A${r} ${r} 0 1 1 0 ${r}A${r} ${r} 0 1 1 0 ${-r}`;
  return `M${point(from)}A${r} ${r} 0 ${to - from > 0.5 ? 1 : 0} 1 ${point(to)}`;
}
