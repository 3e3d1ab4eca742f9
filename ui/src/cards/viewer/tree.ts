import { type Part, text } from "./document";
import { copyButton, h } from "./dom";

const OPEN = 2;
const MOST = 1000;

/** Nested data, to be unfolded. */
export function json(part: Part): HTMLElement {
  const source = text(part.json_string);
  let body: Node;
  try {
    body =
      part.collapsible === false
        ? h("pre", "code", source)
        : h("div", "tree", branch(JSON.parse(source), null, 0));
  } catch {
    body = h("pre", "code", source);
  }
  return framed(part, source, body);
}

/** YAML, as it is written. */
export function yaml(part: Part): HTMLElement {
  const source = text(part.yaml_string);
  const pre = h("pre", "code");
  for (const row of source.split(/(?<=\n)/)) {
    const key = /^(\s*(?:- )*)([^\s#:"'-][^:\n]*|"[^"\n]*")(:)(?=\s)/.exec(row);
    if (key)
      pre.append(
        key[1] ?? "",
        h("span", "keyword", key[2] ?? ""),
        row.slice((key[1] ?? "").length + (key[2] ?? "").length),
      );
    else pre.append(row);
  }
  return framed(part, source, pre);
}

function framed(part: Part, source: string, body: Node): HTMLElement {
  const box = h("div", "viewer-body", body);
  const height = text(part.max_height);
  if (/^[\d.]+(px|em|rem|vh|%)$/.test(height)) box.style.maxHeight = height;
  const copy = part.show_copy_button === false ? null : copyButton(() => source);
  return h("figure", "viewer copyable", h("figcaption", "", text(part.title)), copy, box);
}

function branch(value: unknown, key: string | null, depth: number): Node {
  const name = key === null ? null : h("span", "keyword", `${key}: `);
  if (typeof value !== "object" || value === null) {
    const kind = typeof value === "string" ? "string" : "numeral";
    return h("div", "leaf", name, h("span", kind, JSON.stringify(value)));
  }
  const entries = Array.isArray(value)
    ? value.map((one, at) => [String(at), one] as const)
    : Object.entries(value);
  const extent = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  const made = h("details", "branch", h("summary", "", name, h("span", "quiet", extent)));
  // What is folded is drawn when it is unfolded.
  const fill = () => {
    if (made.childElementCount > 1) return;
    for (const [name, one] of entries.slice(0, MOST)) made.append(branch(one, name, depth + 1));
    if (entries.length > MOST) made.append(h("div", "quiet", `… ${entries.length - MOST} more`));
  };
  made.addEventListener("toggle", fill);
  if (depth < OPEN && entries.length <= 50) {
    made.open = true;
    fill();
  }
  return made;
}
