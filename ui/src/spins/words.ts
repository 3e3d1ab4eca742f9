import type { Schemas } from "~/api/types";

/** A spin that was kept. */
export type Spin = Schemas["Spin"];

/** Spins by the sessions they are of, in the order they are in. */
export function bySession(spins: readonly Spin[]): Spin[][] {
  const sessions: Spin[][] = [];
  for (const spin of spins) {
    const last = sessions.at(-1);
    if (last?.[0]?.session === spin.session) last.push(spin);
    else sessions.push([spin]);
  }
  return sessions;
}

/** How what it saved differs from what it repeats, in a few words; empty if that is not known. */
export function changesText(changes: Schemas["SpinChanges"] | null | undefined): string {
  if (!changes) return "";
  const parts = (["changed", "new", "gone"] as const)
    .filter((how) => changes[how] > 0)
    .map((how) => `${changes[how]} ${how}`);
  if (parts.length > 0) return parts.join(" · ");
  return changes.same > 0 ? "as recorded" : "nothing saved";
}

/** Whether it ran other code than the spin before it; no if that is not known. */
export function isEdited(spin: Spin, before: Spin | undefined): boolean {
  return spin.code != null && before?.code != null && spin.code !== before.code;
}

/** A value that was given, as people write it. */
export function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** How tall a bar is for each of these durations, in percent: the longest is the whole, and none is nothing. */
export function heights(durations: readonly (number | null | undefined)[]): number[] {
  const longest = Math.max(1, ...durations.map((us) => us ?? 0));
  return durations.map((us) => Math.max(12, Math.round(((us ?? longest) / longest) * 100)));
}

/** What something is compared with: a task or a run by its pathspec, or a spin. */
export function sideName(of: string): string {
  return of.includes("/") ? of : "the spin before";
}
