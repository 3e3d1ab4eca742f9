import { type Part, record, text } from "./document";
import { h } from "./dom";

interface Libraries {
  SpinloomVega?: { draw(box: HTMLElement, spec: unknown, dark: boolean, controls: boolean): Promise<void> };
  Plotly?: { newPlot(box: HTMLElement, data: unknown, layout: unknown, options: unknown): Promise<unknown> };
  Bokeh?: { embed: { embed_item(item: unknown, target: string): Promise<unknown> } };
}

/** Whether the page is dark. */
export function isDark(): boolean {
  const told = document.documentElement.dataset.theme;
  return told ? told === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

/** A chart of Vega's, Plotly's or Bokeh's: drawn once it stands in the page, since all of them measure it. */
export function figure(part: Part): HTMLElement {
  const box = h("div", `figure figure-${part.type}`);
  const made = h("figure", "", box, part.label ? h("figcaption", "", text(part.label)) : null);
  const problem = (error: unknown) => {
    box.replaceChildren(h("pre", "log error", `the chart cannot be drawn: ${text(error)}`));
  };
  requestAnimationFrame(() => {
    try {
      drawn(part, box).catch(problem);
    } catch (error) {
      problem(error);
    }
  });
  return made;
}

async function drawn(part: Part, box: HTMLElement): Promise<void> {
  const libraries = window as unknown as Libraries;
  if (part.type === "vegaChart") {
    if (!libraries.SpinloomVega) throw new Error("this page has no Vega");
    await libraries.SpinloomVega.draw(box, part.spec, isDark(), record(part.options).actions !== false);
  } else if (part.type === "plotly") {
    if (!libraries.Plotly) throw new Error("this page has no Plotly");
    const given = record(part.figure);
    const ink = getComputedStyle(document.body).color;
    const layout: Record<string, unknown> = {
      paper_bgcolor: "transparent",
      font: { color: ink },
      ...record(given.layout),
    };
    if (typeof layout.height === "number") box.style.height = `${layout.height}px`;
    if (isDark()) {
      layout.plot_bgcolor = "transparent";
      layout.template = darkened(record(layout.template));
    }
    await libraries.Plotly.newPlot(box, given.data, layout, { responsive: true, displaylogo: false });
  } else {
    if (!libraries.Bokeh) throw new Error("this page has no Bokeh");
    box.id = `bokeh-${Math.random().toString(36).slice(2)}`;
    await libraries.Bokeh.embed.embed_item(part.item, box.id);
  }
}

/** Plotly's own lines are white, for a plot that is grey. */
function darkened(template: Record<string, unknown>): Record<string, unknown> {
  const layout = record(template.layout);
  const lines = { gridcolor: "#333a45", zerolinecolor: "#4a5361", linecolor: "#4a5361" };
  const axes = ["xaxis", "yaxis"].map((name) => [name, { ...record(layout[name]), ...lines }]);
  return { ...template, layout: { ...layout, ...Object.fromEntries(axes) } };
}
