// Previews as `schemas/artifact-preview.json` says. What comes from a store may be of another version: everything is looked at before use.

export type Cell = null | boolean | number | string;
export interface Scalar {
  readonly kind: "scalar";
  readonly type: string;
  readonly value?: null | boolean | number;
  readonly text?: string;
}
export interface TextPreview {
  readonly kind: "text";
  readonly type: string;
  readonly length?: number;
  readonly text?: string;
  readonly hex?: string;
}
export interface Collection {
  readonly kind: "collection";
  readonly type: string;
  readonly length: number;
  readonly items?: readonly Preview[];
  readonly entries?: readonly (readonly [Preview, Preview])[];
}
export interface Histogram {
  readonly from: number;
  readonly to: number;
  readonly counts: readonly number[];
}
export type Corner = Cell | readonly Corner[];
export interface ArrayPreview {
  readonly kind: "array";
  readonly type: string;
  readonly shape?: readonly number[];
  readonly dtype?: string;
  readonly bytes?: number;
  readonly device?: string;
  readonly head?: Corner;
  readonly sampled?: number;
  readonly nan?: number;
  readonly min?: Cell;
  readonly max?: Cell;
  readonly mean?: Cell;
  readonly histogram?: Histogram;
}
export interface Column {
  readonly name: string;
  readonly dtype: string;
  readonly nulls?: number;
  readonly min?: Cell;
  readonly max?: Cell;
  readonly mean?: Cell;
  readonly histogram?: Histogram;
  readonly categories?: number;
  readonly distinct?: number;
  readonly top?: readonly (readonly [Cell, number])[];
}
export interface Table {
  readonly kind: "table";
  readonly type: string;
  readonly rows?: number;
  readonly width?: number;
  readonly columns?: readonly Column[];
  readonly head?: readonly (readonly Cell[])[];
  readonly index?: { readonly dtype: string; readonly head: readonly Cell[] };
  readonly sampled?: number;
}
export interface ImagePreview {
  readonly kind: "image";
  readonly type: string;
  readonly width?: number;
  readonly height?: number;
  readonly mode?: string;
  readonly media?: string;
  readonly data?: string;
}
export interface Figure {
  readonly kind: "figure";
  readonly type: string;
  readonly title?: string;
  readonly axes?: number;
  readonly media?: string;
  readonly data?: string;
  readonly traces?: readonly { readonly type: string; readonly name?: string; readonly points: number }[];
  readonly spec?: unknown;
}
export type Named = readonly (readonly [string, Preview])[];
export interface Model {
  readonly kind: "model";
  readonly type: string;
  readonly parameters?: Named;
  readonly fitted?: Named;
  readonly numbers?: number;
}
export interface ObjectPreview {
  readonly kind: "object";
  readonly type: string;
  readonly length?: number;
  readonly text?: string;
  readonly fields?: Named;
}
export type Preview =
  | Scalar
  | TextPreview
  | Collection
  | ArrayPreview
  | Table
  | ImagePreview
  | Figure
  | Model
  | ObjectPreview;

const KINDS = new Set([
  "scalar",
  "text",
  "collection",
  "array",
  "table",
  "image",
  "figure",
  "model",
  "object",
]);

/** What a server says an artifact looks like, if that is something known here. */
export function previewOf(value: unknown): Preview | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { kind, type } = value as Record<string, unknown>;
  return typeof kind === "string" && KINDS.has(kind) && typeof type === "string"
    ? (value as Preview)
    : undefined;
}

const LONGEST = 160;

/** What a preview says, in one line; empty if it says nothing that the type does not. */
export function asText(preview: Preview | undefined, longest = LONGEST): string {
  if (!preview) return "";
  const text = oneLine(preview).replace(/\s+/g, " ").trim();
  const letters = [...text.slice(0, longest * 2)];
  return letters.length > longest ? `${letters.slice(0, longest - 1).join("")}…` : text;
}

