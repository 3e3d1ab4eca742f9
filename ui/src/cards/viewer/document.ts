/** What a card is made of: see `docs/design/0011-cards.md`. */

/** A component as it is kept: its type, and what that type needs. */
export interface Part {
  type: string;
  id?: string;
  [field: string]: unknown;
}

/** A card. */
export interface CardDocument {
  card: { type: string; id: string | null; hash: string; pathspec: string; attempt: number };
  at: number;
  final: boolean;
  failed?: boolean;
  reload_token: string;
  components?: Part[];
}

export function isPart(value: unknown): value is Part {
  return typeof value === "object" && value !== null && typeof (value as Part).type === "string";
}

export function text(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
