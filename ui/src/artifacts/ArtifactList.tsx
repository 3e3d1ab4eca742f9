import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useMemo, useState } from "react";
import { get } from "~/api/client";
import type { Artifact, TaskDetail } from "~/api/types";
import { Empty } from "~/parts/Empty";
import { Check, TextInput } from "~/parts/Field";
import { Loading } from "~/parts/Loading";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { one, useUrl } from "~/shell/url";
import { bytes, plural } from "~/theme/format";
import { ArtifactDetail } from "./ArtifactDetail";
import css from "./ArtifactList.module.css";
import { ArtifactRow } from "./ArtifactRow";

interface ListProps {
  flow: string;
  run: string;
  step: string;
  task: string;
  /** What is known of the task; its latest artifacts are in it. */
  detail: TaskDetail;
  attempt: number | undefined;
}

const OF_TASK = "/api/v1/flows/{flow}/runs/{run}/tasks/{task}/artifacts";

/** The artifacts of a task, as they were after one of its attempts. */
export function ArtifactList({ flow, run, step, task, detail, attempt }: ListProps): ReactElement {
  const [search, change] = useUrl();
  const opened = one(search, "artifact");
  const [name, setName] = useState("");
  const [hidden, setHidden] = useState(false);
  const latest = attempt === undefined || attempt === detail.attempts.at(-1)?.attempt;
  const own = latest && !hidden && detail.artifacts != null;
  const { data, error, refetch } = useQuery({
    queryKey: ["artifacts", flow, run, task, attempt, hidden],
    queryFn: ({ signal }) =>
      get(OF_TASK, {
        path: { flow, run, task },
        query: { attempt: latest ? undefined : attempt, private: hidden },
        signal,
      }),
    enabled: !own,
  });
  const all = own ? detail.artifacts : data?.artifacts;
  const shown = useMemo(() => filtered(all ?? [], name), [all, name]);
  if (error) return <ProblemNotice error={error} retry={() => void refetch()} />;
  if (!all) return <Loading what="reading the artifacts" lines={6} />;
  return (
    <div className={css.list}>
      <div className={css.bar}>
        <TextInput
          icon="filter"
          placeholder="Filter by name or type"
          aria-label="filter artifacts"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Check label="with private ones" checked={hidden} onChange={setHidden} />
        <span className={css.sum}>
          {plural(all.length, "artifact")} · {bytes(all.reduce((sum, artifact) => sum + artifact.size, 0))}
        </span>
      </div>
      {shown.length === 0 ? (
        <None all={all.length} running={detail.status === "running"} />
      ) : (
        <ul>
          {shown.map((artifact) => (
            <ArtifactRow
              key={artifact.name}
              artifact={artifact}
              open={artifact.name === opened}
              onOpen={() => change({ artifact: artifact.name === opened ? undefined : artifact.name })}
            >
              <ArtifactDetail
                of={{ flow, run, step, task, name: artifact.name, ...(latest ? {} : { attempt }) }}
                artifact={artifact}
              />
            </ArtifactRow>
          ))}
        </ul>
      )}
    </div>
  );
}

/** Those with all words in their names or types. */
export function filtered(artifacts: readonly Artifact[], text: string): readonly Artifact[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return artifacts;
  return artifacts.filter((artifact) => {
    const said = `${artifact.name} ${artifact.type}`.toLowerCase();
    return words.every((word) => said.includes(word));
  });
}

function None({ all, running }: { all: number; running: boolean }): ReactElement {
  if (all > 0) return <Empty icon="search" title="No artifact has that in its name" />;
  return running ? (
    <Empty title="Nothing has been saved yet">Artifacts are saved when the step ends.</Empty>
  ) : (
    <Empty title="It saved nothing">
      What a step sets on <code>self</code> is saved when it ends, and shown here.
    </Empty>
  );
}
