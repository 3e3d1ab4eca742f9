import { copyText } from "~/parts/clipboard";
import { setPrefs, usePrefs } from "~/theme/prefs";
import { useKey } from "./keys";
import { addressOf, pathspecOf } from "./place";
import { useGo } from "./useGo";
import { usePlace } from "./usePlace";

/** The tabs of a run by the second key that goes to them. */
export const TAB_KEYS = [
  ["t", "timeline", "Timeline"],
  ["d", "dag", "DAG"],
  ["k", "tasks", "Tasks"],
  ["l", "logs", "Logs"],
  ["a", "artifacts", "Artifacts"],
  ["c", "cards", "Cards"],
  ["n", "config", "Config"],
  ["s", "code", "Code"],
  ["p", "compare", "Compare"],
] as const;

/** The keys that do the same on every page. */
export function GlobalKeys({ onFind, onHelp }: { onFind: () => void; onHelp: () => void }): null {
  const go = useGo();
  const place = usePlace();
  const pathspec = pathspecOf(place);
  const there = pathspec !== "";
  const everywhere = { group: "Everywhere" };
  useKey("?", "Show all keys", onHelp, everywhere);
  useKey("mod+k", "Go to anything", onFind, everywhere);
  useKey("y", "Copy pathspec", () => void copyText(pathspec, "pathspec"), { ...everywhere, enabled: there });
  useKey("Y", "Copy address of this view", () => void copyText(window.location.href, "address"), everywhere);
  useKey("u", "Up one level", () => go(addressOf(above(place))), { group: "Go to", enabled: there });
  useKey("g r", "All runs", () => go("/"), { group: "Go to" });
  useKey("g o", "Spins", () => go("/spins"), { group: "Go to" });
  useKey("g f", "The flow", () => go(addressOf({ flow: place.flow ?? "" })), {
    group: "Go to",
    enabled: there,
  });
  useKey("z", "Times as moments or as time ago", turnTimes, everywhere);
  return null;
}

/** The keys that go to the tabs of a run. */
export function TabKey({ keys, tab, name }: { keys: string; tab: string; name: string }): null {
  const go = useGo();
  const { flow, run } = usePlace();
  const open = () => go(`/${encodeURIComponent(flow ?? "")}/${encodeURIComponent(run ?? "")}/view/${tab}`);
  useKey(`g ${keys}`, `${name} tab`, open, { group: "Go to", enabled: run !== undefined });
  return null;
}

function turnTimes(): void {
  setPrefs({ times: usePrefs.getState().times === "relative" ? "absolute" : "relative" });
}

function above({ flow, run, task }: ReturnType<typeof usePlace>): Parameters<typeof addressOf>[0] {
  if (task !== undefined && flow !== undefined && run !== undefined) return { flow, run };
  return run !== undefined && flow !== undefined ? { flow } : {};
}
