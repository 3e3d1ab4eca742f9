import { isPart, list, type Part, text } from "./document";
import { h } from "./dom";
import { duration, moment, number } from "./format";

const ROW = 30;
const SPARE = 12;
const SHORT = 40;
const PRINTED = 2000;
// Browsers draw nothing higher than some 33 million pixels: beyond it, rows move faster than the bar.
const TALLEST = 8_000_000;

type Draw = (part: Part, path: string) => Node;

/** A table: small ones as they are, of long ones only the rows that are looked at. */
export function table(part: Part, draw: Draw, path: string): HTMLElement {
  const columns = list(part.columns).map(text);
  const rows = list(part.data).filter(Array.isArray) as unknown[][];
  if (part.vertical) return facts(columns, rows[0] ?? [], draw, path);
  if (rows.length === 0 || (rows.length === 1 && rows[0]?.length === 0 && columns.length === 0)) {
    return h("p", "quiet", "no rows");
  }
  const nested = rows.slice(0, 200).some((row) => row.some((value) => isPart(value)));
  return rows.length <= SHORT || (nested && rows.length <= 500)
    ? h("div", "scroll", plain(columns, rows, draw, path))
    : virtual(columns, rows, draw, path);
}

function facts(names: string[], values: unknown[], draw: Draw, path: string): HTMLElement {
  const made = h("dl", "facts");
  names.forEach((name, at) => {
    made.append(h("dt", "", name), h("dd", "", cell(values[at], draw, `${path}.${at}`)));
  });
  return made;
}

function head(columns: string[], rows: unknown[][]): HTMLElement | null {
  if (columns.length === 0) return null;
  const row = h("tr", "");
  columns.forEach((name, at) => {
    const title = h("th", typeof rows[0]?.[at] === "number" ? "number" : "", name);
    title.scope = "col";
    row.append(title);
  });
  return h("thead", "", row);
}

function line(row: unknown[], draw: Draw, path: string): HTMLElement {
  const made = h("tr", "");
  row.forEach((value, at) => {
    made.append(h("td", typeof value === "number" ? "number" : "", cell(value, draw, `${path}.${at}`)));
  });
  return made;
}

function plain(columns: string[], rows: unknown[][], draw: Draw, path: string): HTMLElement {
  const body = h("tbody", "");
  rows.forEach((row, at) => {
    body.append(line(row, draw, `${path}.${at}`));
  });
  return h("table", "table", head(columns, rows), body);
}

function virtual(columns: string[], rows: unknown[][], draw: Draw, path: string): HTMLElement {
  const above = h("tr", "gap");
  const below = h("tr", "gap");
  const body = h("tbody", "");
  const made = h("table", "table fixed", head(columns, rows), body);
  made.setAttribute("aria-rowcount", String(rows.length));
  const box = h("div", "scroll long", made);
  box.tabIndex = 0;
  const full = Math.min(rows.length * ROW, TALLEST);
  let shown = "";
  const show = () => {
    const room = box.clientHeight || 400;
    const part = full > room ? box.scrollTop / (full - room) : 0;
    const count = Math.ceil(room / ROW);
    const first = Math.max(0, Math.floor(Math.min(1, part) * Math.max(0, rows.length - count)) - SPARE);
    const last = Math.min(rows.length, first + count + 2 * SPARE);
    if (`${first}-${last}` === shown) return;
    shown = `${first}-${last}`;
    const top = full === rows.length * ROW ? first * ROW : Math.max(0, box.scrollTop - SPARE * ROW);
    above.style.height = `${top}px`;
    below.style.height = `${Math.max(0, full - top - (last - first) * ROW)}px`;
    const lines = rows.slice(first, last).map((row, at) => {
      const made = line(row, draw, `${path}.${first + at}`);
      made.setAttribute("aria-rowindex", String(first + at + 1));
      return made;
    });
    body.replaceChildren(above, ...lines, below);
  };
  box.addEventListener("scroll", show, { passive: true });
  window.addEventListener("beforeprint", () => {
    shown = "";
    body.replaceChildren(...rows.slice(0, PRINTED).map((row, at) => line(row, draw, `${path}.${at}`)));
  });
  window.addEventListener("afterprint", show);
  show();
  requestAnimationFrame(show);
  return h("div", "", box, h("p", "quiet", `${number(rows.length)} rows`));
}

/** A value in a table. */
export function cell(value: unknown, draw: Draw, path: string): Node {
  if (value === null || value === undefined) return h("span", "quiet", "–");
  if (typeof value === "number") return document.createTextNode(number(value));
  if (isPart(value)) {
    if (value.type === "time") return document.createTextNode(moment(Number(value.at)));
    if (value.type === "duration") return document.createTextNode(duration(Number(value.us)));
    return draw(value, path);
  }
  return document.createTextNode(text(value));
}
