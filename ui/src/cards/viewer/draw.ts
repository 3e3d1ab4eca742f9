import { artifacts } from "./artifacts";
import { log, progress, valueBox } from "./boxes";
import { code } from "./code";
import { dag } from "./dag";
import { isPart, list, type Part, text } from "./document";
import { h, reconcile } from "./dom";
import { figure } from "./figures";
import { clean, markdown } from "./markdown";
import { table } from "./table";
import { timeline } from "./timeline";
import { json, yaml } from "./tree";

/** Draws the parts of a card, and keeps what has not changed since it was drawn last. */
export class Canvas {
  private known = new Map<string, { source: string; node: HTMLElement }>();
  private seen = new Set<string>();

  constructor(private readonly root: HTMLElement) {}

  /** Shows these parts. */
  show(parts: Part[]): void {
    this.seen = new Set();
    reconcile(
      this.root,
      parts.map((part, at) => this.part(part, `${at}`)),
    );
    for (const key of this.known.keys()) if (!this.seen.has(key)) this.known.delete(key);
  }

  /** Draws everything anew, as for another theme. */
  forget(): void {
    this.known.clear();
  }

  private part(part: Part, path: string): HTMLElement {
    if (part.type === "page" || part.type === "section") return this.group(part, path);
    const key = part.id ?? path;
    const source = JSON.stringify(part);
    this.seen.add(key);
    const before = this.known.get(key);
    if (before?.source === source) return before.node;
    const node = leaf(part, path);
    this.known.set(key, { source, node });
    return node;
  }

  private group(part: Part, path: string): HTMLElement {
    const key = `group ${path}`;
    this.seen.add(key);
    const before = this.known.get(key);
    const node = before?.node ?? h("section", part.type);
    this.known.set(key, { source: "", node });
    const inner = list(part.contents)
      .filter(isPart)
      .map((one, at) => this.part(one, `${path}.${at}`));
    const title = part.title ? [this.heading(part, path)] : [];
    reconcile(node, [...title, ...inner]);
    node.hidden = inner.length === 0;
    return node;
  }

  private heading(part: Part, path: string): HTMLElement {
    const key = `title ${path}`;
    this.seen.add(key);
    const before = this.known.get(key);
    if (before?.source === text(part.title)) return before.node;
    const node = h(part.type === "page" ? "h1" : "h2", "", text(part.title));
    this.known.set(key, { source: text(part.title), node });
    return node;
  }
}

/** A component by its type; one that is not known as the data it is. */
function leaf(part: Part, path: string): HTMLElement {
  try {
    return h("div", `part part-${part.type}`, node(part, path));
  } catch (error) {
    return h("pre", "log error", `${part.type} cannot be shown: ${text(error)}`);
  }
}

function node(part: Part, path: string): Node {
  switch (part.type) {
    case "title":
      return h("p", "pathspec", text(part.text));
    case "subtitle":
      return h("p", "quiet", text(part.text));
    case "heading":
      return h("h2", "", text(part.title));
    case "markdown":
      return markdown(part.source);
    case "html":
      return clean(text(part.html));
    case "text":
      return h("p", "", text(part.text));
    case "table":
      return table(part, node, path);
    case "image":
      return image(part);
    case "artifacts":
      return artifacts(part);
    case "log":
      return log(part);
    case "progressBar":
      return progress(part);
    case "valueBox":
      return valueBox(part);
    case "pythonCode":
      return code(text(part.data));
    case "jsonViewer":
      return json(part);
    case "yamlViewer":
      return yaml(part);
    case "eventsTimeline":
      return timeline(part, node, path);
    case "dag":
      return dag(part);
    case "vegaChart":
    case "plotly":
    case "bokeh":
      return figure(part);
    default:
      return h("pre", "code", JSON.stringify(part, null, 2));
  }
}

function image(part: Part): HTMLElement {
  const source = text(part.src).replace(/^(data:image\/[\w+.-]+;base64,)\s+/, "$1");
  const shown = h("img", "picture");
  if (source.startsWith("data:image/")) shown.src = source;
  shown.alt = text(part.label);
  return h("figure", "", shown, part.label ? h("figcaption", "", text(part.label)) : null);
}
