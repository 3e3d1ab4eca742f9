import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type ReactElement, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { get } from "~/api/client";
import { StatusMark } from "~/parts/StatusBadge";
import { usePainted } from "~/parts/usePainted";
import { count, duration, moment } from "~/theme/format";
import { offsetAt, withBox, zone } from "../query/ranges";
import { AXIS, draw } from "./draw";
import { type Dots, dotsOf, durationAt, nearest, STATES, timeAt, type View, viewOf, xOf, yOf } from "./model";
import { usePaletteRound } from "./palette";
import css from "./Scatter.module.css";

/** So many runs are drawn all; of more, some, evenly. */
const ALL = 100_000;
const SOME = 40_000;
const HEIGHT = 112;

interface Props {
  query: string;
  total: number;
  /** The list is there: the scatter must not delay it. */
  wanted: boolean;
  /** Grows when runs change. */
  sequence: number;
  onQuery: (query: string) => void;
  onOpen: (run: { flow: string; run: string }) => void;
}

/** All matching runs as dots: when each began, how long it took. A box drawn round some narrows the list to them. */
export default function Scatter({ query, total, wanted, sequence, onQuery, onOpen }: Props): ReactElement {
  const limit = total > ALL ? SOME : ALL;
  const answer = useQuery({
    queryKey: ["scatter", query, limit],
    queryFn: ({ signal }) => get("/api/v1/runs/scatter", { query: { query, limit, tz: zone() }, signal }),
    enabled: wanted,
    placeholderData: keepPreviousData,
    staleTime: 5000,
  });
  useRefresh(sequence, answer.refetch);
  // What was read before is there with the rows, which would wait for it.
  const data = usePainted(answer.data);
  const dots = useMemo(() => (data ? dotsOf(data) : undefined), [data]);
  if (!dots) return <div className={css.scatter} />;
  const all = data?.total ?? dots.count;
  const drawn = dots.count < all ? `${count(dots.count)} of ${count(all)} runs, evenly chosen` : undefined;
  return (
    <div className={css.scatter}>
      <Plot dots={dots} query={query} onQuery={onQuery} onOpen={onOpen} />
      {drawn && <span className={css.drawn}>{drawn}</span>}
    </div>
  );
}

/** Dots are asked for again some seconds after something changed. */
function useRefresh(sequence: number, refetch: () => unknown): void {
  const first = useRef(sequence);
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => {
    if (sequence === first.current) return;
    first.current = sequence;
    timer.current ??= window.setTimeout(() => {
      timer.current = undefined;
      if (!document.hidden) refetch();
    }, 5000);
  }, [sequence, refetch]);
  useEffect(() => () => window.clearTimeout(timer.current), []);
}

interface Box {
  x: number;
  y: number;
  toX: number;
  toY: number;
}

function Plot({
  dots,
  query,
  onQuery,
  onOpen,
}: { dots: Dots } & Pick<Props, "query" | "onQuery" | "onOpen">) {
  const place = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [hover, setHover] = useState(-1);
  const [box, setBox] = useState<Box>();
  const round = usePaletteRound();
  const view = useMemo(() => viewOf(dots, Math.max(1, width), HEIGHT), [dots, width]);

  useLayoutEffect(() => {
    const element = place.current;
    if (!element) return;
    const resized = new ResizeObserver(() => setWidth(element.clientWidth));
    resized.observe(element);
    setWidth(element.clientWidth);
    return () => resized.disconnect();
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours
  useLayoutEffect(() => {
    if (canvas.current && width > 0) draw(canvas.current, dots, view, offsetAt(view.to) * 60_000);
  }, [dots, view, width, round]);
  useEffect(() => {
    const cancel = (event: KeyboardEvent) => event.key === "Escape" && setBox(undefined);
    window.addEventListener("keydown", cancel);
    return () => window.removeEventListener("keydown", cancel);
  }, []);

  const at = (event: React.PointerEvent) => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const x = Math.max(0, Math.min(view.width, event.clientX - left));
    return { x, y: Math.max(0, Math.min(view.height, event.clientY - top)) };
  };
  const up = (event: React.PointerEvent) => {
    const { x, y } = at(event);
    const drawn = box;
    setBox(undefined);
    if (drawn && Math.abs(drawn.x - x) + Math.abs(drawn.y - y) > 6) {
      const [from, to] = [Math.min(drawn.x, x), Math.max(drawn.x, x)].map((one) => timeAt(view, one));
      const [most, least] = [Math.min(drawn.y, y), Math.max(drawn.y, y)].map((one) => durationAt(view, one));
      onQuery(withBox(query, { from: from ?? 0, to: to ?? 0, least: least ?? 0, most: most ?? 0 }));
      return;
    }
    const found = nearest(dots, view, x, y);
    if (drawn && found >= 0) onOpen({ flow: dots.flow(found), run: dots.run(found) });
  };
  const failed = dots.status.reduce((sum, state) => sum + (STATES[state] === "failed" ? 1 : 0), 0);
  return (
    <div
      ref={place}
      className={css.plot}
      data-on={hover >= 0 || undefined}
      style={{ height: HEIGHT + AXIS }}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        const { x, y } = at(event);
        event.currentTarget.setPointerCapture(event.pointerId);
        setBox({ x, y, toX: x, toY: y });
      }}
      onPointerMove={(event) => {
        const { x, y } = at(event);
        if (box) setBox({ ...box, toX: x, toY: y });
        setHover(nearest(dots, view, x, y));
      }}
      onPointerUp={up}
      onPointerCancel={() => setBox(undefined)}
      onPointerLeave={() => setHover(-1)}
    >
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${count(dots.count)} runs by start and duration, ${count(failed)} of them failed`}
      />
      {box && <div className={css.box} style={boxStyle(box)} />}
      {hover >= 0 && !box && <Tip dots={dots} index={hover} view={view} />}
    </div>
  );
}

function boxStyle({ x, y, toX, toY }: Box): React.CSSProperties {
  return {
    left: Math.min(x, toX),
    top: Math.min(y, toY),
    width: Math.abs(toX - x),
    height: Math.abs(toY - y),
  };
}

function Tip({ dots, index, view }: { dots: Dots; index: number; view: View }): ReactElement {
  const x = xOf(view, dots.started[index] ?? 0);
  const y = yOf(view, dots.duration[index] ?? 0);
  const side = x > view.width / 2 ? { right: view.width - x + 12 } : { left: x + 12 };
  return (
    <>
      <span className={css.ring} style={{ left: x, top: y }} />
      <div className={css.tip} style={{ ...side, top: Math.min(y, view.height - 44) }}>
        <strong>
          <StatusMark status={STATES[dots.status[index] ?? 0] ?? "done"} />
          <bdi>
            {dots.flow(index)}/{dots.run(index)}
          </bdi>
        </strong>
        <span>
          {duration((dots.duration[index] ?? 0) * 1000)} · {moment((dots.started[index] ?? 0) * 1000)}
        </span>
      </div>
    </>
  );
}
