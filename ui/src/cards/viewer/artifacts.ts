import { list, type Part, record, text } from "./document";
import { h, svg } from "./dom";
import { number } from "./format";

/** Values, each as a line that can be unfolded if there is more to see. */
export function artifacts(part: Part): HTMLElement {
  const made = h("div", "artifacts");
  for (const one of list(part.data)) {
    const value = record(one);
    const preview = record(value.preview);
    const line = [
      value.name ? h("span", "artifact-name", text(value.name)) : null,
      h("span", "quiet", text(preview.type ?? value.type)),
      h("span", "artifact-brief", brief(preview) || text(value.data)),
    ];
    const more = details(preview);
    made.append(
      more ? h("details", "artifact", h("summary", "", ...line), more) : h("div", "artifact", ...line),
    );
  }
  const carried = list(part.carried).map(text);
  if (made.childElementCount === 0) made.append(h("p", "quiet", "nothing was made here"));
  if (carried.length > 0) made.append(h("p", "quiet", `carried on: ${carried.join(", ")}`));
  return made;
}

/** A preview in a line. */
export function brief(preview: Record<string, unknown>): string {
  switch (preview.kind) {
    case "scalar":
      return typeof preview.value === "number"
        ? number(preview.value)
        : text(preview.value ?? preview.text ?? null);
    case "text":
      return text(preview.text ?? preview.hex);
    case "collection": {
      const shown = list(preview.items).map((one) => brief(record(one)));
      const pairs = list(preview.entries).map((pair) =>
        list(pair)
          .map((one) => brief(record(one)))
          .join(": "),
      );
      const inside = [...shown, ...pairs].slice(0, 12).join(", ");
      return `${text(preview.length)} items${inside ? `: ${inside}` : ""}`;
    }
    case "array":
      return `${list(preview.shape).map(text).join(" × ")} ${text(preview.dtype)}`;
    case "table":
      return `${number(Number(preview.rows ?? 0))} rows × ${text(preview.width ?? list(preview.columns).length)} columns`;
    case "image":
      return `${text(preview.width)} × ${text(preview.height)}`;
    case "figure":
      return text(preview.title);
    case "model":
      return list(preview.parameters)
        .map((pair) => `${text(list(pair)[0])}=${brief(record(list(pair)[1]))}`)
        .join(", ");
    default:
      return text(preview.text);
  }
}

function details(preview: Record<string, unknown>): Node | null {
  if (typeof preview.data === "string" && preview.media === "image/png") return picture(preview.data);
  if (preview.kind === "table") return tableOf(preview);
  if (preview.kind === "array" && preview.histogram) return histogram(preview);
  const long = brief(preview);
  return long.length > 80 ? h("pre", "code", long) : null;
}

function picture(data: string): HTMLElement {
  const image = h("img", "picture");
  image.src = `data:image/png;base64,${data}`;
  image.alt = "";
  return image;
}

function tableOf(preview: Record<string, unknown>): HTMLElement {
  const columns = list(preview.columns).map(record);
  const head = h("tr", "");
  for (const column of columns)
    head.append(h("th", "", text(column.name), h("div", "quiet", text(column.dtype))));
  const body = h("tbody", "");
  for (const row of list(preview.head)) {
    const line = h("tr", "");
    for (const value of list(row)) {
      const shown = typeof value === "number" ? number(value) : value === null ? "–" : text(value);
      line.append(h("td", typeof value === "number" ? "number" : "", shown));
    }
    body.append(line);
  }
  return h("div", "scroll", h("table", "table", h("thead", "", head), body));
}

function histogram(preview: Record<string, unknown>): Node {
  const counts = list(record(preview.histogram).counts).map(Number);
  const most = Math.max(1, ...counts);
  const width = 240;
  const bars = counts.map((count, at) =>
    svg("rect", {
      x: (at * width) / counts.length,
      y: 40 - (count / most) * 40,
      width: width / counts.length - 1,
      height: (count / most) * 40,
    }),
  );
  const told = ["min", "mean", "max"].map((name) => `${name} ${text(preview[name])}`).join(" · ");
  return h(
    "div",
    "",
    svg("svg", { class: "histogram", viewBox: `0 0 ${width} 40`, width, height: 40 }, ...bars),
    h("div", "quiet", told),
  );
}