function oneLine(preview: Preview): string {
  switch (preview.kind) {
    case "scalar":
      return scalarText(preview);
    case "text":
      return preview.text ?? (preview.hex !== undefined ? `0x${preview.hex}` : "");
    case "collection":
      return collectionText(preview);
    case "array":
      return `${shapeText(preview.shape)} ${preview.dtype ?? ""}${preview.device && preview.device !== "cpu" ? ` on ${preview.device}` : ""}`;
    case "table":
      return `${number(preview.rows)} × ${number(preview.width ?? preview.columns?.length)}: ${(preview.columns ?? []).map((column) => column.name).join(", ")}`;
    case "image":
      return `${number(preview.width)} × ${number(preview.height)} ${preview.mode ?? ""}`;
    case "figure":
      return preview.title || (preview.traces ?? []).map((trace) => trace.name ?? trace.type).join(", ");
    case "model":
      return `${shortType(preview.type)}(${namedText(preview.parameters)})`;
    case "object":
      return preview.fields
        ? `${shortType(preview.type)}(${namedText(preview.fields)})`
        : (preview.text ?? "");
  }
}

/** One value as Python writes it. */
export function scalarText(preview: Scalar): string {
  return "text" in preview && preview.text !== undefined ? preview.text : cellText(preview.value ?? null);
}

/** A value of a table or an array as Python writes it. */
export function cellText(cell: Cell): string {
  if (cell === null) return "None";
  return typeof cell === "boolean" ? (cell ? "True" : "False") : String(cell);
}

function collectionText({ items, entries, length, type }: Collection): string {
  const more = (shown: number) => (shown < length ? ", …" : "");
  if (entries)
    return `{${entries
      .slice(0, 8)
      .map(([key, value]) => `${quoted(key)}: ${quoted(value)}`)
      .join(", ")}${more(Math.min(8, entries.length))}}`;
  if (!items) return `${type} of ${length}`;
  const inside = items.slice(0, 16).map(quoted).join(", ") + more(Math.min(16, items.length));
  return type === "tuple" ? `(${inside})` : type.endsWith("set") ? `{${inside}}` : `[${inside}]`;
}

function quoted(preview: Preview): string {
  const text = oneLine(preview);
  return preview.kind === "text" && preview.text !== undefined
    ? `'${text}'`
    : text || shortType(preview.type);
}

function namedText(named: Named | undefined): string {
  return (named ?? [])
    .slice(0, 8)
    .map(([name, value]) => `${name}=${quoted(value)}`)
    .join(", ");
}

function number(of: number | undefined): string {
  return of === undefined ? "?" : String(of);
}

/** `300 × 40`; of a number without dimensions `one`. */
export function shapeText(shape: readonly number[] | undefined): string {
  if (!shape) return "?";
  return shape.length === 0 ? "one" : shape.join(" × ");
}

/** `DataFrame` of `pandas.core.frame.DataFrame`. */
export function shortType(type: string): string {
  return type.slice(type.lastIndexOf(".") + 1);
}

/** A number that a scalar is, for plots. */
export function numberOf(preview: Preview | undefined): number | undefined {
  if (preview?.kind !== "scalar") return undefined;
  const { value } = preview;
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A preview as plain values, as JSON would have them: for copying. */
export function plain(preview: Preview): unknown {
  switch (preview.kind) {
    case "scalar":
      return preview.text ?? preview.value ?? null;
    case "text":
      return preview.text ?? preview.hex ?? null;
    case "collection":
      if (preview.entries)
        return Object.fromEntries(preview.entries.map(([key, value]) => [asText(key), plain(value)]));
      return preview.items?.map(plain) ?? `${preview.type} of ${preview.length}`;
    case "model":
      return Object.fromEntries(
        [...(preview.parameters ?? []), ...(preview.fitted ?? [])].map(([name, value]) => [
          name,
          plain(value),
        ]),
      );
    case "object":
      return preview.fields
        ? Object.fromEntries(preview.fields.map(([name, value]) => [name, plain(value)]))
        : (preview.text ?? preview.type);
    default:
      return asText(preview);
  }
}
