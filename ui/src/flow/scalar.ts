/** The one value a preview shows, if it is of one. */
export function scalarOf(preview: unknown): unknown {
  if (typeof preview !== "object" || preview === null) return undefined;
  const { kind, value, text } = preview as { kind?: string; value?: unknown; text?: string };
  if (kind === "scalar") return value ?? text;
  return kind === "text" && text !== undefined && text.length <= 80 ? text : undefined;
}
