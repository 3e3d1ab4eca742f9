import type { Tab } from "~/parts/Tabs";

/** The tabs of a run, in the order of their keys 1 to 9. */
export const TABS = [
  { value: "timeline", label: "Timeline", icon: "timeline" },
  { value: "dag", label: "DAG", icon: "dag" },
  { value: "tasks", label: "Tasks", icon: "table" },
  { value: "logs", label: "Logs", icon: "log" },
  { value: "artifacts", label: "Artifacts", icon: "box" },
  { value: "cards", label: "Cards", icon: "card" },
  { value: "config", label: "Config", icon: "settings" },
  { value: "code", label: "Code", icon: "code" },
  { value: "compare", label: "Compare", icon: "compare" },
] as const satisfies readonly Tab[];
