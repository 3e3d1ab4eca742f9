import type { Schemas } from "~/api/types";
import { numberOf, previewOf } from "./preview";
import { extent } from "./sketch";

type Version = Schemas["ArtifactVersion"];

/** A run in the plot of an artifact over runs. */
export interface Point {
  readonly version: Version;
  readonly x: number;
  readonly y: number;
}

/** The points of a plot, the oldest run first. */
export interface Points {
  readonly list: readonly Point[];
  /** They are the values themselves, not sizes. */
  readonly numeric: boolean;
  readonly low: number;
  readonly high: number;
}

/** Where each run is in a plot of that size; `versions` are newest first, as they are told. */
export function pointsOf(versions: readonly Version[], width: number, height: number): Points {
  const oldest = [...versions].reverse();
  const values = oldest.map((version) => numberOf(previewOf(version.preview)));
  const numeric = values.every((value) => value !== undefined);
  const shown = numeric ? (values as number[]) : oldest.map((version) => version.size);
  const [low, high] = extent(shown);
  const x = (at: number) => 6 + (oldest.length < 2 ? 0.5 : at / (oldest.length - 1)) * (width - 12);
  const y = (value: number) => height - 6 - ((value - low) / (high - low)) * (height - 12);
  const list = oldest.map((version, at) => ({ version, x: x(at), y: y(shown[at] ?? low) }));
  return { list, numeric, low: Math.min(...shown), high: Math.max(...shown) };
}
