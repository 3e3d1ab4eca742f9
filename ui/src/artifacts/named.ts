import type { Schemas } from "~/api/types";
import { PARAMETERS } from "./commands";

type Found = Schemas["FoundArtifact"];

/** One value that tasks of a run have under a name. */
export interface Value {
  /** The first task that has it: who made it, or was told it. */
  readonly first: Found;
  /** How many tasks have it. */
  readonly tasks: number;
}

/** A name, and the values that tasks have under it, in the order in which they came up. */
export interface Name {
  readonly name: string;
  readonly values: readonly Value[];
  readonly tasks: number;
  /** It is a parameter or a constant of the run. */
  readonly shared: boolean;
}

/**
 * Artifacts by name. Tasks carry on what they were given, so that most values are listed many times: equal ones (by hash) are one,
 * told of with the first task that has it.
 */
export function byName(found: readonly Found[]): Name[] {
  const names = new Map<string, Map<string, { first: Found; tasks: number }>>();
  for (const one of found) {
    const values = names.get(one.name) ?? new Map<string, { first: Found; tasks: number }>();
    names.set(one.name, values);
    const known = values.get(one.hash);
    if (known) known.tasks += 1;
    else values.set(one.hash, { first: one, tasks: 1 });
  }
  return [...names.entries()]
    .map(([name, values]) => {
      const list = [...values.values()];
      const tasks = list.reduce((sum, value) => sum + value.tasks, 0);
      return { name, values: list, tasks, shared: list.some((value) => value.first.step === PARAMETERS) };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
