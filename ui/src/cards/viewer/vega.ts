import * as vega from "vega";
import { expressionInterpreter } from "vega-interpreter";
import { compile } from "vega-lite";
import { h } from "./dom";

/** Draws a specification of Vega or Vega-Lite without `eval`, which no card's page allows, and without fetching anything. */
export async function draw(
  box: HTMLElement,
  given: unknown,
  dark: boolean,
  controls: boolean,
): Promise<void> {
  const spec = given as { $schema?: string; config?: object; width?: unknown };
  const ink = dark ? "#c9ced6" : "#39414d";
  const axis = {
    labelColor: ink,
    titleColor: ink,
    gridColor: dark ? "#333a45" : "#e3e6ea",
    domainColor: ink,
    tickColor: ink,
  };
  const config = {
    background: "transparent",
    axis,
    legend: { labelColor: ink, titleColor: ink },
    title: { color: ink },
    header: { labelColor: ink, titleColor: ink },
    view: { stroke: "transparent" },
    ...spec.config,
  };
  const isVega = spec.$schema?.includes("/vega/") ?? false;
  const ready = isVega ? (spec as vega.Spec) : compile({ ...(spec as object), config } as never).spec;
  const runtime = vega.parse(ready, isVega ? (config as vega.Config) : undefined, { ast: true });
  const loader = vega.loader();
  loader.load = () => Promise.reject(new Error("a card fetches nothing: put the data into the chart"));
  const view = new vega.View(runtime, {
    expr: expressionInterpreter,
    renderer: "svg",
    container: box,
    hover: true,
    loader,
  } as never);
  await view.runAsync();
  if (controls) box.append(exported(view));
}

function exported(view: vega.View): HTMLElement {
  const made = h("div", "controls");
  for (const kind of ["svg", "png"] as const) {
    const link = h("a", "copy", kind.toUpperCase());
    link.href = "#";
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      const target = h("a", "");
      target.href = await view.toImageURL(kind);
      target.download = `chart.${kind}`;
      target.click();
    });
    made.append(link);
  }
  return made;
}
