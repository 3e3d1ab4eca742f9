import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useMemo } from "react";
import { get } from "~/api/client";
import { Select } from "~/parts/Field";
import { Panel } from "~/parts/Panel";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { Time } from "~/parts/Time";
import css from "./FlowPage.module.css";
import { LineChart } from "./LineChart";
import { scalarOf } from "./scalar";

interface Props {
  flow: string;
  /** A run that has them: the last good one. */
  run: string;
  name: string | undefined;
  onName: (name: string) => void;
  onOpen: (run: string) => void;
}

/** Scalars that runs end with: which there are. */
function useScalars(flow: string, run: string) {
  return useQuery({
    queryKey: ["scalars", flow, run],
    queryFn: async ({ signal }) => {
      const path = { flow, run };
      const query = { step: "end", limit: 500 };
      const { artifacts } = await get("/api/v1/flows/{flow}/runs/{run}/artifacts", { path, query, signal });
      const known = artifacts.filter(({ preview }) => scalarOf(preview) !== undefined);
      const isNumber = (preview: unknown) => typeof scalarOf(preview) === "number";
      // Numbers come first: they make a line.
      return [...known]
        .sort((a, b) => Number(isNumber(b.preview)) - Number(isNumber(a.preview)))
        .map(({ name }) => name);
    },
    staleTime: 60_000,
  });
}

/** An artifact over the runs of a flow: how it went, and where it changed. */
export function ArtifactTrend({ flow, run, name, onName, onOpen }: Props): ReactElement | null {
  const scalars = useScalars(flow, run);
  const chosen = name ?? scalars.data?.[0];
  const names = useMemo(
    () => [...new Set([...(chosen === undefined ? [] : [chosen]), ...(scalars.data ?? [])])].sort(),
    [scalars.data, chosen],
  );
  const history = useQuery({
    queryKey: ["history", flow, chosen, run],
    queryFn: ({ signal }) =>
      get("/api/v1/flows/{flow}/artifacts/{name}/history", {
        path: { flow, name: chosen ?? "" },
        query: { limit: 100 },
        signal,
      }),
    enabled: chosen !== undefined,
    placeholderData: (old) => old,
    staleTime: 10_000,
  });
  if (scalars.data && chosen === undefined) {
    return (
      <Panel title="Artifacts over runs">
        <p className={css.quiet}>
          Its last good run ended without a number or a short text. What a run keeps in <code>self</code> at
          its end, such as <code>self.accuracy</code>, is drawn here over all runs.
        </p>
      </Panel>
    );
  }
  const picker =
    names.length > 0 ? (
      <Select
        label="Artifact"
        value={chosen ?? ""}
        options={names.map((one) => [one, one] as const)}
        onChange={onName}
      />
    ) : undefined;
  return (
    <Panel title="Artifacts over runs" actions={picker}>
      {history.error && !history.data ? (
        <ProblemNotice error={history.error} retry={history.refetch} />
      ) : (
        <Values versions={history.data?.runs ?? []} name={chosen ?? ""} onOpen={onOpen} />
      )}
    </Panel>
  );
}

interface Version {
  run: string;
  created_at: number;
  changed: boolean;
  preview?: unknown;
}

function Values(props: { versions: readonly Version[]; name: string; onOpen: (run: string) => void }) {
  const { versions, name, onOpen } = props;
  const oldest = useMemo(() => [...versions].reverse(), [versions]);
  const values = oldest.map(({ preview }) => scalarOf(preview));
  const numbers = values.map((value) => (typeof value === "number" ? value : undefined));
  const marked = new Set(oldest.flatMap(({ changed }, n) => (changed ? [n] : [])));
  if (numbers.some((value) => value !== undefined)) {
    return (
      <LineChart
        label={`${name} over runs`}
        series={[{ name, values: numbers }]}
        names={oldest.map(({ run }) => run)}
        format={(value) => Number(value.toPrecision(5)).toString()}
        marked={marked}
        onOpen={(at) => oldest[at] && onOpen(oldest[at].run)}
      />
    );
  }
  return (
    <ul className={css.versions}>
      {versions.slice(0, 12).map((version) => (
        <li key={version.run} data-changed={version.changed || undefined}>
          <button type="button" onClick={() => onOpen(version.run)}>
            <bdi>{version.run}</bdi>
          </button>
          <bdi className={css.version}>{String(scalarOf(version.preview) ?? "–")}</bdi>
          <Time at={version.created_at} />
          <span>{version.changed ? "changed" : ""}</span>
        </li>
      ))}
    </ul>
  );
}
