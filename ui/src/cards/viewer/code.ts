import { copyButton, h } from "./dom";

const TOKEN =
  /(#.*)|("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(@[\w.]+)|\b(False|None|True|and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|match|nonlocal|not|or|pass|raise|return|try|while|with|yield)\b|\b(\d[\d_.eExXa-fA-F]*)\b/g;
const KINDS = ["comment", "string", "decorator", "keyword", "numeral"];

/** Python, with its words told apart. */
export function code(source: string): HTMLElement {
  const pre = h("pre", "code");
  let from = 0;
  for (const match of source.matchAll(TOKEN)) {
    pre.append(source.slice(from, match.index));
    const kind = KINDS[match.slice(1).findIndex((group) => group !== undefined)] ?? "";
    pre.append(h("span", kind, match[0]));
    from = match.index + match[0].length;
  }
  pre.append(source.slice(from));
  return h(
    "div",
    "copyable",
    copyButton(() => source),
    pre,
  );
}
