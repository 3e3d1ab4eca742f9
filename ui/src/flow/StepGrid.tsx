import { Link, useNavigate } from "@tanstack/react-router";
import {
  type KeyboardEvent,
  type PointerEvent,
  type ReactElement,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { StatusMark } from "~/parts/StatusBadge";
import { say } from "~/parts/say";
import { usePaletteRound } from "~/runs/scatter/palette";
import { duration, moment, plural } from "~/theme/format";
import { drawGrid } from "./drawGrid";
import type { Cell, Grid } from "./model";
import css from "./StepGrid.module.css";
import { useStepTimes } from "./useFlow";

const LAYOUT = { wide: 24, tall: 24, top: 64 };

/** Step and run; the step is -1 in the bars above. */
type Place = [step: number, run: number];

/** The runs of a flow beside each other, step by step: what failed where, and what takes longer than it did. */
export function StepGrid({ flow, grid }: { flow: string; grid: Grid }): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState<Place>();
  const round = usePaletteRound();
  const open = useOpenCell(flow, grid);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another theme has other colours
  useLayoutEffect(() => {
    if (canvas.current) drawGrid(canvas.current, grid, LAYOUT, at);
  }, [grid, at, round]);
  // The newest runs are at the right, and are what one wants to see first.
  const count = grid.runs.length;
  useLayoutEffect(() => {
    if (scroller.current && count > 0) scroller.current.scrollLeft = scroller.current.scrollWidth;
  }, [count]);
  const point = (event: PointerEvent): Place | undefined => {
    const { left, top } = event.currentTarget.getBoundingClientRect();
    const run = Math.floor((event.clientX - left) / LAYOUT.wide);
    const step = Math.floor((event.clientY - top - LAYOUT.top) / LAYOUT.tall);
    return run >= 0 && run < count && step < grid.steps.length ? [Math.max(-1, step), run] : undefined;
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter" && at) open(at);
    const moved = moveTo(event.key, at ?? [0, count - 1], grid);
    if (!moved) return;
    event.preventDefault();
    setAt(moved);
    say(sentence(grid, moved));
    const element = scroller.current;
    const x = moved[1] * LAYOUT.wide;
    if (element && (x < element.scrollLeft || x + LAYOUT.wide > element.scrollLeft + element.clientWidth))
      element.scrollLeft = x - element.clientWidth / 2;
  };
  return (
    <div className={css.grid}>
      <ol className={css.steps}>
        {grid.steps.map((step, n) => (
          <li key={step} data-at={at?.[0] === n || undefined} title={step}>
            <bdi>{step}</bdi>
          </li>
        ))}
      </ol>
      {/* biome-ignore lint/a11y/useSemanticElements: no group of a form */}
      <div
        ref={scroller}
        className={css.scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrows move in it
        tabIndex={0}
        role="group"
        aria-label={`Steps of ${plural(count, "run")}; arrows move, Enter opens`}
        onKeyDown={press}
        onBlur={() => setAt(undefined)}
      >
        <canvas
          ref={canvas}
          className={css.canvas}
          style={{ width: count * LAYOUT.wide, height: LAYOUT.top + grid.steps.length * LAYOUT.tall }}
          onPointerMove={(event) => setAt(point(event))}
          onPointerLeave={() => setAt(undefined)}
          onClick={() => at && open(at)}
        />
      </div>
      <Tip flow={flow} grid={grid} at={at} />
    </div>
  );
}

function moveTo(key: string, [step, run]: Place, grid: Grid): Place | undefined {
  const last = grid.runs.length - 1;
  const moves: Record<string, Place> = {
    ArrowLeft: [step, Math.max(0, run - 1)],
    ArrowRight: [step, Math.min(last, run + 1)],
    ArrowUp: [Math.max(-1, step - 1), run],
    ArrowDown: [Math.min(grid.steps.length - 1, step + 1), run],
    Home: [step, 0],
    End: [step, last],
  };
  return moves[key];
}

function useOpenCell(flow: string, grid: Grid) {
  const navigate = useNavigate();
  return ([step, run]: Place) => {
    const id = grid.runs[run]?.run;
    const steps = grid.steps[step];
    if (id === undefined) return;
    const search = steps === undefined ? {} : { steps };
    const params = { flow, run: id, tab: "timeline" };
    void navigate({ to: "/$flow/$run/view/$tab", params, search: search as never });
  };
}

function words(cell: Cell | undefined): string {
  if (!cell) return "it did not come here";
  const parts = [`${cell.state}, ${plural(cell.tasks, "task")}`];
  if (cell.failed > 0) parts.push(`${cell.failed} failed`);
  if (cell.retried > 0) parts.push(`${cell.retried} tried again`);
  if (cell.wall !== undefined) parts.push(duration(cell.wall));
  if (cell.p50 !== undefined && cell.tasks > 1)
    parts.push(`a task ${duration(cell.p50)}, at most ${duration(cell.max ?? 0)}`);
  return parts.join(" · ");
}

function sentence(grid: Grid, [step, run]: Place): string {
  const of = grid.runs[run];
  if (!of) return "";
  if (step < 0) return `run ${of.run}, ${of.status}, ${duration(of.duration)}`;
  return `${grid.steps[step]} of run ${of.run}: ${words(grid.cells[step]?.[run])}`;
}

/** What one points at, in a line below that is always there: nothing covers the grid. */
function Tip({ flow, grid, at }: { flow: string; grid: Grid; at: Place | undefined }): ReactElement {
  const run = at && grid.runs[at[1]];
  const times = useStepTimes(run);
  if (!run)
    return (
      <p className={css.tip}>Fuller is longer than in the other runs. Point at a square, or press arrows.</p>
    );
  return (
    <p className={css.tip}>
      <StatusMark status={run.status} />
      <Link to="/$flow/$run" params={{ flow, run: run.run }} tabIndex={-1}>
        <bdi>{run.run}</bdi>
      </Link>
      <span>
        {moment(run.started_at)} · {duration(run.duration)} · <bdi>{run.user}</bdi>
      </span>
      {at[0] >= 0 && (
        <>
          <strong>
            <bdi>{grid.steps[at[0]]}</bdi>
          </strong>
          <span>{words(times?.get(grid.steps[at[0]] ?? "") ?? grid.cells[at[0]]?.[at[1]])}</span>
        </>
      )}
    </p>
  );
}
