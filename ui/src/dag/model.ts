/** A graph as the layout sees it: chains of steps, and groups of branches between two of them. */

/** What the layout needs of a step. */
export interface StepShape {
  step: string;
  kind: string;
  next: string[];
  foreach?: string | null | undefined;
  condition?: string | null | undefined;
  cases: { value: unknown; step: string }[];
}

/** What follows a step that fans out, up to where its branches meet again. */
export interface Group {
  /** The step that fans out. */
  owner: string;
  kind: "split" | "foreach" | "parallel" | "switch";
  /** An empty branch is a way straight to what follows. */
  branches: Chain[];
}

/** Steps one after another, with the groups between them. */
export type Chain = (string | Group)[];

const FANS = new Set(["split", "foreach", "parallel", "switch"]);

/** The recorded nested lists as a chain; null if they are none, or do not say all that the graph says. */
export function chainOf(structure: unknown, steps: StepShape[]): Chain | null {
  if (!Array.isArray(structure)) return null;
  const shapes = new Map(steps.map((shape) => [shape.step, shape]));
  const seen = new Set<string>();
  const chain = read(structure, shapes, seen);
  return chain && seen.size === steps.length ? chain : null;
}

function read(list: unknown[], shapes: Map<string, StepShape>, seen: Set<string>): Chain | null {
  const chain: Chain = [];
  let owner = "";
  for (const item of list) {
    if (typeof item === "string") {
      // A step that is met twice has no one place in nested boxes.
      if (seen.has(item) || !shapes.has(item)) return null;
      seen.add(item);
      owner = item;
      chain.push(item);
      continue;
    }
    const kind = shapes.get(owner)?.kind;
    if (!Array.isArray(item) || !kind || !FANS.has(kind)) return null;
    const branches = branchesOf(item, shapes, seen);
    if (!branches) return null;
    // A switch that only repeats or goes on needs no box.
    if (branches.some((branch) => branch.length > 0)) {
      chain.push({ owner, kind: kind as Group["kind"], branches });
    }
  }
  return chain;
}

function branchesOf(lists: unknown[], shapes: Map<string, StepShape>, seen: Set<string>): Chain[] | null {
  const branches: Chain[] = [];
  const known = new Set<unknown>();
  for (const list of lists) {
    if (!Array.isArray(list)) return null;
    // Two cases of a switch that lead to the same step are one branch.
    if (known.has(list[0])) continue;
    known.add(list[0]);
    const branch = read(list, shapes, seen);
    if (!branch) return null;
    branches.push(branch);
  }
  return branches;
}

/** The values of a switch that lead from one step to another, as one reads them; empty for other steps. */
export function caseLabel(from: StepShape, to: string): string {
  const values = from.cases.filter((one) => one.step === to).map((one) => written(one.value));
  return values.join(", ");
}

function written(value: unknown): string {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** All edges but those of a step to itself, as `from to` pairs. */
export function edgesOf(steps: StepShape[]): [string, string][] {
  const known = new Set(steps.map((shape) => shape.step));
  const pairs: [string, string][] = [];
  for (const shape of steps) {
    for (const to of new Set(shape.next)) {
      if (to !== shape.step && known.has(to)) pairs.push([shape.step, to]);
    }
  }
  return pairs;
}
