import { type ReactElement, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { Button } from "~/parts/Button";
import { Empty } from "~/parts/Empty";
import { Loading } from "~/parts/Loading";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { useKey } from "~/shell/keys";
import { useUrl } from "~/shell/url";
import { bytes, plural } from "~/theme/format";
import { Folds, groupsOf } from "./folds";
import { LogBar } from "./LogBar";
import { LogLines } from "./LogLines";
import { LogView } from "./LogView";
import css from "./LogViewer.module.css";
import { type LogParams, readLogParams, writeLogParams } from "./params";
import type { Range } from "./pieces";
import { Picked, type Rows } from "./rows";
import type { Matches } from "./searching";
import { SelectedLines, useTakeAway } from "./takeAway";
import { type Log, type LogOf, useLog } from "./useLog";
import { useMatches } from "./useMatches";
import { useSteps } from "./useSteps";

export interface LogViewerProps extends LogOf {
  startedAt: number;
  /** It fills what is round it; otherwise it is as high as its lines, up to a part of the window. */
  full?: boolean;
}

/** What an attempt wrote, however long it is: its end first, more as it comes. */
export function LogViewer({ startedAt, full, ...of }: LogViewerProps): ReactElement {
  const [search, change] = useUrl();
  const params = useMemo(() => readLogParams(search, window.location.hash), [search]);
  const onChange = useCallback(
    (changed: Partial<LogParams>) => change(writeLogParams(changed) as never),
    [change],
  );
  const log = useLog(of, params.stream);
  const searched = useMatches(of, params, log.extent.total);
  const [folded, fold] = useFolded(of);
  const rows = useRows(log, params, folded, searched.matches);
  // Another log is looked at from its end.
  // biome-ignore lint/correctness/useExhaustiveDependencies: what else it shows it is told below
  const view = useMemo(() => new LogView(rows, params.wrap), [log.cache]);
  const [following, setFollowing] = useState(true);
  useEffect(() => view.onFollowing(setFollowing), [view]);
  useLayoutEffect(() => view.show(rows, params.wrap), [view, rows, params.wrap]);
  useFirstLine(log, view, params.lines);
  const steps = useSteps(view, params, searched);
  const input = useRef<HTMLInputElement>(null);
  useKey("/", "search the log", () => input.current?.select(), { group: "Log" });
  useKey("n", "next match", () => steps.step(1), { group: "Log", enabled: params.q !== "" });
  useKey("N", "match before", () => steps.step(-1), { group: "Log", enabled: params.q !== "" });
  useKey("f", "follow the log, or go to its end", () => view.follow(!(running && following)), {
    group: "Log",
  });
  useKey(
    "t",
    "show times of lines",
    () =>
      onChange({ times: params.times === "none" ? "clock" : params.times === "clock" ? "since" : "none" }),
    { group: "Log" },
  );
  useKey("w", "wrap long lines", () => onChange({ wrap: !params.wrap }), { group: "Log" });
  const more = useTakeAway(of, params, log);
  const running = log.version > 0 && !log.extent.ended;
  const groups = useMemo(() => groupsOf(log.markers), [log.markers]);
  return (
    <div className={css.viewer} data-full={full || undefined}>
      <LogBar
        params={params}
        searched={searched}
        at={steps.at}
        input={input}
        running={running}
        following={following}
        more={more}
        onChange={onChange}
        onStep={steps.step}
        onFollow={(follow) => view.follow(follow)}
        onLeave={() => input.current?.blur()}
      />
      {searched.error ? <ProblemNotice error={searched.error} /> : null}
      <Body log={log} params={params} matches={searched.matches}>
        <LogLines
          log={log}
          view={view}
          params={params}
          matches={searched.matches}
          current={steps.line}
          groups={groups}
          folded={folded}
          startedAt={startedAt}
          onSelect={(lines) => onChange({ lines })}
          onFold={fold}
        />
      </Body>
      {running && !following && log.extent.total > 0 && (
        <div className={css.down}>
          <Button small icon="arrow-down" onClick={() => view.follow(true)}>
            Follow
          </Button>
        </div>
      )}
      <footer className={css.foot}>
        <Foot log={log} running={running} />
        {params.lines && (
          <SelectedLines
            of={of}
            params={params}
            lines={params.lines}
            onClear={() => onChange({ lines: undefined })}
          />
        )}
      </footer>
    </div>
  );
}

function Body({
  log,
  params,
  matches,
  children,
}: {
  log: Log;
  params: LogParams;
  matches: Matches;
  children: ReactElement;
}): ReactElement {
  if (log.error && log.extent.total === 0) return <ProblemNotice error={log.error} retry={log.retry} />;
  if (log.version === 0)
    return (
      <div className={css.empty}>
        <Loading what="reading the log" lines={6} />
      </div>
    );
  if (log.extent.total === 0) {
    return (
      <div className={css.empty}>
        <Empty icon="log" title={log.extent.ended ? "It wrote nothing" : "Nothing has been written yet"}>
          {log.extent.ended ? (
            params.stream === "both" ? (
              <>What a step prints is kept here, with what libraries and child processes write.</>
            ) : (
              <>Look at both streams: it may have written to the other.</>
            )
          ) : (
            <>Lines show up here within half a second of being written.</>
          )}
        </Empty>
      </div>
    );
  }
  if (params.only && params.q !== "" && matches.over && matches.lines.length === 0) {
    return (
      <div className={css.empty}>
        <Empty icon="search" title="No line matches">
          Letters are searched for as they stand; turn on <b>.*</b> for a regular expression.
        </Empty>
      </div>
    );
  }
  return children;
}

function Foot({ log, running }: { log: Log; running: boolean }): ReactElement {
  const { total, bytes: size, complete, damagedAt } = log.extent;
  return (
    <span className={css.facts}>
      {plural(total, "line")} · {bytes(size)}
      {running && <span className={css.live}>live</span>}
      {!complete && total > 0 && " · still being read"}
      {damagedAt !== undefined && ` · damaged at byte ${damagedAt}: what follows cannot be shown`}
      {log.error !== undefined && total > 0 && (
        <button type="button" className={css.again} onClick={log.retry}>
          some lines could not be read: try again
        </button>
      )}
    </span>
  );
}

/** The groups that are folded, by the line of their heading. */
function useFolded({ flow, run, task, attempt }: LogOf): [ReadonlySet<number>, (line: number) => void] {
  const of = `${flow}/${run}/${task}/${attempt}`;
  const [folded, setFolded] = useState<{ of: string; lines: ReadonlySet<number> }>({ of, lines: new Set() });
  const lines = folded.of === of ? folded.lines : new Set<number>();
  const fold = (line: number) => {
    const next = new Set(lines);
    if (!next.delete(line)) next.add(line);
    setFolded({ of, lines: next });
  };
  return [lines, fold];
}

function useRows(log: Log, params: LogParams, folded: ReadonlySet<number>, matches: Matches): Rows {
  const { total } = log.extent;
  const only = params.only && params.q !== "";
  const picked = only ? matches.lines : undefined;
  const key = `${params.q} ${params.regex} ${params.case}`;
  return useMemo(() => {
    if (picked) return new Picked(picked, key);
    const groups = groupsOf(log.markers);
    return new Folds(
      total,
      [...folded].flatMap((line) => groups.get(line) ?? []),
    );
  }, [picked, key, total, folded, log.markers]);
}

/** Goes to the line that the address names, once it is known whether it is there. */
function useFirstLine(log: Log, view: LogView, lines: Range | undefined): void {
  const gone = useRef<{ view: LogView; key: string } | undefined>(undefined);
  const first = lines?.[0];
  const { total, complete } = log.extent;
  useLayoutEffect(() => {
    if (first === undefined || total === 0 || (!complete && first >= total)) return;
    const key = String(first);
    if (gone.current?.view === view && gone.current.key === key) return;
    gone.current = { view, key };
    // One that is clicked on is seen already.
    if (first < total && !view.sees(first)) view.goTo(first);
    else if (first < total) view.follow(false);
  }, [first, total, complete, view]);
}
