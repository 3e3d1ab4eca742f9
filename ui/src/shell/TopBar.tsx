import { Link, useRouterState } from "@tanstack/react-router";
import type { ReactElement } from "react";
import { useConnection } from "~/live";
import { IconButton } from "~/parts/Button";
import { Icon } from "~/parts/Icon";
import { Kbd } from "~/parts/Kbd";
import { useLate } from "~/parts/useLate";
import { PluginsInBar } from "~/plugins/PluginsEverywhere";
import { Crumbs } from "./Crumbs";
import { Settings } from "./Settings";
import css from "./TopBar.module.css";

/** The bar on top of every page: home, where this is, the box to go anywhere, settings, help. */
export function TopBar({ onFind, onHelp }: { onFind: () => void; onHelp: () => void }): ReactElement {
  return (
    <header className={css.bar}>
      <Link to="/" className={css.home} aria-label="Spinloom: all runs">
        <Logo />
        <span className={css.name}>Spinloom</span>
      </Link>
      <Crumbs />
      <button type="button" className={css.find} onClick={onFind} aria-keyshortcuts="Control+K Meta+K">
        <Icon name="search" size={14} />
        <span className={css.hint}>Go to anything, or paste it</span>
        <Kbd keys="mod+k" />
      </button>
      <div className={css.right}>
        <Light />
        <Link
          to="/spins"
          className={css.spins}
          aria-label="Spins"
          data-tip="Spins: steps that were tried  ·  g o"
        >
          <Icon name="bolt" />
        </Link>
        <PluginsInBar />
        <Settings />
        <IconButton icon="help" label="show all keys" keys="?" onClick={onHelp} />
      </div>
      <Pending />
    </header>
  );
}

function Logo(): ReactElement {
  return (
    <svg width="22" height="22" viewBox="0 0 32 32" aria-hidden="true" focusable="false" className={css.logo}>
      <rect width="32" height="32" rx="8" />
      <path d="M6 11c6.500 0 6.500 10 13 10h7" />
      <path d="M6 21c6.500 0 6.500-10 13-10h7M6 16h4.500M21.500 16H26" opacity=".62" />
    </svg>
  );
}

const WORDS = {
  connecting: "connecting to the server",
  live: "live: changes show at once",
  polling: "no socket comes through: changes show every few seconds",
  lost: "the server cannot be reached",
} as const;

function Light(): ReactElement {
  const { state, version } = useConnection();
  const text = version && state === "live" ? `${WORDS[state]}  ·  Spinloom ${version}` : WORDS[state];
  return (
    <span className={css.light} data-state={state} data-tip={text} role="img" aria-label={WORDS[state]}>
      <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true" focusable="false">
        {state === "lost" ? (
          <path d="M1.500 1.500l7 7m0-7-7 7" />
        ) : (
          <circle cx="5" cy="5" r={state === "live" ? 3.5 : 3} />
        )}
      </svg>
    </span>
  );
}

/** A line while the next page is fetched. */
function Pending(): ReactElement | null {
  const pending = useLate(useRouterState({ select: (state) => state.status === "pending" }));
  return pending ? <span className={css.pending} aria-hidden="true" /> : null;
}
