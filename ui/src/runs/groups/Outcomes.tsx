import type { ReactElement } from "react";
import type { Schemas } from "~/api/types";
import { count } from "~/theme/format";
import css from "./Groups.module.css";

const STATES = ["done", "running", "stopped", "lost", "failed"] as const;

interface Props {
  by: Schemas["ByStatus"];
  count: number;
  /** Of the largest group: its bar is the longest. */
  most: number;
}

/** How the runs of a group ended: a bar in parts, and in words how many failed. */
export function Outcomes({ by, count: all, most }: Props): ReactElement {
  const parts = STATES.filter((state) => by[state] > 0);
  const words = parts.map((state) => `${count(by[state])} ${state}`).join(", ");
  return (
    <span className={css.outcomes} data-tip={words}>
      <span
        className={css.bar}
        role="img"
        aria-label={words}
        style={{ width: `${Math.max(4, (all / most) * 100)}%` }}
      >
        {parts.map((state) => (
          <span key={state} data-status={state} style={{ flexGrow: by[state] }} />
        ))}
      </span>
      <span className={css.failed}>
        {by.failed > 0 ? `${Math.max(1, Math.round((by.failed / all) * 100))} % failed` : ""}
      </span>
    </span>
  );
}
