import type { ReactElement } from "react";
import { Copy } from "~/parts/Copy";
import { count, plural } from "~/theme/format";
import css from "./Pictures.module.css";
import type { Figure, ImagePreview } from "./preview";
import { extent, type Trace, tracesOf } from "./sketch";

/** The address of a small picture; only PNGs are shown. */
export function pictureOf({ media, data }: { media?: string; data?: string }): string | undefined {
  return media === "image/png" && data && /^[A-Za-z0-9+/=]+$/.test(data)
    ? `data:image/png;base64,${data}`
    : undefined;
}

/** An image, as a small copy of it. */
export function ImageView({ image, name }: { image: ImagePreview; name: string }): ReactElement {
  const src = pictureOf(image);
  return (
    <figure className={css.figure}>
      {src && <img className={css.pixels} src={src} alt={`${name}, a small copy`} />}
      <figcaption className={css.note}>
        {count(image.width ?? 0)} × {count(image.height ?? 0)} pixels{image.mode && `, ${image.mode}`}
        {src ? " · a small copy" : " · too large for a small copy"}
      </figcaption>
    </figure>
  );
}

/** A figure: as it was drawn, or a sketch of its traces. */
export function FigureView({
  figure,
  name,
  python,
}: {
  figure: Figure;
  name: string;
  python: string;
}): ReactElement {
  const src = pictureOf(figure);
  const traces = tracesOf(figure.spec);
  return (
    <figure className={css.figure}>
      {figure.title && <figcaption className={css.title}>{figure.title}</figcaption>}
      {src && <img className={css.drawn} src={src} alt={figure.title || name} />}
      {!src && traces.length > 0 && <Sketch traces={traces} label={figure.title || name} />}
      {figure.traces && (
        <ul className={css.traces}>
          {figure.traces.map((trace, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: they do not move
            <li key={at} className={css.trace} data-n={at % 5}>
              <bdi>{trace.name || `trace ${at + 1}`}</bdi>{" "}
              <span className={css.note}>
                {trace.type}, {plural(trace.points, "point")}
              </span>
            </li>
          ))}
        </ul>
      )}
      <p className={css.note}>
        {src ? "A small copy. " : traces.length > 0 ? "A sketch. " : "It was too large to be drawn here. "}
        To have it whole, open it in a notebook: <code>{python.split("\n").at(-1)}</code>{" "}
        <Copy text={python} label="Python" />
      </p>
    </figure>
  );
}

const [WIDTH, HEIGHT] = [320, 150];

function Sketch({ traces, label }: { traces: readonly Trace[]; label: string }): ReactElement {
  const [left, right] = extent(traces.flatMap((trace) => [...trace.x]));
  const bars = traces.some((trace) => trace.kind === "bars");
  const [low, high] = extent([...traces.flatMap((trace) => [...trace.y]), ...(bars ? [0] : [])]);
  const x = (of: number) => ((of - left) / (right - left)) * (WIDTH - 20) + 10;
  const y = (of: number) => HEIGHT - 8 - ((of - low) / (high - low)) * (HEIGHT - 16);
  const wide = Math.max(2, (WIDTH - 20) / Math.max(1, ...traces.map((trace) => trace.x.length)) / 2);
  return (
    <svg className={css.sketch} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      {traces.map((trace, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they do not move
        <g key={n} className={css.series} data-n={n % 5} data-kind={trace.kind}>
          {trace.kind === "line" ? (
            <polyline points={trace.x.map((at, i) => `${x(at)},${y(trace.y[i] ?? 0)}`).join(" ")} />
          ) : (
            trace.x.map((at, i) => {
              const top = y(trace.y[i] ?? 0);
              const ground = y(Math.max(low, Math.min(0, high)));
              return trace.kind === "points" ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: they do not move
                <circle key={i} cx={x(at)} cy={top} r={2} />
              ) : (
                <rect
                  // biome-ignore lint/suspicious/noArrayIndexKey: they do not move
                  key={i}
                  x={x(at) - wide / 2}
                  y={Math.min(top, ground)}
                  width={wide}
                  height={Math.abs(ground - top)}
                />
              );
            })
          )}
        </g>
      ))}
    </svg>
  );
}
