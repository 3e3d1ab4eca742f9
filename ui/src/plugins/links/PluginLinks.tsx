import type { ReactElement } from "react";
import type { RunBundle, TaskDetail } from "~/api/types";
import { Icon } from "~/parts/Icon";
import { attemptOf, runFacts, taskFacts } from "../feeds/facts";
import type { PluginLink } from "../types";
import { usePlugins } from "../usePlugins";
import css from "./PluginLinks.module.css";
import { address, ofRun, type Values } from "./template";

interface Props {
  bundle: RunBundle | undefined;
  task?: TaskDetail;
  attempt?: number | undefined;
}

/** The links that plugins declare for a run, or for a task of it. */
export function PluginLinks({ bundle, task, attempt }: Props): ReactElement | null {
  const on = task ? "task" : "run";
  const links = usePlugins().flatMap((plugin) => plugin.links.filter((link) => link.on === on));
  if (links.length === 0 || !bundle) return null;
  const values = task ? ofTask(bundle, task, attempt) : ofBundle(bundle);
  const shown = links.flatMap((link) => made(link, values));
  if (shown.length === 0) return null;
  return (
    <ul className={css.links} aria-label="links of plugins" data-on={on}>
      {shown.map(([label, href]) => (
        <li key={`${label} ${href}`}>
          <a className={css.link} href={href} target="_blank" rel="noopener noreferrer" data-tip={href}>
            <Icon name="external" size={12} />
            <bdi>{label}</bdi>
          </a>
        </li>
      ))}
    </ul>
  );
}

function made(link: PluginLink, values: Values): [string, string][] {
  const { when } = link;
  if (when && !values(when.startsWith("tag:") ? when : `meta:${when}`)) return [];
  const href = address(link.url, values);
  return href === undefined ? [] : [[link.label, href]];
}

function ofBundle(bundle: RunBundle, facts = runFacts(bundle)): Values {
  const { state } = bundle;
  const run = ofRun({
    ...bundle,
    status: state.status,
    started_at: bundle.created_at,
    finished_at: state.finished_at,
    tags: state.tags,
  });
  return (name) => {
    if (!name.startsWith("meta:")) return run(name);
    const key = name.slice(5);
    return Object.hasOwn(facts, key) ? facts[key] : undefined;
  };
}

function ofTask(bundle: RunBundle, task: TaskDetail, attempt: number | undefined): Values {
  const of = ofBundle(bundle, taskFacts(bundle, task, attempt));
  const one = attemptOf(task, attempt);
  const started = one?.started_at ?? task.created_at;
  const finished = (one ? one.finished_at : task.finished_at) ?? Date.now() * 1000;
  const own: Record<string, string> = {
    step: task.step,
    task: String(task.task),
    attempt: String(one?.attempt ?? 0),
    pathspec: task.pathspec,
    status: one?.status ?? task.status,
    started_ms: String(Math.floor(started / 1e3)),
    finished_ms: String(Math.floor(finished / 1e3)),
    started_s: String(Math.floor(started / 1e6)),
    finished_s: String(Math.floor(finished / 1e6)),
  };
  return (name) => (Object.hasOwn(own, name) ? own[name] : of(name));
}
