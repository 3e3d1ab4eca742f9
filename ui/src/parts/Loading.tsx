import type { ReactElement } from "react";
import css from "./Loading.module.css";
import { useLate } from "./useLate";

/** Something is on its way. Shown only if it takes a moment: what flashes up disturbs. */
export function Loading({ what = "Loading", lines = 3 }: { what?: string; lines?: number }): ReactElement {
  const late = useLate(true);
  return (
    <div className={css.loading} role="status" data-late={late}>
      <span className="sr-only">{what} …</span>
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same and never move
        <span key={line} className={css.line} aria-hidden="true" />
      ))}
    </div>
  );
}
