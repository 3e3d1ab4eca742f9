import type { CriticalPath } from "~/api/types";

/** What the critical path spends in a step. */
export interface OnPath {
  /** At work, microseconds. */
  worked: number;
  /** Waiting before it, microseconds. */
  waited: number;
  /** Of the whole path, from 0 to 1. */
  share: number;
}

/** The critical path as a graph of steps shows it. */
export interface Overlay {
  steps: Map<string, OnPath>;
  /** `from\nto` of the ways it takes. */
  edges: Set<string>;
}

/** Adds up the links of a path, step by step. */
export function overlayOf(path: CriticalPath): Overlay {
  const steps = new Map<string, OnPath>();
  const edges = new Set<string>();
  let before = "";
  for (const link of path.links) {
    const known = steps.get(link.step) ?? { worked: 0, waited: 0, share: 0 };
    const worked = known.worked + Math.max(0, link.ended_at - link.began_at);
    const waited = known.waited + link.waited_us;
    steps.set(link.step, {
      worked,
      waited,
      share: path.length_us > 0 ? (worked + waited) / path.length_us : 0,
    });
    if (before !== "") edges.add(`${before}\n${link.step}`);
    before = link.step;
  }
  return { steps, edges };
}
