import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { say } from "~/parts/say";
import { pathOf, rangeOf, roundTicks, type Series } from "./chart";
import css from "./LineChart.module.css";

interface Props {
  label: string;
  series: readonly Series[];
  /** What stands at each place, the oldest first. */
  names: readonly string[];
  format: (value: number) => string;
  /** Where rules are drawn. */
  ticks?: (range: readonly [number, number]) => number[];
  fromZero?: boolean;
  height?: number;
  /** Places that are marked: the value changed there. */
  marked?: ReadonlySet<number>;
  onOpen: (index: number) => void;
}

const LEFT = 64;
const RIGHT = 12;
const TOP = 8;
const BOTTOM = 8;

/** Lines over runs: where one points, the values there are told. */
export function LineChart(props: Props): ReactElement {
  const {
    label,
    series,
    names,
    format,
    ticks = roundTicks,
    fromZero = false,
    height = 180,
    marked,
    onOpen,
  } = props;
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(600);
  const [at, setAt] = useState<number>();
  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    const resized = new ResizeObserver(() => setWidth(Math.max(200, element.clientWidth)));
    resized.observe(element);
    return () => resized.disconnect();
  }, []);
  const range = rangeOf(series, fromZero);
  const last = names.length - 1;
  const x = (n: number) => LEFT + (last <= 0 ? 0.5 : n / last) * (width - LEFT - RIGHT);
  const y = (value: number) =>
    TOP + (1 - (value - range[0]) / (range[1] - range[0])) * (height - TOP - BOTTOM);
  const point = (event: PointerEvent) => {
    const { left } = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - left - LEFT) / (width - LEFT - RIGHT);
    setAt(Math.max(0, Math.min(last, Math.round(share * last))));
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Enter" && at !== undefined) onOpen(at);
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(last, (at ?? last + 1) + step));
    setAt(next);
    say(`${names[next]}: ${valuesAt(series, next, format)}`);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: no group of a form
    <div
      ref={place}
      className={css.chart}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: arrows move in it
      tabIndex={0}
      role="group"
      aria-label={`${label}; arrows move, Enter opens`}
      onPointerMove={point}
      onPointerLeave={() => setAt(undefined)}
      onKeyDown={press}
      onClick={() => at !== undefined && onOpen(at)}
    >
      <svg width={width} height={height} aria-hidden="true">
        {ticks(range).map((tick) => (
          <g key={tick}>
            <path className={css.rule} d={`M${LEFT} ${Math.round(y(tick)) + 0.5}H${width - RIGHT}`} />
            <text x={LEFT - 8} y={y(tick) + 3.5} textAnchor="end">
              {format(tick)}
            </text>
          </g>
        ))}
        {at !== undefined && <path className={css.cursor} d={`M${x(at)} ${TOP}V${height - BOTTOM}`} />}
        {series.map(({ name, values }, n) => (
          <g key={name} data-line={(n % 5) + 1}>
            <path className={css.line} d={pathOf(values, x, y)} />
            {values.map((value, n) =>
              value !== undefined && (n === at || marked?.has(n) || values.length < 40) ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: a place of the line
                <circle key={n} cx={x(n)} cy={y(value)} r={n === at ? 3.5 : marked?.has(n) ? 3 : 1.8} />
              ) : null,
            )}
          </g>
        ))}
      </svg>
      <p className={css.legend}>
        {at === undefined ? (
          <span className={css.hint}>the newest at the right</span>
        ) : (
          <strong>{names[at]}</strong>
        )}
        {series.map(({ name, values }, n) => (
          <span key={name} data-line={(n % 5) + 1} className={css.entry}>
            <bdi>{name}</bdi>
            {at !== undefined && <b>{values[at] === undefined ? "–" : format(values[at])}</b>}
          </span>
        ))}
      </p>
    </div>
  );
}

function valuesAt(series: readonly Series[], at: number, format: (value: number) => string): string {
  return series
    .map(({ name, values }) => `${name} ${values[at] === undefined ? "nothing" : format(values[at])}`)
    .join(", ");
}
