import type { ReactElement } from "react";
import css from "./Kbd.module.css";

const MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);
const NAMES: Record<string, string> = {
  mod: MAC ? "⌘" : "Ctrl",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Escape: "Esc",
  Enter: "↵",
  " ": "Space",
};

/** How a key is written for people. */
export function keyText(keys: string): string {
  return keys
    .split(" ")
    .map((one) =>
      one
        .split("+")
        .map((part) => NAMES[part] ?? part)
        .join(MAC ? "" : "+"),
    )
    .join(" ");
}

/** A key, or keys one after the other: `mod+k`, `g r`. */
export function Kbd({ keys }: { keys: string }): ReactElement {
  return (
    <span className={css.keys}>
      {keyText(keys)
        .split(" ")
        .map((one) => (
          <kbd key={one} className={css.key}>
            {one}
          </kbd>
        ))}
    </span>
  );
}
