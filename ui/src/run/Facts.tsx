import type { ReactElement, ReactNode } from "react";
import type { RunBundle } from "~/api/types";
import { Chip } from "~/parts/Chip";
import { Copy } from "~/parts/Copy";
import { Duration } from "~/parts/Duration";
import { Icon, type IconName } from "~/parts/Icon";
import { Time } from "~/parts/Time";
import { quote } from "~/runs/query/edit";
import { useGo } from "~/shell/useGo";
import css from "./Facts.module.css";
import { runHref, runsHref } from "./links";
import { RunLink } from "./RunLink";
import { useTicking } from "./useTicking";

/** When, how long, who, which code, from what: in one line. */
export function Facts({ bundle }: { bundle: RunBundle }): ReactElement {
  const { flow, origin, code, state, user } = bundle;
  const { duration } = useTicking(state);
  const project = system(bundle, "project");
  const branch = system(bundle, "project_branch");
  return (
    <ul className={css.facts} aria-label="facts">
      <Fact icon="clock" name="took">
        <strong className={css.strong}>
          <Duration us={duration} />
        </strong>
      </Fact>
      <Fact icon="play" name="started">
        <Time at={bundle.created_at} />
      </Fact>
      <Fact icon="user" name="by">
        <RunLink href={runsHref(`user:${quote(user)}`)} data-tip={`runs of ${user}`}>
          <bdi>{user}</bdi>
        </RunLink>
      </Fact>
      {code?.revision && (
        <Fact
          icon="branch"
          name="code"
          tip={`commit ${code.revision}${code.dirty ? ", with changes that were not committed" : ""}`}
        >
          <code>{code.revision.slice(0, 8)}</code>
          {code.branch && <bdi className={css.dim}>{code.branch}</bdi>}
          {code.dirty && <span className={css.dirty}>changed</span>}
          <Copy text={code.revision} label="commit" />
        </Fact>
      )}
      {project && (
        <Fact icon="box" name="project">
          <RunLink href={runsHref(`project:${quote(project)}`)}>
            <bdi>{project}</bdi>
          </RunLink>
          {branch && <bdi className={css.dim}>{branch}</bdi>}
        </Fact>
      )}
      {origin && (
        <Fact icon="retry" name="resumes">
          <span className={css.dim}>resumes</span>
          <RunLink href={runHref(flow, origin)}>
            <bdi>{origin}</bdi>
          </RunLink>
        </Fact>
      )}
      {bundle.trigger.map((event) => (
        <Trigger key={JSON.stringify(event)} event={event} />
      ))}
      {state.tags.length > 0 && <Tags tags={state.tags} />}
    </ul>
  );
}

interface FactProps {
  icon: IconName;
  name: string;
  tip?: string;
  children: ReactNode;
}

function Fact({ icon, name, tip, children }: FactProps): ReactElement {
  return (
    <li className={css.fact} data-fact={name} data-tip={tip}>
      <span className={css.icon}>
        <Icon name={icon} size={13} />
      </span>
      <span className="sr-only">{name}</span>
      {children}
    </li>
  );
}

function Tags({ tags }: { tags: string[] }): ReactElement {
  const go = useGo();
  return (
    <li className={css.fact} data-fact="tags">
      <span className="sr-only">tags</span>
      {tags.map((tag) => (
        <Chip
          key={tag}
          icon="tag"
          onClick={() => go(runsHref(`tag:${quote(tag)}`))}
          title={`runs tagged ${tag}`}
        >
          {tag}
        </Chip>
      ))}
    </li>
  );
}

/** What started the run: an event, or the run of another flow, which is a link. */
function Trigger({ event }: { event: unknown }): ReactElement {
  const { type, name, id } = (event ?? {}) as { type?: unknown; name?: unknown; id?: unknown };
  const [flow, run] = typeof id === "string" ? id.split("/") : [];
  const words = typeof name === "string" ? name : JSON.stringify(event);
  return (
    <Fact icon="bolt" name="triggered by" tip={JSON.stringify(event, null, 1)}>
      <span className={css.dim}>triggered by</span>
      {type === "run" && flow && run ? (
        <RunLink href={runHref(flow, run)}>
          <bdi>{`${flow}/${run}`}</bdi>
        </RunLink>
      ) : (
        <bdi>{words}</bdi>
      )}
    </Fact>
  );
}

function system(bundle: RunBundle, key: string): string | undefined {
  return bundle.system_tags.find((tag) => tag.startsWith(`${key}:`))?.slice(key.length + 1);
}
