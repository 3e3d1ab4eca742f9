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
  return keys === " " ? "Space" : keys.split(" ").map(written).join(" ");
}

function written(keys: string): string {
  if (keys === "+") return keys;
  const parts = keys.split("+").map((part) => NAMES[part] ?? part);
  if (parts.length === 1) return keys in NAMES ? (NAMES[keys] ?? keys) : keys;
  return parts.map((part) => (part.length === 1 ? part.toUpperCase() : part)).join(MAC ? "" : "+");
}

/** A key, or keys one after the other: `mod+k`, `g r`. */
export function Kbd({ keys }: { keys: string }): ReactElement {
  return (
    <span className={css.keys}>
      {keyText(keys)
        .split(" ")
        .map((one) =>
          one.includes("+") && one !== "+"
            ? one.replace(/\+([a-z])$/, (_, letter: string) => `+${letter.toUpperCase()}`)
            : one,
        )
        .map((one) => (
          <kbd key={one} className={css.key}>
            {one}
          </kbd>
        ))}
    </span>
  );
}
