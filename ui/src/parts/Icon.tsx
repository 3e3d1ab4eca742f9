import type { ReactElement } from "react";
import css from "./Icon.module.css";

// Drawn on a grid of 16, with lines of 1.5. `path` data only, so that all of them together stay small.
const PATHS = {
  search: "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.6-1.4L14 14",
  close: "m4 4 8 8m0-8-8 8",
  check: "m3 8.5 3.2 3L13 4.5",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  "chevron-down": "m4 6 4 4 4-4",
  "chevron-up": "m4 10 4-4 4 4",
  "chevron-right": "m6 4 4 4-4 4",
  "chevron-left": "m10 4-4 4 4 4",
  "arrow-up": "M8 13V3M4 7l4-4 4 4",
  "arrow-down": "M8 3v10m4-4-4 4-4-4",
  "arrow-right": "M3 8h10M9 4l4 4-4 4",
  copy: "M5.5 5.5h7v8h-7zM3.5 10.5v-8h7",
  link: "M6.5 9.5 9.5 6.5M7 4.5l1-1a3 3 0 0 1 4.5 4.5l-1 1M9 11.5l-1 1A3 3 0 0 1 3.500 8l1-1",
  external: "M9 3h4v4M13 3 7.500 8.500M11.500 9.500V13H3V4.500h3.500",
  download: "M8 2.500v8m3.500-3.500L8 10.500 4.500 7M3 13.500h10",
  filter: "M2.500 4h11M4.500 8h7M6.500 12h3",
  sort: "M5 3v10M2.500 10.500 5 13l2.500-2.500M11 13V3M8.500 5.500 11 3l2.500 2.500",
  columns: "M2.500 3h11v10h-11zM6.200 3v10M9.800 3v10",
  settings: "M2.500 5h5m4 0h2m-11 6h2m4 0h5M9.500 3v4M6.500 9v4",
  sun: "M8 10.800a2.800 2.800 0 1 0 0-5.600 2.800 2.800 0 0 0 0 5.600ZM8 1.500v1.500m0 10v1.500M1.500 8H3m10 0h1.500M3.400 3.400l1 1m7.200 7.200 1 1m0-9.200-1 1m-7.200 7.200-1 1",
  moon: "M13.300 9.800A5.800 5.800 0 0 1 6.200 2.700a5.800 5.800 0 1 0 7.100 7.100Z",
  contrast: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 2v12M8 5h4.500M8 8h6M8 11h4.500",
  monitor: "M2 3h12v8H2zM5.500 13.500h5M8 11v2.500",
  clock: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.500V8l2.500 1.500",
  help: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6.300 6.300a1.700 1.700 0 1 1 2.400 1.600c-.5.300-.7.600-.7 1.200M8 11.300v.2",
  info: "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.300v3.700M8 4.800v.2",
  warning: "M8 2.500 14.500 13.500h-13zM8 6.500v3.500M8 11.800v.2",
  error: "M5.500 2h5L14 5.500v5L10.500 14h-5L2 10.500v-5zM8 5v3.700M8 11v.2",
  more: "M3.500 8h.1M8 8h.1M12.500 8h.1",
  menu: "M2.500 4.500h11M2.500 8h11M2.500 11.500h11",
  play: "M5 3l8 5-8 5z",
  pause: "M5 3v10M11 3v10",
  stop: "M4 4h8v8H4z",
  retry: "M13 8a5 5 0 1 1-1.500-3.500L13.500 6.500M13.500 2.500v4h-4",
  expand: "M9.500 2.500h4v4M6.500 13.500h-4v-4M13.500 2.500 9.500 6.500M2.500 13.500l4-4",
  collapse: "M13.500 6.500h-4v-4M2.500 9.500h4v4M9.500 6.500l4-4M6.500 9.500l-4 4",
  fit: "M2.500 5.500v-3h3m5 0h3v3m0 5v3h-3m-5 0h-3v-3M5.500 8h5",
  "zoom-in": "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.600-1.400L14 14M7 4.800v4.400M4.800 7h4.400",
  "zoom-out": "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.600-1.400L14 14M4.800 7h4.400",
  wrap: "M2.500 4h11M2.500 8h9a2 2 0 0 1 0 4H8.500m1.500-2-2 2 2 2M2.500 12h3",
  pin: "M5.500 2.500h5l-.7 4.500 2.200 2.500H4L6.200 7zM8 9.500v4.500",
  flow: "M2.500 8h3m5-4.500h3m-3 9h3M5.500 8c2.500 0 2.500-4.500 5-4.500M5.500 8c2.500 0 2.500 4.500 5 4.500",
  timeline: "M2.500 3.500h5M5 6.500h6M8 9.500h5.500M4 12.500h4",
  dag: "M6 2.500h4v3H6zM2 10.500h4v3H2zM10 10.500h4v3h-4zM8 5.500V8m0 0H4v2.500M8 8h4v2.500",
  table: "M2.500 3h11v10h-11zM2.500 6.300h11M2.500 9.700h11M6.200 6.300V13",
  log: "M3 3.500h10M3 6.500h7M3 9.500h9M3 12.500h5",
  box: "M8 2 13.500 5v6L8 14l-5.500-3V5zM2.500 5 8 8l5.500-3M8 8v6",
  card: "M2.500 3.500h11v9h-11zM5 9.500l2-2.500 1.500 1.500L10 6.500l1.500 3",
  code: "m5.500 4.500-3.500 3.500 3.500 3.500m5-7 3.500 3.500-3.500 3.500",
  compare: "M5 3v10M11 3v10M2.500 6h5m1 4h5",
  chart: "M2.500 13.500h11M4.500 11V8m3.500 3V4m3.500 7V6",
  tag: "M2.500 2.500h5.500l5.500 5.500-5.500 5.500-5.500-5.500zM5.500 5.500h.1",
  user: "M8 8a2.800 2.800 0 1 0 0-5.600A2.800 2.800 0 0 0 8 8Zm-5.500 6c.3-3 2.500-4.500 5.500-4.500s5.200 1.500 5.500 4.500",
  terminal: "m3 4.500 3.500 3.500L3 11.500M8 12h5",
  grid: "M2.500 2.500h4.500v4.500H2.500zM9 2.500h4.500v4.500H9zM2.500 9h4.500v4.500H2.500zM9 9h4.500v4.500H9z",
  branch:
    "M4.500 5v6M4.500 5a1.500 1.500 0 1 0 0-3 1.500 1.500 0 0 0 0 3Zm0 9a1.500 1.500 0 1 0 0-3 1.500 1.500 0 0 0 0 3Zm7-9a1.500 1.500 0 1 0 0-3 1.500 1.500 0 0 0 0 3Zm0 0c0 3-7 2-7 6",
  bolt: "M9 1.500 3.500 9H8l-1 5.500L12.500 7H8z",
} as const;

/** The names of all icons. */
export type IconName = keyof typeof PATHS;

/** An icon: decoration, unless it has a `label`. */
export function Icon({
  name,
  size = 16,
  label,
}: {
  name: IconName;
  size?: number;
  label?: string;
}): ReactElement {
  const said = label ? ({ role: "img", "aria-label": label } as const) : ({ "aria-hidden": true } as const);
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: it has a label or is hidden
    <svg className={css.icon} width={size} height={size} viewBox="0 0 16 16" focusable="false" {...said}>
      <path d={PATHS[name]} />
    </svg>
  );
}
