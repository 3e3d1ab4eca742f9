import type { ReactElement } from "react";
import css from "./DevPanel.module.css";
import type { State } from "./host/connection";
import { useStates } from "./host/states";
import type { Plugin } from "./types";
import { usePlugins } from "./usePlugins";

/** All plugins, how each is, and what is wrong with it: for who writes one. */
export function DevPanel(): ReactElement {
  const plugins = usePlugins();
  const states = useStates();
  return (
    <details className={css.panel} open>
      <summary className={css.head}>Plugins ({plugins.length})</summary>
      {plugins.length === 0 && <p className={css.none}>The folder of plugins has none.</p>}
      <ul>
        {plugins.map((plugin) => (
          <li key={plugin.name} className={css.one} data-wrong={plugin.problems.length > 0 || undefined}>
            <strong>
              <bdi>{plugin.name}</bdi>
            </strong>{" "}
            <span className={css.dim}>
              {plugin.version} {wordsOf(plugin, states[plugin.name])}
            </span>
            {plugin.problems.map((problem) => (
              <p key={problem} className={css.problem}>
                <bdi>{problem}</bdi>
              </p>
            ))}
          </li>
        ))}
      </ul>
      <p className={css.none}>
        Files are looked at every second. <code>?plugins=off</code> ends this.
      </p>
    </details>
  );
}

function wordsOf({ frame, links, columns }: Plugin, state: State | undefined): string {
  const parts = [];
  if (frame) parts.push(`${frame.slot}: ${state ? stateOf(state) : "not on this page"}`);
  if (links.length > 0) parts.push(`links: ${links.length}`);
  if (columns.length > 0) parts.push(`columns: ${columns.length}`);
  return parts.join(" · ");
}

function stateOf(state: State): string {
  if (state.is === "failed") return `stopped, ${state.why}`;
  if (state.is === "ready" && state.problem !== undefined) return `ready, but ${state.problem}`;
  return state.is;
}
