import type { ReactElement } from "react";
import { toProblem } from "~/api/client";
import type { Run } from "~/api/types";
import { RunPicker } from "~/compare/RunPicker";
import { previousGood, useRecentRuns } from "~/compare/useRecentRuns";
import { Button } from "~/parts/Button";
import { Empty } from "~/parts/Empty";
import { Loading } from "~/parts/Loading";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { useRun } from "~/run/useRun";
import { type Patch, useUrl } from "~/shell/url";
import { Changes } from "./Changes";
import css from "./CodeTab.module.css";
import { FilePane } from "./FilePane";
import { Files } from "./Files";
import { parse } from "./search";
import { useCode, useStepSource } from "./useCode";

/** The code as it ran: its files, the lines of each step, and what changed since another run. */
export function CodeTab({ flow, run }: { flow: string; run: string }): ReactElement {
  const { bundle } = useRun(flow, run);
  const code = useCode(flow, run);
  const [url, setUrl] = useUrl();
  const search = parse(url);
  const source = useStepSource(flow, run, search.step);
  const recent = useRecentRuns(flow);
  if (!code.data)
    return code.error ? (
      <NoCode error={code.error} retry={() => void code.refetch()} />
    ) : (
      <Loading what="code" lines={6} />
    );
  const file = search.file ?? source.data?.file ?? code.data.script ?? code.data.files[0]?.name;
  const lines =
    search.lines ??
    (source.data && !search.file ? { first: source.data.first, last: source.data.last } : undefined);
  const good = previousGood(recent.data ?? [], flow, run, bundle?.created_at);
  return (
    <div className={css.tab}>
      <Bar
        flow={flow}
        run={run}
        against={search.against}
        good={good}
        recent={recent.data ?? []}
        onChange={setUrl}
      />
      {search.against !== undefined ? (
        <Changes flow={flow} run={run} from={search.against} />
      ) : (
        <div className={css.panes}>
          <Files
            files={code.data.files}
            script={code.data.script ?? undefined}
            steps={bundle?.graph ?? []}
            file={file}
            step={search.step}
            onFile={(name) => setUrl({ file: name, line: undefined, step: undefined })}
            onStep={(step) => setUrl({ step, file: undefined, line: undefined })}
          />
          <FilePane
            flow={flow}
            run={run}
            name={file}
            lines={lines}
            problem={search.step ? source.error : null}
          />
        </div>
      )}
    </div>
  );
}

function NoCode({ error, retry }: { error: unknown; retry: () => void }): ReactElement {
  if (!toProblem(error).isMissing) return <ProblemNotice error={error} retry={retry} />;
  return (
    <Empty title="No code was kept with this run" icon="code">
      A run keeps the files of its flow's folder when it starts. Runs that were imported from elsewhere have
      code only if it was kept there.
    </Empty>
  );
}

interface BarProps {
  flow: string;
  run: string;
  against: string | undefined;
  good: Run | undefined;
  recent: Run[];
  onChange: (patch: Patch) => void;
}

/** Files, or what changed since which run. */
function Bar({ flow, run, against, good, recent, onChange }: BarProps): ReactElement {
  return (
    <div className={css.bar}>
      <fieldset className={css.choice}>
        <legend className="sr-only">show</legend>
        <Button small pressed={against === undefined} onClick={() => onChange({ against: undefined })}>
          Files
        </Button>
        <Button
          small
          pressed={against !== undefined}
          onClick={() =>
            onChange({
              against: against ?? good?.run ?? recent.find((one) => one.run !== run)?.run ?? run,
            })
          }
        >
          Changes
        </Button>
      </fieldset>
      {against !== undefined && (
        <>
          <span>since</span>
          <RunPicker
            flow={flow}
            without={[`${flow}/${run}`]}
            suggested={good}
            value={against}
            onPick={(picked) => onChange({ against: short(picked, flow) })}
          />
        </>
      )}
    </div>
  );
}

function short(picked: string, flow: string): string {
  return picked.startsWith(`${flow}/`) ? picked.slice(flow.length + 1) : picked;
}
