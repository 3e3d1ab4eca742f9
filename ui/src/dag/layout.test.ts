import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Layout, layOut, type Rect } from "./layout";
import { edgesOf, type StepShape } from "./model";
import { layOutRanked } from "./ranked";

type Plan = { kind: "step" } | { kind: "split" | "foreach" | "switch"; branches: Plan[][] };

const branches = (inner: fc.Arbitrary<Plan[]>, least: number) =>
  fc.array(inner, { minLength: least, maxLength: 3 });
const { plan } = fc.letrec<{ plan: Plan; some: Plan[]; any: Plan[] }>((tie) => ({
  some: fc.array(tie("plan"), { minLength: 1, maxLength: 3 }),
  any: fc.array(tie("plan"), { maxLength: 2 }),
  plan: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constant({ kind: "step" as const }),
    fc.record({ kind: fc.constant("split" as const), branches: branches(tie("some"), 2) }),
    fc.record({
      kind: fc.constant("foreach" as const),
      branches: branches(tie("some"), 1).map((all) => all.slice(0, 1)),
    }),
    fc.record({ kind: fc.constant("switch" as const), branches: branches(tie("any"), 2) }),
  ),
}));

/** A flow's graph of a plan: the nested lists, and its steps. */
function graphOf(plans: Plan[]): { structure: unknown[]; steps: StepShape[] } {
  const steps: StepShape[] = [];
  const step = (kind = "linear") => {
    const shape: StepShape = { step: `s${steps.length}`, kind, next: [], cases: [] };
    steps.push(shape);
    return shape;
  };
  const lead = (from: StepShape[], to: StepShape) => {
    for (const shape of from) {
      shape.next.push(to.step);
      if (shape.kind === "switch") shape.cases.push({ value: shape.cases.length, step: to.step });
    }
  };
  const walk = (list: Plan[], open: StepShape[], nested: unknown[]): StepShape[] => {
    let ends = open;
    for (const one of list) {
      const shape = step(one.kind === "step" ? "linear" : one.kind);
      lead(ends, shape);
      nested.push(shape.step);
      ends = [shape];
      if (one.kind === "step") continue;
      const inner: unknown[] = [];
      ends = one.branches.flatMap((branch) => {
        const lists: unknown[] = [];
        inner.push(lists);
        return walk(branch, [shape], lists);
      });
      nested.push(inner);
      // What follows is led to once by each, however many branches are empty.
      ends = [...new Set(ends)];
      const join = step();
      lead(ends, join);
      nested.push(join.step);
      ends = [join];
    }
    return ends;
  };
  const structure: unknown[] = [];
  walk([...plans, { kind: "step" }], [], structure);
  return { structure, steps };
}

const graphs = fc.array(plan, { maxLength: 4 }).map(graphOf);
const apart = (a: Rect, b: Rect) =>
  a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
const within = (a: Rect, b: Rect) =>
  a.x >= b.x && a.y >= b.y && a.x + a.w <= b.x + b.w && a.y + a.h <= b.y + b.h;

/** Whether no step lies upon another. */
function allApart({ nodes }: Layout): boolean {
  return nodes.every((a, at) => nodes.slice(at + 1).every((b) => apart(a, b)));
}

describe("nested boxes", () => {
  test("have every step and every edge once, and nothing lies upon another", () => {
    fc.assert(
      fc.property(graphs, ({ structure, steps }) => {
        const layout = layOut(structure, steps);
        if (!layout) throw new Error("not laid out");
        expect(layout.nodes.map((node) => node.step).sort()).toEqual(steps.map((shape) => shape.step).sort());
        expect(layout.edges.map((edge) => `${edge.from} ${edge.to}`).sort()).toEqual(
          edgesOf(steps)
            .map((pair) => pair.join(" "))
            .sort(),
        );
        expect(allApart(layout)).toBe(true);
        const whole = { x: 0, y: 0, w: layout.width, h: layout.height };
        expect([...layout.nodes, ...layout.groups].every((rect) => within(rect, whole))).toBe(true);
        const parted = (group: Rect) =>
          layout.nodes.every((node) => apart(group, node) || within(node, group));
        expect(layout.groups.every(parted)).toBe(true);
      }),
    );
  });

  test("lead downwards, from the bottom of a step to the top of another", () => {
    fc.assert(
      fc.property(graphs, ({ structure, steps }) => {
        const layout = layOut(structure, steps);
        for (const edge of layout?.edges ?? []) {
          const from = layout?.nodes.find((node) => node.step === edge.from);
          const to = layout?.nodes.find((node) => node.step === edge.to);
          const ys = edge.points.map((point) => point.y);
          expect(ys[0]).toBe(from && from.y + from.h);
          expect(ys.at(-1)).toBe(to?.y);
          expect([...ys].sort((a, b) => a - b)).toEqual(ys);
        }
      }),
    );
  });
});

const shape = (
  step: string,
  next: string[],
  kind = "linear",
  cases: [unknown, string][] = [],
): StepShape => ({
  step,
  kind,
  next,
  cases: cases.map(([value, to]) => ({ value, step: to })),
});

test("a switch that repeats has a loop and no box", () => {
  const cases: [unknown, string][] = [
    [true, "a"],
    [false, "end"],
  ];
  const layout = layOut(["a", [[]], "end"], [shape("a", ["a", "end"], "switch", cases), shape("end", [])]);
  expect(layout?.groups).toEqual([]);
  expect(layout?.nodes[0]?.repeats).toBe("True");
  expect(layout?.edges.map((edge) => edge.label)).toEqual(["False"]);
});

test("two cases that lead to one step are one way", () => {
  const cases: [unknown, string][] = [
    ["x", "b"],
    [null, "b"],
    ["y", "c"],
  ];
  const steps = [shape("a", ["b", "c"], "switch", cases), shape("b", ["c"]), shape("c", [])];
  const layout = layOut(["a", [["b"], ["b"], []], "c"], steps);
  expect(layout?.edges.map((edge) => [edge.from, edge.to, edge.label])).toEqual([
    ["a", "b", "x, None"],
    ["b", "c", ""],
    ["a", "c", "y"],
  ]);
});

test("what is no nested boxes is laid out in ranks", () => {
  const steps = [
    shape("a", ["b", "c"], "unknown"),
    shape("b", ["d"], "unknown"),
    shape("c", ["d"]),
    shape("d", []),
  ];
  expect(layOut(null, steps)).toBeNull();
  expect(
    layOut(
      [
        "a",
        [
          ["b", "d"],
          ["c", "d"],
        ],
      ],
      steps,
    ),
  ).toBeNull();
  const ranked = layOutRanked(steps);
  expect(ranked.nodes.map((node) => node.step)).toEqual(["a", "b", "c", "d"]);
  expect(allApart(ranked)).toBe(true);
});
