import type { ReactElement } from "react";
import css from "./StatusBadge.module.css";

const WORDS: Record<string, string> = {
  running: "Running",
  done: "Done",
  failed: "Failed",
  stopped: "Stopped",
  lost: "Lost",
  queued: "Queued",
};

// Each state has a shape of its own: colour is never all that tells them apart. First what is filled, then what is drawn on it.
const SHAPES: Record<string, readonly [string, string]> = {
  done: ["M6 0a6 6 0 1 1 0 12A6 6 0 0 1 6 0Z", "M3.3 6.2 5.2 8.1 8.8 4.2"],
  failed: ["M3.500 0h5L12 3.500v5L8.500 12h-5L0 8.500v-5z", "M4 4l4 4m0-4-4 4"],
  stopped: [
    "M1.500.500h9a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1h-9a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1Z",
    "M3.700 6h4.600",
  ],
  lost: ["M6-.5 12.500 6 6 12.500-.5 6z", "M4.700 4.600A1.350 1.350 0 1 1 6 6.300v.5M6 8.600v.1"],
};

function shape(status: string, turning: boolean): ReactElement {
  const [ground, glyph] = SHAPES[status] ?? [];
  if (ground) {
    return (
      <>
        <path className={css.ground} d={ground} />
        <path className={css.glyph} d={glyph} />
      </>
    );
  }
  if (status === "running") {
    const look = turning ? `${css.line} ${css.turning}` : css.line;
    return <path className={look} d="M6 1a5 5 0 1 1-4.800 3.600" />;
  }
  return <path className={`${css.line} ${css.dashed}`} d="M6 1a5 5 0 1 1 0 10A5 5 0 0 1 6 1Z" />;
}

/**
 * The mark of a state alone, for dense places; `label={null}` where the state is also said in words. What runs turns where the page is
 * about it alone: each that does is a layer of its own, and forty of them in a table have the browser draw all the time.
 */
export function StatusMark({
  status,
  size = 12,
  label,
  turning = false,
}: {
  status: string;
  size?: number;
  label?: string | null;
  turning?: boolean;
}): ReactElement {
  const said =
    label === null
      ? { "aria-hidden": true as const }
      : { role: "img" as const, "aria-label": label ?? WORDS[status] ?? status };
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: it has a label or is hidden
    <svg
      className={css.mark}
      data-status={status}
      width={size}
      height={size}
      viewBox="0 0 12 12"
      focusable="false"
      {...said}
    >
      {shape(status, turning)}
    </svg>
  );
}

/** A state in words, with its mark: `running`, `done`, `failed`, `stopped`, `lost`, `queued`. */
export function StatusBadge({
  status,
  text,
  turning = false,
}: {
  status: string;
  text?: string;
  turning?: boolean;
}): ReactElement {
  return (
    <span className={css.badge} data-status={status}>
      <StatusMark status={status} label={null} turning={turning} />
      {text ?? WORDS[status] ?? status}
    </span>
  );
}
