/** How a piece of a line looks: colours are numbers of the 256-colour palette, or `#rrggbb`. */
export interface Look {
  readonly fg?: number | string;
  readonly bg?: number | string;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly strike?: boolean;
  readonly inverse?: boolean;
}

/** A piece of a line with one look. */
export interface Span {
  readonly text: string;
  readonly look: Look;
}

const PLAIN: Look = Object.freeze({});
// CSI … final byte; OSC … BEL or ST; other two-character escapes. Unfinished ones end with the line.
const ESCAPE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what terminals read
  /\x1b(?:\[([0-9:;<=>?]*)[ -/]*([@-~])?|\][^\x07\x1b]*(?:\x07|\x1b\\|$)|[PX^_][^\x1b]*(?:\x1b\\|$)|[ -/]*[0-~]?)/g;
// What a terminal does not print. A tab is kept.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what terminals do not print
const CONTROL = /[\x00-\x08\x0a-\x1a\x1c-\x1f\x7f]/g;

/** Takes a line apart into pieces of one look each. What moves the cursor or sets titles is left out. */
export function parseAnsi(line: string): Span[] {
  if (!line.includes("\x1b")) {
    const text = line.replace(CONTROL, "");
    return text === "" ? [] : [{ text, look: PLAIN }];
  }
  const spans: Span[] = [];
  let look = PLAIN;
  let from = 0;
  const add = (to: number) => {
    const text = line.slice(from, to).replace(CONTROL, "");
    if (text !== "") spans.push({ text, look });
  };
  for (const found of line.matchAll(ESCAPE)) {
    add(found.index);
    from = found.index + found[0].length;
    if (found[2] === "m") look = restyled(look, found[1] ?? "");
  }
  add(line.length);
  return spans;
}

/** A line without any escape sequence, as searches see it. */
export function plainText(line: string): string {
  const text = line.includes("\x1b") ? line.replace(ESCAPE, "") : line;
  return text.replace(CONTROL, "");
}

type Draft = { -readonly [K in keyof Look]: Look[K] };

function restyled(before: Look, parameters: string): Look {
  const codes = parameters.split(/[;:]/).map((code) => Number.parseInt(code || "0", 10));
  let next: Draft = { ...before };
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0;
    if (code === 0) next = {};
    else if (code === 38 || code === 48) {
      const [colour, used] = extended(codes, i + 1);
      if (colour !== undefined) next[code === 38 ? "fg" : "bg"] = colour;
      i += used;
    } else apply(next, code);
  }
  return Object.keys(next).length === 0 ? PLAIN : next;
}

const ON: Record<number, Look> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  21: { underline: true },
};
const OFF: Record<number, (keyof Look)[]> = {
  22: ["bold", "dim"],
  23: ["italic"],
  24: ["underline"],
  27: ["inverse"],
  29: ["strike"],
  39: ["fg"],
  49: ["bg"],
};

function apply(next: Draft, code: number): void {
  if (code >= 30 && code <= 37) next.fg = code - 30;
  else if (code >= 90 && code <= 97) next.fg = code - 82;
  else if (code >= 40 && code <= 47) next.bg = code - 40;
  else if (code >= 100 && code <= 107) next.bg = code - 92;
  else if (ON[code]) Object.assign(next, ON[code]);
  else for (const name of OFF[code] ?? []) delete next[name];
}

/** The colour that `5;n` or `2;r;g;b` names, and how many codes that took. */
function extended(codes: number[], at: number): [number | string | undefined, number] {
  if (codes[at] === 5) {
    const n = codes[at + 1] ?? -1;
    return [n >= 0 && n <= 255 ? n : undefined, 2];
  }
  if (codes[at] === 2) {
    const rgb = [codes[at + 1], codes[at + 2], codes[at + 3]].map((part) => part ?? -1);
    const valid = rgb.every((part) => part >= 0 && part <= 255);
    return [valid ? hex(rgb) : undefined, 4];
  }
  return [undefined, 0];
}

function hex(rgb: number[]): string {
  return `#${rgb.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** One of the 256 colours, from 16 on, as `#rrggbb`; the first 16 are the theme's. */
export function paletteColour(n: number): string {
  if (n >= 232) {
    const grey = 8 + (n - 232) * 10;
    return hex([grey, grey, grey]);
  }
  const part = (of: number) => (of === 0 ? 0 : 55 + of * 40);
  const cube = n - 16;
  return hex([part(Math.floor(cube / 36)), part(Math.floor(cube / 6) % 6), part(cube % 6)]);
}
