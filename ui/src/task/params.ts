import { one, type Search } from "~/shell/url";

/** Parts of a task's page. */
export const SECTIONS = ["log", "artifacts", "resources", "cards", "details"] as const;
export type Section = (typeof SECTIONS)[number] | `plugin-${string}`;

/** What the address says of a task's page. */
export interface TaskParams {
  /** Which attempt, from 0; the latest if none is named. */
  attempt: number | undefined;
  section: Section;
}

const OLD: Record<string, Section> = {
  stdout: "log",
  stderr: "log",
  logs: "log",
  taskinfo: "details",
  metadata: "details",
};

/** Reads the address; the names that Metaflow's pages have are known as well. */
export function readTaskParams(search: Search): TaskParams {
  const attempt = one(search, "attempt") ?? "";
  const section = one(search, "section") ?? "";
  const ofPlugin = section.startsWith("plugin-") ? (section as Section) : undefined;
  return {
    attempt: /^\d{1,6}$/.test(attempt) ? Number(attempt) : undefined,
    section: SECTIONS.find((known) => known === section) ?? ofPlugin ?? OLD[section] ?? "log",
  };
}
