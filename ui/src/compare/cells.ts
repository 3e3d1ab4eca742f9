/** How runs differ, row by row: plain values for tables. */

import type { Artifact, Comparison } from "~/api/types";
import { preview } from "~/config/preview";
import { plain } from "~/config/tree";
import { bytes } from "~/theme/format";

/** What a run has, as a table shows it; null if it has no such thing. */
export type Cell = { text: string; note?: string } | null;

/** A line of a table: what it is about, and a cell for each run. */
export interface CompareRow {
  key: string;
  /** What it is in: a config, a step. */
  within?: string;
  name: string;
  cells: Cell[];
  /** Which cells are alike: equal numbers are equal values; the first run's is 0. */
  alike: number[];
}

/** Numbers for values: equal ones have equal numbers, in the order in which they come. */
export function alike(values: readonly unknown[]): number[] {
  const known: string[] = [];
  return values.map((value) => {
    const text = JSON.stringify(value ?? null);
    const at = known.indexOf(text);
    return at >= 0 ? at : known.push(text) - 1;
  });
}

function row(name: string, cells: Cell[], same: readonly unknown[], within?: string): CompareRow {
  return {
    key: `${within ?? ""}\n${name}`,
    name,
    cells,
    alike: alike(same),
    ...(within !== undefined && { within }),
  };
}

const artifact = (one: Artifact | null): Cell =>
  one && {
    text: one.preview == null ? one.type : preview(one.preview),
    note: `${bytes(one.size)} · ${one.hash.slice(0, 8)}`,
  };

/** Parameters, by hash. */
export function parameterRows({ parameters, configs }: Comparison): CompareRow[] {
  // What a config is bound to is recorded with parameters; it is compared leaf by leaf.
  const bound = new Set(configs.rows.map((one) => one.config));
  return parameters.rows
    .filter((one) => !bound.has(one.name))
    .map((one) => {
      const cells = one.values.map((value) => value && { text: preview(value.preview) });
      return row(
        one.name,
        cells,
        one.values.map((value) => value?.hash),
      );
    });
}

/** Configs, leaf by leaf. */
export function configRows({ configs }: Comparison): CompareRow[] {
  return configs.rows.map((one) => {
    const cells = one.values.map((value) => value && { text: plain(value.value), note: value.from });
    const values = one.values.map((value) => value && { value: value.value });
    return row(one.key, cells, values, one.config);
  });
}

/** Versions, machine, command line. */
export function factRows({ environment }: Comparison): CompareRow[] {
  return environment.rows.map((one) => {
    const values = one.values as unknown[];
    const cells = values.map((value) => (value == null ? null : { text: fact(one.name, value) }));
    return row(FACTS[one.name] ?? one.name, cells, values);
  });
}

const FACTS: Record<string, string> = {
  argv: "command",
  cwd: "folder",
  host: "machine",
  script: "flow file",
};

function fact(name: string, value: unknown): string {
  if (Array.isArray(value) && value.every((word) => typeof word === "string")) return value.join(" ");
  if (name === "git" && typeof value === "object" && value !== null) {
    const { revision, branch, dirty } = value as Record<string, unknown>;
    const commit = typeof revision === "string" ? revision.slice(0, 10) : "no commit";
    return [commit, branch, dirty ? "with changes" : ""].filter(Boolean).join(" · ");
  }
  return plain(value);
}

/** Files, by hash. */
export function fileRows({ code }: Comparison): CompareRow[] {
  return code.rows.map((one) => {
    const cells = one.values.map(
      (value) => value && { text: bytes(value.size), note: value.hash.slice(0, 8) },
    );
    return row(
      one.name,
      cells,
      one.values.map((value) => value?.hash),
    );
  });
}

/** Artifacts, by hash. */
export function artifactRows({ artifacts }: Comparison): CompareRow[] {
  return artifacts.rows.map((one) => {
    const within = one.indices.length > 0 ? `${one.step} [${one.indices.join(", ")}]` : one.step;
    return row(
      one.name,
      one.values.map(artifact),
      one.values.map((value) => value?.hash),
      within,
    );
  });
}

/** Steps: how they follow each other. */
export function stepRows({ graph }: Comparison): CompareRow[] {
  return graph.rows.map((one) => {
    const cells = one.values.map(
      (shape) =>
        shape && { text: shapeWords(shape), note: shape.decorators.map((name) => `@${name}`).join(" ") },
    );
    return row(one.step, cells, one.values);
  });
}

type Shape = NonNullable<Comparison["graph"]["rows"][number]["values"][number]>;

function shapeWords({ type, join, next, by }: Shape): string {
  const kind = join ? `join, ${type}` : type;
  return `${kind}${by ? ` by ${by}` : ""}${next.length > 0 ? ` → ${next.join(", ")}` : ""}`;
}
