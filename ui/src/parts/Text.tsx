import type { ReactElement } from "react";
import css from "./Text.module.css";

/** A text as it was written: its lines, its blanks, nothing of it run or made a link. */
export function Text({ children, height }: { children: string; height?: number }): ReactElement {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <pre className={css.text} dir="auto" tabIndex={0} style={height ? { maxHeight: height } : undefined}>
      {children}
    </pre>
  );
}
