import { type ReactElement, useEffect, useMemo, useRef, useState } from "react";
import { isAbort } from "~/api/client";
import { Button } from "~/parts/Button";
import { Empty } from "~/parts/Empty";
import { Check, Segmented, TextInput } from "~/parts/Field";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { useKey } from "~/shell/keys";
import { one, type Search, useUrl } from "~/shell/url";
import { count, plural } from "~/theme/format";
import { FoundLines } from "./FoundLines";
import css from "./LogsTab.module.css";
import { readLogParams, type Stream } from "./params";
import { RecentOutput } from "./RecentOutput";
import { MOST, NOTHING, type RunFound, type RunWanted, searchRun } from "./runSearch";
import { StepCounts } from "./StepCounts";

const TYPING = 250;
const STREAMS: readonly (readonly [Stream, string])[] = [
  ["both", "Both"],
  ["stdout", "stdout"],
  ["stderr", "stderr"],
];
const OFTEN = [
  ["Errors", "\\b(error|exception|traceback|fatal|critical|panic)\\b"],
  ["Warnings", "\\bwarn(ing)?\\b"],
  ["Out of memory", "out of memory|oom|cannot allocate|killed"],
  ["Slow, late, retried", "\\b(timeout|timed out|slow|retry|retrying)\\b"],
] as const;

/** The logs of all tasks of a run: searched together, and what was written last. */
export function LogsTab({ flow, run }: { flow: string; run: string }): ReactElement {
  const [search, change] = useUrl();
  const wanted = useMemo(() => readWanted(search), [search]);
  const { found, error, busy } = useRunSearch(flow, run, wanted);
  const [typed, setTyped] = useState(wanted.q);
  useEffect(() => setTyped(wanted.q), [wanted.q]);
  const input = useRef<HTMLInputElement>(null);
  useKey("/", "search the logs", () => input.current?.select(), { group: "Logs" });
  const type = (q: string) => {
    setTyped(q);
    change({ q });
  };
  return (
    <div className={css.tab}>
      <search className={css.bar}>
        <span className={css.input}>
          <TextInput
            ref={input}
            icon="search"
            value={typed}
            placeholder="Search the logs of all tasks"
            aria-label="search the logs of all tasks"
            onChange={(event) => type(event.target.value)}
          />
        </span>
        <Check
          label="Regular expression"
          checked={wanted.regex}
          onChange={(regex) => change({ regex: regex ? 1 : undefined })}
        />
        <Check
          label="Match case"
          checked={wanted.case}
          onChange={(on) => change({ case: on ? 1 : undefined })}
        />
        <Check
          label="Latest attempts only"
          checked={wanted.latest}
          onChange={(on) => change({ latest: on ? 1 : undefined })}
        />
        <Segmented
          label="streams"
          options={STREAMS}
          value={wanted.stream}
          onChange={(stream) => change({ stream: stream === "both" ? undefined : stream })}
        />
      </search>
      {error ? <ProblemNotice error={error} /> : null}
      {wanted.q === "" ? (
        <div className={css.scrolled}>
          <div className={css.often}>
            <span>Often looked for:</span>
            {OFTEN.map(([label, q]) => (
              <Button
                key={label}
                small
                icon="search"
                onClick={() => change({ q, regex: 1, case: undefined }, { push: true })}
              >
                {label}
              </Button>
            ))}
          </div>
          <RecentOutput flow={flow} run={run} />
        </div>
      ) : (
        <div className={css.found}>
          <StepCounts found={found} step={wanted.step} busy={busy} onStep={(step) => change({ step })} />
          <div className={css.lines}>
            <Summary found={found} busy={busy} />
            {!busy && found.shown === 0 && !error ? (
              <Empty icon="search" title="No line matches">
                All {plural(looked(found), "line")} of {plural(tasksOf(found), "task")} were looked at.
              </Empty>
            ) : (
              <FoundLines
                key={`${wanted.q} ${wanted.step}`}
                flow={flow}
                run={run}
                found={found}
                wanted={wanted}
              />
            )}
          </div>
        </div>
      )}
    </div>
  );
}

function readWanted(search: Search): RunWanted {
  const { q, regex, case: sensitive, stream } = readLogParams(search);
  return {
    q,
    regex,
    case: sensitive,
    stream,
    step: one(search, "step"),
    latest: one(search, "latest") !== undefined,
  };
}

function useRunSearch(
  flow: string,
  run: string,
  wanted: RunWanted,
): { found: RunFound; error: unknown; busy: boolean } {
  const [state, setState] = useState<{ found: RunFound; error: unknown; busy: boolean }>({
    found: NOTHING,
    error: undefined,
    busy: false,
  });
  const key = JSON.stringify(wanted);
  useEffect(() => {
    const asked = JSON.parse(key) as RunWanted;
    if (asked.q === "") {
      setState({ found: NOTHING, error: undefined, busy: false });
      return;
    }
    const given = new AbortController();
    setState({ found: { ...NOTHING, over: false }, error: undefined, busy: true });
    const timer = window.setTimeout(() => {
      searchRun(flow, run, asked, given.signal, (found) =>
        setState({ found, error: undefined, busy: !found.over }),
      ).catch((error: unknown) => {
        if (!given.signal.aborted && !isAbort(error)) setState({ found: NOTHING, error, busy: false });
      });
    }, TYPING);
    return () => {
      window.clearTimeout(timer);
      given.abort();
    };
  }, [flow, run, key]);
  return state;
}

function looked(found: RunFound): number {
  return Object.values(found.steps).reduce((sum, step) => sum + step.lines, 0);
}

function tasksOf(found: RunFound): number {
  return Object.values(found.steps).reduce((sum, step) => sum + step.tasks, 0);
}

function Summary({ found, busy }: { found: RunFound; busy: boolean }): ReactElement {
  const counts = Object.values(found.steps);
  const matches = Math.max(
    found.shown,
    counts.reduce((sum, step) => sum + step.matches, 0),
  );
  const matching = counts.reduce((sum, step) => sum + step.matching, 0);
  return (
    <p className={css.summary} role="status">
      <b>{plural(matches, "line")}</b> in {plural(matching, "task")}
      {busy && " so far …"}
      {!busy && ` · ${count(looked(found))} lines of ${plural(tasksOf(found), "task")} looked at`}
      {found.shown >= MOST && ` · the first ${count(MOST)} are shown`}
      {!found.complete && " · not all logs could be looked at in time: choose a step"}
    </p>
  );
}
