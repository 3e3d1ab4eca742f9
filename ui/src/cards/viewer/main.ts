import type { CardDocument } from "./document";
import { h } from "./dom";
import { Canvas } from "./draw";
import "./viewer.css";

const root = document.getElementById("card");
const source = document.getElementById("card-document");

if (root && source) start(root, JSON.parse(source.textContent ?? "{}") as CardDocument);

/** Shows a card, and what becomes of it: a page around this one may tell of new versions, and of its theme. */
function start(root: HTMLElement, first: CardDocument): void {
  const parts = h("div", "parts");
  const state = h("p", "state");
  state.setAttribute("role", "status");
  root.replaceChildren(state, parts);
  const canvas = new Canvas(parts);
  let shown = first;
  const show = (card: CardDocument) => {
    shown = card;
    state.hidden = card.final;
    state.textContent = card.final ? "" : "The step is running";
    canvas.show(card.components ?? []);
  };
  show(first);
  window.addEventListener("message", (event) => {
    if (event.source !== window.parent || window.parent === window) return;
    const told = event.data as { type?: string; document?: CardDocument; theme?: string };
    if (told.type === "card" && told.document) show(told.document);
    if (told.type === "theme" && (told.theme === "light" || told.theme === "dark")) {
      if (document.documentElement.dataset.theme === told.theme) return;
      document.documentElement.dataset.theme = told.theme;
      canvas.forget();
      show(shown);
    }
  });
  if (window.parent !== window) {
    const tell = () =>
      window.parent.postMessage(
        { type: "card-height", height: Math.ceil(root.getBoundingClientRect().height) },
        "*",
      );
    new ResizeObserver(tell).observe(root);
    window.parent.postMessage({ type: "card-ready" }, "*");
  }
}
