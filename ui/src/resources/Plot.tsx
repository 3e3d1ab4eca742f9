import { type ReactElement, useEffect, useMemo, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { duration, moment } from "~/theme/format";
import { usePrefs } from "~/theme/prefs";
import css from "./Plot.module.css";

export interface PlotProps {
  title: string;
  /** Seconds since the start, of each point. */
  seconds: number[];
  startedAt: number;
  lines: readonly (readonly [name: string, values: number[]])[];
  format: (value: number) => string;
}

const COLOURS = ["--plot-1", "--plot-2", "--plot-3"];
const HEIGHT = 132;

/** A plot over time. All plots of a page have one cursor. */
export default function Plot({ title, seconds, startedAt, lines, format }: PlotProps): ReactElement {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const theme = usePrefs((prefs) => prefs.theme);
  const names = lines.map(([name]) => name).join(" ");
  const data = useMemo(
    () => [seconds, ...lines.map(([, values]) => values)] as uPlot.AlignedData,
    [seconds, lines],
  );
  const latest = useRef({ data, format, startedAt });
  latest.current = { data, format, startedAt };
  useEffect(() => {
    const at = place.current;
    if (!at) return;
    void theme; // Colours are read when it is drawn.
    const made = new uPlot(options(at, names.split(" "), latest.current), latest.current.data, at);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: at.clientWidth, height: HEIGHT }));
    resized.observe(at);
    return () => {
      resized.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [names, theme]);
  useEffect(() => plot.current?.setData(data), [data]);
  const said = lines
    .map(([name, values]) => `${name}: at most ${format(values.reduce((a, b) => Math.max(a, b), 0))}`)
    .join("; ");
  return (
    <figure className={css.plot}>
      <figcaption className={css.title}>{title}</figcaption>
      <div ref={place} role="img" aria-label={`${title} over time. ${said}`} />
    </figure>
  );
}

function options(
  at: HTMLElement,
  names: string[],
  { format, startedAt }: { format: PlotProps["format"]; startedAt: number },
): uPlot.Options {
  const style = getComputedStyle(at);
  // A canvas knows no `light-dark()`: the colour that comes of it is asked for.
  const colour = (name: string) => resolved(at, name);
  const axis = {
    stroke: colour("--text-faint"),
    font: `11px ${style.fontFamily}`,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: at.clientWidth || 400,
    height: HEIGHT,
    padding: [6, 8, 0, 0],
    scales: { x: { time: false }, y: { range: (_, __, high) => [0, high > 0 ? high * 1.1 : 1] } },
    axes: [
      { ...axis, size: 26, values: (_, splits) => splits.map((s) => (s === 0 ? "0" : duration(s * 1e6))) },
      { ...axis, size: 64, values: (_, splits) => splits.map((value) => format(value)) },
    ],
    cursor: { sync: { key: "resources" }, points: { size: 6 }, drag: { x: true, y: false } },
    legend: { live: true },
    series: [
      {
        label: "at",
        value: (_, s) => (s == null ? "–" : `${duration(s * 1e6)} · ${moment(startedAt + s * 1e6, "clock")}`),
      },
      ...names.map((name, n) => {
        const stroke = colour(COLOURS[n] ?? "--plot-1");
        return {
          label: name,
          stroke,
          width: 1.5,
          ...(names.length === 1 ? { fill: `color-mix(in srgb, ${stroke} 12%, transparent)` } : {}),
          ...(uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: -1 }) } : {}),
          points: { show: false },
          value: (_: uPlot, value: number | null) => (value == null ? "–" : format(value)),
        };
      }),
    ],
  };
}

function resolved(at: HTMLElement, name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  at.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
