/** Python in colours: a piece of text and what it is. Done line by line, so that a file of any length opens at once. */

/** `k` keyword, `s` string, `c` comment, `n` number, `d` decorator, `f` what is defined; nothing of the rest. */
export type Mark = "k" | "s" | "c" | "n" | "d" | "f";
/** A piece of a line. */
export type Piece = [text: string, mark?: Mark];

/** Which kind of string a line begins in: none, or the quotes that end it. */
export type Inside = "" | '"""' | "'''";

const KEYWORDS = new Set(
  "False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda match case nonlocal not or pass raise return try while with yield".split(
    " ",
  ),
);
const TOKEN =
  /(?<c>#.*$)|(?<s>[rbfuRBFU]{0,2}(?:"""|'''|"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?))|(?<d>^\s*@[\w.]+)|(?<n>\b\d[\w.]*\b)|(?<w>[^\W\d]\w*)/gu;

/** The pieces of a line, and what the next one begins in. */
export function python(line: string, inside: Inside): [Piece[], Inside] {
  const pieces: Piece[] = [];
  let at = 0;
  if (inside !== "") {
    const end = line.indexOf(inside);
    if (end < 0) return [[[line, "s"]], inside];
    at = end + inside.length;
    pieces.push([line.slice(0, at), "s"]);
  }
  TOKEN.lastIndex = at;
  let before = "";
  for (let found = TOKEN.exec(line); found; found = TOKEN.exec(line)) {
    if (found.index > at) pieces.push([line.slice(at, found.index)]);
    const text = found[0];
    at = found.index + text.length;
    const quotes = text.slice(-3);
    if (found.groups?.s && (quotes === '"""' || quotes === "'''") && text.replace(quotes, "").length <= 2) {
      const end = line.indexOf(quotes, at);
      if (end < 0) return [[...pieces, [line.slice(found.index), "s"]], quotes];
      at = end + 3;
      pieces.push([line.slice(found.index, at), "s"]);
      TOKEN.lastIndex = at;
    } else {
      pieces.push(marked(text, found.groups ?? {}, before));
    }
    before = text;
  }
  if (at < line.length) pieces.push([line.slice(at)]);
  return [pieces, ""];
}

function marked(text: string, groups: Record<string, string | undefined>, before: string): Piece {
  if (groups.c) return [text, "c"];
  if (groups.s) return [text, "s"];
  if (groups.d) return [text, "d"];
  if (groups.n) return [text, "n"];
  if (before === "def" || before === "class") return [text, "f"];
  return KEYWORDS.has(text) ? [text, "k"] : [text];
}

/** All lines of a text: of Python in colours, of others as they are. */
export function coloured(name: string, text: string): Piece[][] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  if (!/\.pyi?$/.test(name)) return lines.map((line) => [[line]]);
  let inside: Inside = "";
  return lines.map((line) => {
    const [pieces, next] = python(line, inside);
    inside = next;
    return pieces;
  });
}
