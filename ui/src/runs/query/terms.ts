/**
 * The terms of a query, as it is being typed: enough to colour it, to turn it into chips and to change it.
 * What a query means only the server says (`crates/query`); nothing here refuses anything.
 */

/** One value of a term. */
export interface Value {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly quoted: boolean;
}

/** One condition, and where it stands in the text. */
export interface Term {
  readonly from: number;
  readonly to: number;
  readonly negated: boolean;
  /** Absent where words are looked for. */
  readonly key: string | null;
  readonly op: string;
  readonly values: readonly Value[];
}

const KEY = /[\p{L}\p{N}_.-]+(?=(<=|>=|<|>|:|=))/uy;
const KNOWN = new Set(
  "tag user flow run project branch origin step status dur duration started finished".split(" "),
);

/** Whether the server knows a key. */
export function isKnown(key: string): boolean {
  return KNOWN.has(key) || /^(param|artifact)\../.test(key);
}

/** Reads a query. */
export function terms(query: string): Term[] {
  const found: Term[] = [];
  let at = 0;
  while (at < query.length) {
    if (/\s/.test(query[at] ?? "")) at += 1;
    else {
      const term = readTerm(query, at);
      found.push(term);
      at = term.to;
    }
  }
  return found;
}

function readTerm(query: string, from: number): Term {
  const negated = query[from] === "-";
  let at = negated ? from + 1 : from;
  KEY.lastIndex = at;
  const match = KEY.exec(query);
  let key: string | null = null;
  let op = "";
  if (match) {
    key = match[0];
    op = match[1] ?? "";
    at += key.length + op.length;
  }
  const values: Value[] = [];
  for (;;) {
    const value = readValue(query, at);
    values.push(value);
    at = value.to;
    if (query[at] !== "|") break;
    at += 1;
  }
  return { from, to: Math.max(at, from + 1), negated, key, op: op === "=" ? ":" : op, values };
}

function readValue(query: string, from: number): Value {
  if (query[from] === '"') return readQuoted(query, from);
  let to = from;
  while (to < query.length && !/[\s|]/.test(query[to] ?? "")) to += 1;
  return { text: query.slice(from, to), from, to, quoted: false };
}

function readQuoted(query: string, from: number): Value {
  let text = "";
  let at = from + 1;
  while (at < query.length && query[at] !== '"') {
    if (query[at] === "\\" && at + 1 < query.length) at += 1;
    text += query[at];
    at += 1;
  }
  at = Math.min(at + 1, query.length);
  // What wrongly follows a quote belongs to the same term, so that it can be deleted with it.
  while (at < query.length && !/[\s|]/.test(query[at] ?? "")) at += 1;
  return { text, from, to: at, quoted: true };
}

/** Where a byte of the UTF-8 of a text is in the text itself. */
export function fromBytes(text: string, bytes: number): number {
  let at = 0;
  let seen = 0;
  for (const char of text) {
    if (seen >= bytes) break;
    seen += bytesOf(char.codePointAt(0) ?? 0);
    at += char.length;
  }
  return at;
}

/** How many bytes of UTF-8 come before a place. */
export function toBytes(text: string, at: number): number {
  let seen = 0;
  for (const char of text.slice(0, at)) seen += bytesOf(char.codePointAt(0) ?? 0);
  return seen;
}

function bytesOf(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}
