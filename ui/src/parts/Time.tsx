import type { ReactElement } from "react";
import { ago, duration, moment, bytes as sized, zoneName } from "~/theme/format";
import { usePrefs } from "~/theme/prefs";
import { useNow } from "./now";

/** A moment (microseconds since the epoch), as the viewer likes it; the other form shows when one points at it. */
export function Time({
  at,
  style,
}: {
  at: number | null | undefined;
  style?: "relative" | "absolute";
}): ReactElement {
  const times = usePrefs((prefs) => prefs.times);
  usePrefs((prefs) => prefs.zone);
  const relative = (style ?? times) === "relative";
  const now = useNow(relative && at != null ? 1000 : 0);
  if (at == null) return <span>–</span>;
  const date = new Date(at / 1000);
  const full = moment(at);
  return (
    <time dateTime={date.toISOString()} data-tip={`${full} ${zoneName()}  ·  ${ago(at, now)}`}>
      {relative ? ago(at, now) : full}
    </time>
  );
}

/**
 * How long something took: so many microseconds, or from one moment to another. Without `to` it goes on, and ticks. A negative one (clocks
 * of two machines) is nought.
 */
export function Duration(
  of: { us: number | null | undefined } | { from: number; to?: number | null | undefined },
): ReactElement {
  const ticks = "from" in of && of.to == null;
  const now = useNow(ticks ? 1000 : 0);
  const us = "from" in of ? (of.to ?? now) - of.from : of.us;
  return <span>{us == null ? "–" : duration(us)}</span>;
}

/** So many bytes. */
export function Bytes({ of }: { of: number }): ReactElement {
  return <span data-tip={of >= 1000 ? `${of} bytes` : undefined}>{sized(of)}</span>;
}
