import type { ReactElement } from "react";
import { StatusMark } from "~/parts/StatusBadge";
import css from "./StepMark.module.css";
import { STATES } from "./words";

/** The mark of a step's state: those of tasks, and two that only steps have. */
export function StepMark({
  state,
  size = 12,
  label,
}: {
  state: string;
  size?: number;
  label?: string | null;
}): ReactElement {
  const said =
    label === null
      ? { "aria-hidden": true as const }
      : { role: "img" as const, "aria-label": label ?? STATES[state] ?? state };
  if (state === "adopted") {
    return (
      // biome-ignore lint/a11y/noSvgWithoutTitle: it is named, or beside words
      <svg className={css.adopted} width={size} height={size} viewBox="0 0 12 12" focusable="false" {...said}>
        <path d="M6 .8a5.2 5.2 0 1 1 0 10.4A5.2 5.2 0 0 1 6 .8ZM3.6 6.200 5.300 7.900 8.500 4.400" />
      </svg>
    );
  }
  if (state === "skipped") {
    return (
      // biome-ignore lint/a11y/noSvgWithoutTitle: it is named, or beside words
      <svg className={css.skipped} width={size} height={size} viewBox="0 0 12 12" focusable="false" {...said}>
        <path d="M3 6h6" />
      </svg>
    );
  }
  return (
    <StatusMark
      status={state === "waiting" ? "queued" : state}
      size={size}
      label={label === undefined ? (STATES[state] ?? state) : label}
    />
  );
}
