import { type Part, text } from "./document";
import { h } from "./dom";
import { number } from "./format";

/** How far something has come. */
export function progress(part: Part): HTMLElement {
  const most = Number(part.max) || 0;
  const value = Number(part.value) || 0;
  const share = most > 0 ? Math.min(1, Math.max(0, value / most)) : 0;
  const unit = part.unit ? ` ${text(part.unit)}` : "";
  const fill = h("div", "fill");
  fill.style.width = `${share * 100}%`;
  const bar = h("div", share >= 1 ? "bar done" : "bar", fill);
  bar.setAttribute("role", "progressbar");
  bar.setAttribute("aria-valuemin", "0");
  bar.setAttribute("aria-valuemax", String(most));
  bar.setAttribute("aria-valuenow", String(value));
  bar.setAttribute("aria-label", text(part.label) || "progress");
  const told = `${number(value)} of ${number(most)}${unit}`;
  return h(
    "div",
    "progress",
    h(
      "div",
      "between",
      h("span", "", text(part.label)),
      h("span", "quiet", `${told} · ${Math.floor(share * 100)} %`),
    ),
    bar,
    part.details ? h("div", "quiet", text(part.details)) : null,
  );
}

/** One value that matters. */
export function valueBox(part: Part): HTMLElement {
  const theme = text(part.theme).replace(/[^\w-]/g, "") || "default";
  const value = typeof part.value === "number" ? number(part.value) : text(part.value);
  const change = text(part.change_indicator);
  const direction = change.startsWith("-") || change.startsWith("−") ? "down" : "up";
  return h(
    "div",
    `box box-${theme}`,
    part.title ? h("div", "box-title", text(part.title)) : null,
    h("div", "box-value", value),
    change ? h("div", `box-change ${direction}`, change) : null,
    part.subtitle ? h("div", "quiet", text(part.subtitle)) : null,
  );
}

/** What went wrong, or is to be known. */
export function log(part: Part): HTMLElement {
  const source = text(part.data);
  const level = part.level === "error" ? "error" : source.startsWith("@card WARNING") ? "warning" : "";
  const made = h("pre", `log ${level}`, source);
  made.setAttribute("role", level === "error" ? "alert" : "note");
  return made;
}
