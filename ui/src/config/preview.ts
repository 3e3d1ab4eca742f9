/** Values as one reads them in a line of a table. */

type Preview = Record<string, unknown>;

const LONG = 300;
const DEEP = 4;

/** What a preview of an artifact (`schemas/artifact-preview.json`) shows, in one line. */
export function preview(of: unknown, deep = 0): string {
  if (typeof of !== "object" || of === null) return "not known without loading it";
  const it = of as Preview;
  const type = typeof it.type === "string" ? it.type : "value";
  switch (it.kind) {
    case "scalar":
      return "value" in it ? python(it.value) : String(it.text);
    case "text":
      return textOf(it, type, deep);
    case "collection":
      return collection(it, type, deep);
    case "array":
      return `${type} ${Array.isArray(it.shape) ? `(${it.shape.join(" × ")})` : ""} ${it.dtype ?? ""}`.trim();
    case "table":
      return `${type} ${it.rows ?? "?"} × ${it.width ?? "?"}`;
    default:
      return type;
  }
}

function textOf(it: Preview, type: string, deep: number): string {
  const text = typeof it.text === "string" ? it.text : undefined;
  if (text === undefined) return `${type} of ${it.length ?? "?"} bytes`;
  const more = typeof it.length === "number" && it.length > [...text].length ? "…" : "";
  // Within a list it must be told from its neighbours.
  return deep > 0 ? JSON.stringify(text + more) : shortened(text + more);
}

function collection(it: Preview, type: string, deep: number): string {
  const length = Number(it.length ?? 0);
  const { items, entries } = it as { items?: unknown[]; entries?: unknown[][] };
  if (deep >= DEEP || (!items && !entries)) return `${type} of ${length}`;
  const parts = items
    ? items.map((item) => preview(item, deep + 1))
    : (entries ?? []).map(([key, value]) => `${preview(key, deep + 1)}: ${preview(value, deep + 1)}`);
  const shown = items?.length ?? entries?.length ?? 0;
  if (shown < length) parts.push("…");
  const [open, close] = BRACKETS[type] ?? (items ? ["[", "]"] : ["{", "}"]);
  return shortened(open + parts.join(", ") + close);
}

const BRACKETS: Record<string, [string, string]> = {
  list: ["[", "]"],
  tuple: ["(", ")"],
  set: ["{", "}"],
  dict: ["{", "}"],
};

/** A plain value as Python writes it. */
export function python(value: unknown): string {
  if (value === null) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "string") return shortened(value);
  return shortened(JSON.stringify(value) ?? "");
}

function shortened(text: string): string {
  return text.length > LONG ? `${text.slice(0, LONG)}…` : text;
}
