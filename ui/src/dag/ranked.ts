/** The way out for graphs that are no nested boxes: ranks, by dagre, which is only loaded for them. */

import dagre from "@dagrejs/dagre";
import { type Layout, SIZE } from "./layout";
import { caseLabel, edgesOf, type StepShape } from "./model";

/** Lays out any graph. */
export function layOutRanked(steps: StepShape[]): Layout {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({
    ranksep: SIZE.gap.y + 10,
    nodesep: SIZE.gap.x,
    marginx: SIZE.margin,
    marginy: SIZE.margin,
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const shape of steps) graph.setNode(shape.step, { width: SIZE.node.w, height: SIZE.node.h });
  for (const [from, to] of edgesOf(steps)) graph.setEdge(from, to);
  dagre.layout(graph);
  const shapes = new Map(steps.map((shape) => [shape.step, shape]));
  const nodes = steps.map((shape) => {
    const at = graph.node(shape.step);
    const repeats = shape.next.includes(shape.step) ? caseLabel(shape, shape.step) : null;
    return { step: shape.step, repeats, ...SIZE.node, x: at.x - SIZE.node.w / 2, y: at.y - SIZE.node.h / 2 };
  });
  const edges = graph.edges().map(({ v, w }) => {
    const shape = shapes.get(v);
    const label = shape?.kind === "switch" ? caseLabel(shape, w) : "";
    return { from: v, to: w, label, points: graph.edge({ v, w }).points };
  });
  const { width = 0, height = 0 } = graph.graph();
  return { nodes, groups: [], edges, width, height };
}
