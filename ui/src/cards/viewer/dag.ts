import { list, type Part, record, text } from "./document";
import { h, svg } from "./dom";

const WIDTH = 132;
const HEIGHT = 34;
const ACROSS = 48;
const DOWN = 18;

interface Step {
  name: string;
  next: string[];
  kind: string;
  doc: string;
  rank: number;
  row: number;
}

/** The steps of the flow from left to right, the card's own marked. */
export function dag(part: Part): HTMLElement {
  const steps = ranked(record(record(part.data).steps));
  if (steps.length === 0) return h("p", "quiet", "no graph");
  const current = text(part.current);
  const place = (step: Step) => ({ x: step.rank * (WIDTH + ACROSS) + 4, y: step.row * (HEIGHT + DOWN) + 4 });
  const width = Math.max(...steps.map((step) => place(step).x)) + WIDTH + 8;
  const height = Math.max(...steps.map((step) => place(step).y)) + HEIGHT + 8;
  const byName = new Map(steps.map((step) => [step.name, step]));
  const drawing = svg("svg", { class: "dag", viewBox: `0 0 ${width} ${height}`, width, height, role: "img" });
  drawing.setAttribute(
    "aria-label",
    `steps: ${steps.map((step) => step.name).join(", ")}; this is ${current}`,
  );
  for (const step of steps) {
    for (const name of step.next) {
      const target = byName.get(name);
      if (target) drawing.append(edge(place(step), place(target), target.rank <= step.rank));
    }
  }
  for (const step of steps) drawing.append(node(step, place(step), step.name === current));
  return h("div", "scroll", drawing);
}

/** Each step as far to the right as the longest way to it; going back is not followed. */
export function ranked(steps: Record<string, unknown>): Step[] {
  const found = Object.entries(steps).map(([name, value]) => {
    const step = record(value);
    return {
      name,
      next: list(step.next).map(text),
      kind: text(step.type),
      doc: text(step.doc),
      rank: 0,
      row: 0,
    };
  });
  const byName = new Map(found.map((step) => [step.name, step]));
  const walk = (step: Step, path: Set<string>) => {
    path.add(step.name);
    for (const name of step.next) {
      const target = byName.get(name);
      if (target && !path.has(name) && target.rank < step.rank + 1) {
        target.rank = step.rank + 1;
        walk(target, path);
      }
    }
    path.delete(step.name);
  };
  const entered = new Set(found.flatMap((step) => step.next.filter((name) => name !== step.name)));
  for (const step of found) if (!entered.has(step.name)) walk(step, new Set());
  const rows = new Map<number, number>();
  for (const step of found) {
    step.row = rows.get(step.rank) ?? 0;
    rows.set(step.rank, step.row + 1);
  }
  const most = Math.max(1, ...rows.values());
  for (const step of found) step.row += (most - (rows.get(step.rank) ?? 1)) / 2;
  return found;
}

function edge(from: { x: number; y: number }, to: { x: number; y: number }, back: boolean): SVGElement {
  const [x1, y1, x2, y2] = [from.x + WIDTH, from.y + HEIGHT / 2, to.x, to.y + HEIGHT / 2];
  if (back) {
    const [sx, tx, y] = [from.x + WIDTH / 2, to.x + WIDTH / 2, Math.max(from.y, to.y) + HEIGHT];
    return svg("path", {
      class: "edge back",
      d: `M${sx} ${from.y + HEIGHT} C${sx} ${y + 14} ${tx} ${y + 14} ${tx} ${to.y + HEIGHT}`,
    });
  }
  const middle = (x1 + x2) / 2;
  return svg("path", { class: "edge", d: `M${x1} ${y1} C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}` });
}

function node(step: Step, at: { x: number; y: number }, current: boolean): SVGElement {
  const name = step.name.length > 17 ? `${step.name.slice(0, 16)}…` : step.name;
  const made = svg(
    "g",
    { class: current ? "node current" : "node", transform: `translate(${at.x} ${at.y})` },
    svg("title", {}, step.doc ? `${step.name}\n${step.doc}` : step.name),
    step.kind === "foreach" || step.kind === "parallel"
      ? svg("rect", { x: 4, y: 4, width: WIDTH, height: HEIGHT, rx: 7 })
      : null,
    svg("rect", { width: WIDTH, height: HEIGHT, rx: 7 }),
    svg("text", { x: WIDTH / 2, y: HEIGHT / 2 + 4, "text-anchor": "middle" }, name),
  );
  return made;
}
