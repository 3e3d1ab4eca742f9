import type { KeyboardEvent, ReactElement, ReactNode } from "react";
import { Icon, type IconName } from "./Icon";
import css from "./Tabs.module.css";

export interface Tab {
  value: string;
  label: string;
  icon?: IconName;
  count?: number | string | undefined;
}

export interface TabsProps {
  tabs: readonly Tab[];
  value: string;
  label: string;
  onChange: (value: string) => void;
  /** The id of what the tabs change. */
  controls?: string;
}

/** Tabs that change a part of the page; arrows go from one to the next. */
export function Tabs({ tabs, value, label, onChange, controls }: TabsProps): ReactElement {
  const move = (event: KeyboardEvent) => {
    const now = tabs.findIndex((tab) => tab.value === value);
    const to = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length];
    if (!next) return;
    onChange(next.value);
    const list = event.currentTarget;
    requestAnimationFrame(() => list.querySelector<HTMLElement>("[aria-selected=true]")?.focus());
  };
  return (
    <div className={css.tabs} role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map((tab) => (
        <button
          key={tab.value}
          type="button"
          role="tab"
          className={css.tab}
          aria-selected={tab.value === value}
          aria-controls={controls}
          tabIndex={tab.value === value ? 0 : -1}
          onClick={() => onChange(tab.value)}
        >
          <TabInside tab={tab} />
        </button>
      ))}
    </div>
  );
}

function TabInside({ tab }: { tab: Tab }): ReactElement {
  return (
    <>
      {tab.icon && <Icon name={tab.icon} size={14} />}
      {tab.label}
      {tab.count !== undefined && <span className={css.count}>{tab.count}</span>}
    </>
  );
}

export interface TabLinksProps {
  tabs: readonly Tab[];
  label: string;
  /** Makes the link of a tab: `(tab, props) => <Link {...props} to="…">{props.children}</Link>`; it marks the current one itself. */
  link: (tab: Tab, props: { className: string; children: ReactNode }) => ReactElement;
}

/** Tabs that are pages of their own: links, the current one marked with `aria-current`. */
export function TabLinks({ tabs, label, link }: TabLinksProps): ReactElement {
  return (
    <nav className={css.tabs} aria-label={label}>
      {tabs.map((tab) => link(tab, { className: css.tab ?? "", children: <TabInside tab={tab} /> }))}
    </nav>
  );
}
