/** Queries changed by a click: what was typed beside stays as it was typed. */

import { type Term, terms } from "./terms";

/** Keys of which a run has one value: several are alternatives. Of the others each must fit. */
const SINGLE = new Set(["status", "flow", "user", "run", "project", "branch"]);

/** A value as it must be written to mean exactly itself. */
export function quote(text: string): string {
  if (text !== "" && !/[\s|"*]/.test(text) && !text.startsWith("=")) return text;
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

/** The values a query asks for of a key, those it must not have apart. */
export function chosen(query: string, key: string): { wanted: Set<string>; unwanted: Set<string> } {
  const wanted = new Set<string>();
  const unwanted = new Set<string>();
  for (const term of terms(query)) {
    if (term.key !== key || term.op !== ":") continue;
    for (const value of term.values) (term.negated ? unwanted : wanted).add(value.text);
  }
  return { wanted, unwanted };
}

/** A term more. */
export function add(query: string, term: string): string {
  const before = query.trim();
  return before === "" ? term : `${before} ${term}`;
}

/** Without a term. */
export function without(query: string, term: Pick<Term, "from" | "to">): string {
  return swap(query, term, "");
}

/** With a value of a key, or without it if it was asked for; what forbade it is gone. */
export function toggle(query: string, key: string, value: string): string {
  const { wanted, unwanted } = chosen(query, key);
  if (unwanted.has(value)) return drop(query, key, value, true);
  if (wanted.has(value)) return drop(query, key, value, false);
  const term = SINGLE.has(key) ? terms(query).find((term) => isPlain(term, key, false)) : undefined;
  if (!term) return add(query, `${key}:${quote(value)}`);
  return swap(query, term, `${query.slice(term.from, term.to)}|${quote(value)}`);
}

/** With this value of a key alone. */
export function only(query: string, key: string, value: string): string {
  return add(clear(query, key), `${key}:${quote(value)}`);
}

/** Without runs that have this value. */
export function exclude(query: string, key: string, value: string): string {
  const { unwanted } = chosen(query, key);
  if (unwanted.has(value)) return query;
  return add(drop(query, key, value, false), `-${key}:${quote(value)}`);
}

/** Without anything that is asked of a key. */
export function clear(query: string, ...keys: string[]): string {
  const kept = terms(query).filter((term) => term.key === null || !keys.includes(term.key));
  return kept.map((term) => query.slice(term.from, term.to)).join(" ");
}

/** The other way round: what must hold must not, and the reverse. */
export function negate(query: string, term: Term): string {
  const text = query.slice(term.from, term.to);
  return swap(query, term, term.negated ? text.slice(1) : `-${text}`);
}

function isPlain(term: Term, key: string, negated: boolean): boolean {
  return term.key === key && term.op === ":" && term.negated === negated;
}

function drop(query: string, key: string, value: string, negated: boolean): string {
  let text = query;
  for (;;) {
    const has = (term: Term) => term.values.some((known) => known.text === value);
    const term = terms(text).find((term) => isPlain(term, key, negated) && has(term));
    if (!term) return text;
    const rest = term.values.filter((known) => known.text !== value);
    const values = rest.map((known) => text.slice(known.from, known.to)).join("|");
    text = swap(text, term, rest.length === 0 ? "" : `${negated ? "-" : ""}${key}:${values}`);
  }
}

function swap(query: string, at: Pick<Term, "from" | "to">, text: string): string {
  const before = query.slice(0, at.from).trimEnd();
  const after = query.slice(at.to).trimStart();
  return [before, text, after].filter((part) => part !== "").join(" ");
}
