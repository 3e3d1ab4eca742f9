import type { ReactElement } from "react";
import { count } from "~/theme/format";
import css from "./Bars.module.css";
import { type Cell, type Column, cellText, type Histogram } from "./preview";

/** How many values lie in equal parts of a range. */
export function HistogramBars({
  of,
  height = 40,
  wide,
}: {
  of: Histogram;
  height?: number;
  wide?: boolean;
}): ReactElement {
  const highest = Math.max(1, ...of.counts);
  const span = (of.to - of.from) / of.counts.length;
  const width = of.counts.length;
  const edge = (n: number) => Number((of.from + n * span).toPrecision(4));
  return (
    <svg
      className={wide ? css.wide : css.histogram}
      viewBox={`0 0 ${width} 100`}
      preserveAspectRatio="none"
      height={height}
      role="img"
      aria-label={`from ${of.from} to ${of.to}: ${of.counts.join(", ")}`}
    >
      {of.counts.map((n, at) => {
        const tall = n === 0 ? 0 : Math.max(2, (n / highest) * 100);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: bars do not move
          <g key={at} data-tip={`${edge(at)} – ${edge(at + 1)}: ${count(n)}`}>
            <rect className={css.ground} x={at} y={0} width={1} height={100} />
            <rect className={css.bar} x={at + 0.06} y={100 - tall} width={0.88} height={tall} />
          </g>
        );
      })}
    </svg>
  );
}

/** What is known of the values of a column, small: the most frequent ones, how they are spread, or where the mean lies between the least and the greatest. */
export function ColumnFigure({ column, rows }: { column: Column; rows: number }): ReactElement | null {
  if (column.top && column.top.length > 0) return <Top top={column.top} rows={rows} />;
  const { min, max, mean, histogram } = column;
  if (histogram) return <HistogramBars of={histogram} height={28} wide />;
  if (typeof min !== "number" || typeof max !== "number" || typeof mean !== "number") return null;
  const at = max > min ? ((mean - min) / (max - min)) * 100 : 50;
  return (
    <span
      className={css.range}
      role="img"
      aria-label={`from ${min} to ${max}, mean ${mean}`}
      data-tip={`least ${min}  ·  mean ${mean}  ·  greatest ${max}`}
    >
      <span className={css.mean} style={{ left: `${at}%` }} />
    </span>
  );
}

function Top({ top, rows }: { top: readonly (readonly [Cell, number])[]; rows: number }): ReactElement {
  const highest = Math.max(1, ...top.map(([, n]) => n));
  return (
    <ul className={css.top}>
      {top.slice(0, 3).map(([cell, n]) => (
        <li
          key={cellText(cell)}
          className={css.value}
          data-tip={`${cellText(cell)}: ${count(n)} of ${count(rows)}`}
        >
          <span className={css.share} style={{ width: `${(n / highest) * 100}%` }} />
          <bdi>{cellText(cell)}</bdi>
        </li>
      ))}
    </ul>
  );
}
