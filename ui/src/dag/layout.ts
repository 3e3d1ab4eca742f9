/** Where everything of a graph is drawn: boxes within boxes, from top to bottom, in one pass. */

import { type Chain, caseLabel, chainOf, edgesOf, type Group, type StepShape } from "./model";

/** A place on the plane. */
export interface Point {
  x: number;
  y: number;
}

/** A rectangle on the plane. */
export interface Rect extends Point {
  w: number;
  h: number;
}

/** A step. */
export interface NodeBox extends Rect {
  step: string;
  /** It may lead to itself. */
  repeats: string | null;
}

/** The frame round the branches of a step that fans out. */
export interface GroupBox extends Rect {
  owner: string;
  kind: Group["kind"];
  /** How many frames are round it. */
  depth: number;
}

/** A way from a step to another. */
export interface Edge {
  from: string;
  to: string;
  /** The values of a switch that lead this way. */
  label: string;
  points: Point[];
}

/** A graph that can be drawn. */
export interface Layout {
  nodes: NodeBox[];
  groups: GroupBox[];
  edges: Edge[];
  width: number;
  height: number;
}

/** Sizes, in pixels at scale 1. */
export const SIZE = {
  node: { w: 184, h: 48 },
  gap: { x: 24, y: 28 },
  pad: 16,
  head: 24,
  pass: 40,
  margin: 20,
};

/** A way out of what is laid out already: from which step, and where it has come to. */
interface Exit {
  from: string;
  points: Point[];
}

/** Something laid out, with its top left corner at 0, 0. */
interface Piece {
  w: number;
  h: number;
  nodes: NodeBox[];
  groups: GroupBox[];
  edges: Edge[];
  exits: Exit[];
}

/** Lays out a graph by its recorded nested lists; null if they do not say all that the graph says. */
export function layOut(structure: unknown, steps: StepShape[]): Layout | null {
  const chain = chainOf(structure, steps);
  if (!chain || chain.length === 0) return null;
  const shapes = new Map(steps.map((shape) => [shape.step, shape]));
  const piece = shifted(layChain(chain, shapes, 0), SIZE.margin, SIZE.margin);
  const drawn = new Set(piece.edges.map((edge) => `${edge.from}\n${edge.to}`));
  const all = edgesOf(steps);
  if (all.length !== drawn.size || !all.every(([from, to]) => drawn.has(`${from}\n${to}`))) return null;
  const { nodes, groups, edges } = piece;
  return { nodes, groups, edges, width: piece.w + 2 * SIZE.margin, height: piece.h + 2 * SIZE.margin };
}

type Shapes = Map<string, StepShape>;

function layChain(chain: Chain, shapes: Shapes, depth: number): Piece {
  const parts = chain.map((item) =>
    typeof item === "string" ? layStep(item, shapes) : layGroup(item, shapes, depth),
  );
  const w = Math.max(...parts.map((part) => part.w));
  const whole: Piece = { w, h: 0, nodes: [], groups: [], edges: [], exits: [] };
  let open: Exit[] = [];
  let y = 0;
  parts.forEach((part, at) => {
    const item = chain[at];
    if (at > 0) y += SIZE.gap.y;
    const placed = shifted(part, (w - part.w) / 2, y);
    add(whole, placed);
    if (typeof item === "string") {
      for (const exit of open) whole.edges.push(edge(exit, placed.nodes[0], shapes));
    } else if (item) {
      enter(whole, open, placed, item, shapes);
    }
    open = placed.exits;
    y += part.h;
  });
  whole.h = y;
  whole.exits = open;
  return whole;
}

function layStep(step: string, shapes: Shapes): Piece {
  const shape = shapes.get(step);
  const repeats = shape?.next.includes(step) ? caseLabel(shape, step) : null;
  const node = { step, x: 0, y: 0, ...SIZE.node, repeats };
  const exits = [{ from: step, points: [{ x: SIZE.node.w / 2, y: SIZE.node.h }] }];
  return { ...SIZE.node, nodes: [node], groups: [], edges: [], exits };
}

function layGroup(group: Group, shapes: Shapes, depth: number): Piece {
  const parts = group.branches.map((branch) =>
    branch.length > 0 ? layChain(branch, shapes, depth + 1) : passing(group.owner),
  );
  const inner = Math.max(...parts.map((part) => part.h));
  const pad = group.kind === "foreach" || group.kind === "parallel" ? SIZE.pad + 4 : SIZE.pad;
  const h = SIZE.head + inner + pad;
  const whole: Piece = { w: 0, h, nodes: [], groups: [], edges: [], exits: [] };
  let x = pad;
  for (const part of parts) {
    const placed = shifted(part, x, SIZE.head);
    add(whole, placed);
    for (const exit of placed.exits) {
      // Down to the bottom of the frame in its own column, and then to what follows.
      const last = exit.points[exit.points.length - 1];
      if (last) whole.exits.push({ from: exit.from, points: [...exit.points, { x: last.x, y: h }] });
    }
    x += part.w + SIZE.gap.x;
  }
  whole.w = x - SIZE.gap.x + pad;
  whole.groups.unshift({ owner: group.owner, kind: group.kind, depth, x: 0, y: 0, w: whole.w, h });
  return whole;
}

/** A branch without steps. */
function passing(owner: string): Piece {
  const exits = [{ from: owner, points: [{ x: SIZE.pass / 2, y: 0 }] }];
  return { w: SIZE.pass, h: 0, nodes: [], groups: [], edges: [], exits };
}

/** Leads what is open into the branches of a group. */
function enter(whole: Piece, open: Exit[], placed: Piece, group: Group, shapes: Shapes): void {
  const from = open[0];
  if (!from) return;
  for (const branch of group.branches) {
    const first = placed.nodes.find((node) => node.step === branch[0]);
    if (first) whole.edges.push(edge(from, first, shapes));
  }
  // A way without steps begins at the owner.
  for (const exit of placed.exits) {
    if (exit.from === group.owner) exit.points = [...from.points, ...exit.points];
  }
}

function edge(exit: Exit, to: NodeBox | undefined, shapes: Shapes): Edge {
  const target = to ?? { step: "", x: 0, y: 0, w: 0, h: 0 };
  const shape = shapes.get(exit.from);
  const label = shape && shape.kind === "switch" ? caseLabel(shape, target.step) : "";
  const points = [...exit.points, { x: target.x + target.w / 2, y: target.y }];
  return { from: exit.from, to: target.step, label, points };
}

function add(whole: Piece, part: Piece): void {
  whole.nodes.push(...part.nodes);
  whole.groups.push(...part.groups);
  whole.edges.push(...part.edges);
}

function shifted(piece: Piece, dx: number, dy: number): Piece {
  const move = <P extends Point>(point: P): P => ({ ...point, x: point.x + dx, y: point.y + dy });
  return {
    ...piece,
    nodes: piece.nodes.map(move),
    groups: piece.groups.map(move),
    edges: piece.edges.map((one) => ({ ...one, points: one.points.map(move) })),
    exits: piece.exits.map((exit) => ({ ...exit, points: exit.points.map(move) })),
  };
}
