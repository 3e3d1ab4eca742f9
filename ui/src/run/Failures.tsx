import type { ReactElement } from "react";
import type { ErrorGroup, RunState } from "~/api/types";
import { Button } from "~/parts/Button";
import { Copy } from "~/parts/Copy";
import { Icon } from "~/parts/Icon";
import { Text } from "~/parts/Text";
import { useKey } from "~/shell/keys";
import { one, useUrl } from "~/shell/url";
import { count, plural } from "~/theme/format";
import css from "./Failures.module.css";
import { codeHref, taskHref, tasksHref } from "./links";
import { RunLink } from "./RunLink";
import { useErrors, useNextFailure } from "./useFailures";

interface FailuresProps {
  flow: string;
  run: string;
  state: RunState;
}

/** What failed, alike together, each kind with one example; nothing if nothing did. */
export function Failures({ flow, run, state }: FailuresProps): ReactElement | null {
  const { data } = useErrors(flow, run, state);
  const [url, setUrl] = useUrl();
  const next = useNextFailure(flow, run);
  const any = state.tasks.failed > 0;
  useKey("e", "next failure", () => void next(), { group: "Run", enabled: any });
  const groups = (data?.groups ?? []).filter((group) => group.fatal > 0);
  const first = groups[0];
  if (!any || !first || !data) return null;
  const open = one(url, "errors") === "1";
  return (
    <section className={css.banner} aria-label="failures">
      <div className={css.line}>
        <span className={css.icon}>
          <Icon name="error" size={15} />
        </span>
        <Headline flow={flow} run={run} group={first} />
        {groups.length > 1 && <span className={css.more}>and {plural(groups.length - 1, "other kind")}</span>}
        <div className={css.actions}>
          <Button small onClick={() => void next()} aria-keyshortcuts="e">
            Next failure <kbd>e</kbd>
          </Button>
          <Button
            small
            icon={open ? "chevron-up" : "chevron-down"}
            aria-expanded={open}
            onClick={() => setUrl({ errors: open ? undefined : "1" })}
          >
            {open ? "Less" : "Traceback"}
          </Button>
        </div>
      </div>
      {open && (
        <ol className={css.groups}>
          {groups.map((group) => (
            <Group key={group.id} flow={flow} run={run} group={group} />
          ))}
          {data.total > data.groups.length && (
            <li>and {count(data.total - data.groups.length)} more kinds</li>
          )}
        </ol>
      )}
    </section>
  );
}

interface GroupProps {
  flow: string;
  run: string;
  group: ErrorGroup;
}

/** How many tasks failed alike, of what, and where. */
function Headline({ flow, run, group }: GroupProps): ReactElement {
  const alike = group.fatal === 1 ? "1 task" : `${count(group.fatal)} tasks: same failure`;
  return (
    <p className={css.headline}>
      <RunLink href={tasksHref(flow, run, { failure: group.id })} className={css.count}>
        {alike}
      </RunLink>
      <bdi className={css.what} data-tip={`${group.kind}: ${group.message}`}>
        <strong>{group.kind}</strong> {group.message.split("\n")[0]}
      </bdi>
      <RunLink href={taskHref(flow, run, group.step, group.example.task, { attempt: group.example.attempt })}>
        <bdi>{`${group.step}/${group.example.task}`}</bdi>
      </RunLink>
    </p>
  );
}

function Group({ flow, run, group }: GroupProps): ReactElement {
  const steps = Object.entries(group.steps);
  const { failure } = group;
  const text = failure?.traceback || failure?.message || group.message;
  return (
    <li className={css.group}>
      <div className={css.line}>
        <Headline flow={flow} run={run} group={group} />
        <span className={css.more}>
          {plural(group.attempts, "attempt")} in <bdi>{steps.map(([step]) => step).join(", ")}</bdi>
        </span>
        {group.line != null && group.file && (
          <RunLink
            href={codeHref(flow, run, { file: nameOf(group.file), line: group.line })}
            className={css.more}
          >
            <bdi>{`${nameOf(group.file)}:${group.line}`}</bdi>
          </RunLink>
        )}
        <Copy text={text} label="traceback" />
      </div>
      <Text height={220}>{text}</Text>
    </li>
  );
}

function nameOf(file: string): string {
  return file.split("/").at(-1) ?? file;
}
