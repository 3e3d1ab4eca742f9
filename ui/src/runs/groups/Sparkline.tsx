import { type PointerEvent, type ReactElement, useState } from "react";
import { StatusMark } from "~/parts/StatusBadge";
import { duration, moment, plural } from "~/theme/format";
import css from "./Sparkline.module.css";

/** A run, as little as a sparkline needs. */
export interface Dot {
  flow: string;
  run: string;
  status: string;
  started_at: number;
  duration: number;
}

interface Props {
  /** Newest first, as the API has them. */
  dots: readonly Dot[];
  /** Room for so many. */
  room?: number;
  onOpen: (dot: Dot) => void;
}

const BAR = 5;
const GAP = 1;
const HEIGHT = 24;
/** Below the bars: a mark under those that failed, so that colour is not all that tells. */
const FOOT = 4;

/** Where bars are: the newest at the right, as high as the square root of how long it took. */
export function bars(dots: readonly Dot[], room: number): { dot: Dot; x: number; height: number }[] {
  const shown = dots.slice(0, room).reverse();
  const most = Math.max(1, ...shown.map((dot) => dot.duration));
  const first = room - shown.length;
  return shown.map((dot, n) => ({
    dot,
    x: (first + n) * (BAR + GAP),
    height: Math.max(2, Math.sqrt(dot.duration / most) * (HEIGHT - 2)),
  }));
}

/** Durations and outcomes of the last runs, the newest at the right. */
export function Sparkline({ dots, room = 40, onOpen }: Props): ReactElement {
  const [at, setAt] = useState<number>();
  const drawn = bars(dots, room);
  const width = room * (BAR + GAP);
  const look = (event: PointerEvent) => {
    const { left, width: wide } = event.currentTarget.getBoundingClientRect();
    const place = Math.floor(((event.clientX - left) / wide) * room) - (room - drawn.length);
    setAt(place >= 0 && place < drawn.length ? place : undefined);
  };
  const paths = new Map<string, string>();
  for (const { dot, x, height } of drawn) {
    const bar = `M${x} ${HEIGHT}v${-height}h${BAR}v${height}z`;
    const foot =
      dot.status === "failed" || dot.status === "lost" ? `M${x} ${HEIGHT + 2}h${BAR}v2h${-BAR}z` : "";
    paths.set(dot.status, (paths.get(dot.status) ?? "") + bar + foot);
  }
  const found = at === undefined ? undefined : drawn[at];
  const failed = drawn.filter(({ dot }) => dot.status === "failed").length;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the runs are links in the list itself
    // biome-ignore lint/a11y/noStaticElementInteractions: the runs are links in the list itself
    <span
      className={css.spark}
      data-on={found ? true : undefined}
      style={{ width, height: HEIGHT + FOOT }}
      onPointerMove={look}
      onPointerLeave={() => setAt(undefined)}
      onClick={(event) => {
        if (!found) return;
        event.stopPropagation();
        onOpen(found.dot);
      }}
    >
      <svg
        viewBox={`0 0 ${width} ${HEIGHT + FOOT}`}
        role="img"
        aria-label={`the last ${plural(drawn.length, "run")}, ${failed} of them failed`}
      >
        {[...paths].map(([status, path]) => (
          <path key={status} d={path} data-status={status} />
        ))}
        {found && (
          <rect className={css.mark} x={found.x - 0.5} y={0} width={BAR + 1} height={HEIGHT + FOOT} />
        )}
      </svg>
      {found && (
        <span className={css.tip} style={{ left: Math.min(found.x, width - 120) }}>
          <StatusMark status={found.dot.status} label={null} />
          <bdi>{found.dot.run}</bdi> {duration(found.dot.duration)} · {moment(found.dot.started_at)}
        </span>
      )}
    </span>
  );
}
