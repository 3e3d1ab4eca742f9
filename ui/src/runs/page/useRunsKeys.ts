import { useKey } from "~/shell/keys";
import type { RunList } from "../data/list";
import { keyOf } from "../data/pages";

interface Wanted {
  list: RunList;
  current: string | undefined;
  onCurrent: (key: string | undefined) => void;
  onOpen: (run: { flow: string; run: string }) => void;
  onSelect: (key: string, index: number, range: boolean) => void;
  onCompare: () => void;
  onClear: () => void;
  enabled: boolean;
}

/** The keys of the list. */
export function useRunsKeys(wanted: Wanted): void {
  const { list, current, onCurrent, onOpen, onSelect, onCompare, onClear, enabled } = wanted;
  const index = () => (current === undefined ? -1 : list.pages.indexOf(current));
  const go = (to: number) => {
    const run = list.pages.at(Math.max(0, Math.min(list.pages.count - 1, to)));
    if (run) onCurrent(keyOf(run));
  };
  const now = () => {
    const run = list.pages.at(index());
    return index() < 0 ? undefined : run;
  };
  const options = { group: "Runs", enabled };
  useKey("j", "Next run", () => go(index() + 1), options);
  useKey("k", "Previous run", () => go(index() < 0 ? 0 : index() - 1), options);
  useKey("ArrowDown", "Next run", () => go(index() + 1), options);
  useKey("ArrowUp", "Previous run", () => go(index() < 0 ? 0 : index() - 1), options);
  useKey(
    "Enter",
    "Open the run",
    (event) => {
      const run = now();
      // A button or a link with the focus has Enter for itself.
      const own = event.target instanceof HTMLElement && event.target.closest("a, button, summary");
      if (own) own instanceof HTMLElement && own.click();
      else if (run) onOpen(run);
    },
    options,
  );
  useKey(
    "x",
    "Choose the run",
    () => {
      const run = now();
      if (run) onSelect(keyOf(run), index(), false);
    },
    options,
  );
  useKey("c", "Compare the chosen runs", onCompare, options);
  useKey("Escape", "Choose none", onClear, options);
}
