import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { get } from "~/api/client";
import type { Schemas } from "~/api/types";
import { plural } from "~/theme/format";
import { type ArtifactOf, PARAMETERS } from "./commands";
import css from "./History.module.css";
import { type Point, pointsOf } from "./points";
import { asText, previewOf } from "./preview";

const HISTORY = "/api/v1/flows/{flow}/artifacts/{name}/history";
const RUNS = 50;
const [WIDTH, HEIGHT] = [300, 64];

/** How an artifact was in the latest runs: its value if that is a number, its size otherwise, and where it changed. */
export function HistoryView({ of, hash }: { of: ArtifactOf; hash: string }): ReactElement | null {
  const { flow, step, name } = of;
  // What all tasks share every step has: of the step that a run ends with.
  const asked = step === PARAMETERS ? undefined : step;
  const { data } = useQuery({
    queryKey: ["history", flow, asked, name],
    queryFn: ({ signal }) =>
      get(HISTORY, { path: { flow, name }, query: { step: asked, limit: RUNS }, signal }),
  });
  if (!data || data.runs.length < 2) return null;
  const points = pointsOf(data.runs, WIDTH, HEIGHT);
  const changes = points.list.filter((point) => point.version.changed).length;
  return (
    <section className={css.history} aria-label="over runs">
      <h2 className={css.title}>
        Over the last {plural(data.runs.length, "run")}
        <span className={css.note}>
          {points.numeric
            ? `${points.low} … ${points.high}`
            : changes === 0
              ? "always the same"
              : `changed ${plural(changes, "time")}`}
        </span>
      </h2>
      <div className={css.plot}>
        <svg
          className={css.line}
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          aria-hidden="true"
        >
          <polyline points={points.list.map(({ x, y }) => `${x},${y}`).join(" ")} />
        </svg>
        {points.list.map((point) => (
          <Dot key={point.version.run} point={point} of={of} here={point.version.hash === hash} />
        ))}
      </div>
      <FirstAndLast versions={data.runs} flow={flow} />
    </section>
  );
}

function Dot({ point, of, here }: { point: Point; of: ArtifactOf; here: boolean }): ReactElement {
  const { version, x, y } = point;
  const value = asText(previewOf(version.preview), 80) || version.type;
  const current = version.run === of.run;
  return (
    <Link
      to="/$flow/$run/$step/$task"
      params={{
        flow: of.flow,
        run: version.run,
        step: of.step === PARAMETERS ? "end" : of.step,
        task: String(version.task),
      }}
      search={{ section: "artifacts", artifact: of.name } as never}
      className={css.dot}
      style={{ left: `${(x / WIDTH) * 100}%`, top: `${(y / HEIGHT) * 100}%` }}
      data-changed={version.changed || undefined}
      data-same={here || undefined}
      data-current={current || undefined}
      aria-label={`run ${version.run}: ${value}${version.changed ? ", changed" : ""}`}
      data-tip={`${version.run}: ${value}${current ? "  ·  this run" : here ? "  ·  the same value" : ""}`}
    />
  );
}

function FirstAndLast({
  versions,
  flow,
}: {
  versions: readonly Schemas["ArtifactVersion"][];
  flow: string;
}): ReactElement | null {
  const last = versions.find((version) => version.changed);
  if (!last) return null;
  return (
    <p className={css.note}>
      last changed in{" "}
      <Link to="/$flow/$run/view/$tab" params={{ flow, run: last.run, tab: "timeline" }}>
        run {last.run}
      </Link>
    </p>
  );
}
