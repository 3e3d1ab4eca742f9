import type { ReactElement } from "react";
import { Empty } from "~/parts/Empty";
import { Loading } from "~/parts/Loading";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { plural } from "~/theme/format";
import css from "./CodeTab.module.css";
import { FileDiff } from "./DiffView";
import { useCodeDiff } from "./useCode";

/** What changed in the code from another run to this one. */
export function Changes({ flow, run, from }: { flow: string; run: string; from: string }): ReactElement {
  const { data, error, refetch } = useCodeDiff(flow, run, from);
  if (!data)
    return error ? (
      <ProblemNotice error={error} retry={() => void refetch()} />
    ) : (
      <Loading what="changes" lines={6} />
    );
  if (data.files.length === 0) {
    return (
      <Empty title="The code is the same" icon="check">
        All {plural(data.same, "file")} of {data.to} are those of {data.from}.
      </Empty>
    );
  }
  return (
    <div className={css.changes}>
      <p className={css.faint}>
        {plural(data.files.length, "file")} changed, {data.same} the same; from <bdi>{data.from}</bdi> to{" "}
        <bdi>{data.to}</bdi>
      </p>
      {data.files.map((change) => (
        <FileDiff key={change.name} change={change} />
      ))}
    </div>
  );
}
