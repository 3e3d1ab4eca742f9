import { many, one, type Search } from "~/shell/url";

/** What runs can be grouped by. */
export const GROUPS = ["flow", "user", "project", "branch", "tag", "status", "day"] as const;
export type GroupBy = (typeof GROUPS)[number];

/** The list of runs as its address has it. */
export interface RunsView {
  query: string;
  sort: string;
  by: GroupBy | undefined;
  /** Columns, where the address names them. */
  columns: readonly string[] | undefined;
  /** Runs that are chosen. */
  selected: readonly string[];
}

/** The order without any other wish: the newest first. */
export const NEWEST = "-started";

/** Reads the address. Addresses of Metaflow's GUI are understood too. */
export function viewOf(search: Search): RunsView {
  const by = one(search, "by") ?? one(search, "_group")?.replace("flow_id", "flow");
  const columns = one(search, "columns");
  return {
    query: one(search, "q") ?? peerQuery(search),
    sort: one(search, "sort") ?? peerSort(one(search, "_order")),
    by: GROUPS.find((known) => known === by),
    columns: columns === undefined ? undefined : columns.split(",").filter((id) => id !== ""),
    selected: many(search, "run"),
  };
}

function peerQuery(search: Search): string {
  const quoted = (text: string) => (/[\s|"*]/.test(text) ? `"${text.replace(/["\\]/g, "\\$&")}"` : text);
  const list = (name: string) => (one(search, name) ?? "").split(",").filter((text) => text !== "");
  const terms: string[] = [];
  for (const [name, key] of [
    ["flow_id", "flow"],
    ["user", "user"],
    ["status", "status"],
  ] as const) {
    const states = (text: string) => (text === "completed" ? "done" : text);
    const values = list(name).map((text) => quoted(key === "status" ? states(text) : text));
    if (values.length > 0) terms.push(`${key}:${values.join("|")}`);
  }
  for (const tag of list("_tags")) terms.push(`tag:${quoted(tag)}`);
  for (const [name, op] of [
    ["timerange_start", ">="],
    ["timerange_end", "<="],
  ] as const) {
    const at = Number(one(search, name));
    if (Number.isFinite(at) && at > 0) terms.push(`started${op}${new Date(at).toISOString().slice(0, 19)}Z`);
  }
  return terms.join(" ");
}

function peerSort(order: string | undefined): string {
  const names: Record<string, string> = {
    ts_epoch: "started",
    finished_at: "finished",
    duration: "duration",
    flow_id: "flow",
    user: "user",
  };
  const key = names[order?.replace(/^[+-]/, "") ?? ""];
  return key === undefined ? NEWEST : `${order?.startsWith("-") ? "-" : ""}${key}`;
}
