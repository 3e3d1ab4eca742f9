import DOMPurify from "dompurify";
import { marked } from "marked";
import { text } from "./document";
import { h } from "./dom";

/** Formatted text. HTML in it is kept as far as it cannot do anything. */
export function markdown(source: unknown): HTMLElement {
  const body = h("div", "markdown");
  body.append(clean(marked.parse(text(source), { async: false, gfm: true })));
  return body;
}

/** HTML as nodes, without scripts, handlers, frames and what is fetched from elsewhere. */
export function clean(html: string): DocumentFragment {
  return DOMPurify.sanitize(html, {
    RETURN_DOM_FRAGMENT: true,
    FORBID_TAGS: ["form", "input", "button", "iframe", "object", "embed"],
    ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#|data:image\/)/i,
  });
}
