import { useQuery } from "@tanstack/react-query";
import type { ReactElement, ReactNode } from "react";
import { get } from "~/api/client";
import type { Comparison as Compared } from "~/api/types";
import { FileDiff } from "~/code/DiffView";
import { Copy } from "~/parts/Copy";
import { Loading } from "~/parts/Loading";
import { Panel } from "~/parts/Panel";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { count, plural } from "~/theme/format";
import { CompareTable } from "./CompareTable";
import css from "./Comparison.module.css";
import {
  artifactRows,
  type CompareRow,
  configRows,
  factRows,
  fileRows,
  parameterRows,
  stepRows,
} from "./cells";
import type { TimeBy } from "./search";
import { Timing } from "./Timing";

interface ComparisonProps {
  runs: string[];
  all: boolean;
  by: TimeBy;
  onBy: (by: TimeBy) => void;
}

/** How runs differ, part by part. */
export function Comparison({ runs, all, by, onBy }: ComparisonProps): ReactElement {
  const { data, error, refetch } = useQuery({
    queryKey: ["compare", runs, all],
    queryFn: ({ signal }) => get("/api/v1/compare", { query: { run: runs, all }, signal }),
    placeholderData: (before, query) => (query?.queryKey[1] === runs ? before : undefined),
  });
  if (!data)
    return error ? (
      <ProblemNotice error={error} retry={() => void refetch()} />
    ) : (
      <Loading what="comparison" lines={8} />
    );
  return (
    <div className={css.parts}>
      <Summary data={data} />
      <Parts data={data} all={all} timing={<Timing data={data} by={by} onBy={onBy} />} />
    </div>
  );
}

/** The parts that are tables, with the times between them. */
function Parts({ data, all, timing }: { data: Compared; all: boolean; timing: ReactNode }): ReactElement {
  const names = namesOf(data);
  const part = (id: string, title: string, of: Sums, about: string, rows: CompareRow[], more?: ReactNode) => (
    <Part id={id} title={title} of={of} about={about} names={names} rows={rows}>
      {more}
    </Part>
  );
  const files = data.changes.length > 0 && !all ? [] : fileRows(data);
  const changes = data.changes.length > 0 && (
    <div className={css.changes}>
      {data.changes.map((change) => (
        <FileDiff key={change.name} change={change} open={data.changes.length <= 4} />
      ))}
    </div>
  );
  return (
    <>
      {part("parameters", "Parameters", data.parameters, "Parameter", parameterRows(data))}
      {part("configs", "Configs", data.configs, "Value", configRows(data))}
      {part("code", "Code", data.code, "File", files, changes)}
      {part("environment", "Environment", data.environment, "Fact", factRows(data))}
      {timing}
      {part("artifacts", "Artifacts", data.artifacts, "Artifact", artifactRows(data))}
      {part("dag", "DAG", data.graph, "Step", stepRows(data))}
    </>
  );
}

/** Runs as columns call them: by their ids alone if they are of one flow. */
function namesOf({ runs }: Compared): string[] {
  const one = runs.every((run) => run.flow === runs[0]?.flow);
  return runs.map((run) => (one ? run.run : `${run.flow}/${run.run}`));
}

interface Sums {
  different: number;
  same: number;
  partial: boolean;
}

interface PartProps {
  id: string;
  title: string;
  of: Sums;
  about: string;
  names: string[];
  rows: CompareRow[];
  children?: ReactNode;
}

function Part({ id, title, of, about, names, rows, children }: PartProps): ReactElement {
  const total = of.different + of.same;
  const sums =
    total === 0
      ? "none"
      : of.different === 0
        ? `all ${count(of.same)} the same`
        : `${count(of.different)} of ${count(total)} differ`;
  return (
    <Panel id={id} title={title} count={sums} flush>
      {of.partial && (
        <p className={css.note}>
          Of steps with more than 50 tasks the artifacts of the first 50 are compared.
        </p>
      )}
      {rows.length > 0 && <CompareTable about={about} runs={names} rows={rows} />}
      {children}
      {rows.length === 0 && !children && (
        <p className={css.same}>{total === 0 ? "Nothing to compare." : "No difference."}</p>
      )}
    </Panel>
  );
}

/** What differs at all, with a way to each. */
function Summary({ data }: { data: Compared }): ReactElement {
  const parts: [string, string, number][] = [
    ["parameters", "parameter", data.parameters.different],
    ["configs", "config value", data.configs.different],
    ["code", "file", data.code.different],
    ["environment", "fact of the environment", data.environment.different],
    ["artifacts", "artifact", data.artifacts.different],
    ["dag", "step", data.graph.different],
  ];
  const differing = parts.filter(([, , different]) => different > 0);
  return (
    <nav className={css.summary} aria-label="what differs">
      {differing.length === 0 ? (
        <span>Nothing differs but the times.</span>
      ) : (
        differing.map(([id, word, different]) => (
          <button key={id} type="button" className={css.jump} onClick={() => jump(id)}>
            {plural(different, word, word.startsWith("fact") ? "facts of the environment" : undefined)}
          </button>
        ))
      )}
      <button type="button" className={css.jump} onClick={() => jump("timing")}>
        times
      </button>
      <Copy text={() => JSON.stringify(data, null, 1)} label="as JSON" wide />
    </nav>
  );
}

function jump(id: string): void {
  document.getElementById(id)?.scrollIntoView({ behavior: "smooth", block: "start" });
}
