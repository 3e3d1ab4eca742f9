import { Link, useParams } from "@tanstack/react-router";
import { type ComponentType, type ReactElement, useState } from "react";
import { queryClient } from "~/api/query";
import { Empty } from "~/parts/Empty";
import { Loading } from "~/parts/Loading";
import { type Later, later } from "~/parts/later";
import { ProblemNotice } from "~/parts/ProblemNotice";
import { TabLinks } from "~/parts/Tabs";
import { isPluginTab, PluginTab, usePluginTabs } from "~/plugins/tabs";
import { useKey } from "~/shell/keys";
import { useTitle } from "~/shell/title";
import { useGo } from "~/shell/useGo";
import { count } from "~/theme/format";
import { Failures } from "./Failures";
import { tabHref } from "./links";
import { RunHeader } from "./RunHeader";
import css from "./RunPage.module.css";
import { TABS } from "./tabs";
import { runQuery, useRun } from "./useRun";

type TabProps = { flow: string; run: string };

// Each tab is a script of its own, fetched when it is opened.
const scripts = import.meta.glob<Record<string, ComponentType<TabProps>>>(
  "../{timeline,dag,tasks,logs,artifacts,cards,config,code,compare}/*Tab.tsx",
);
const pages = new Map(TABS.map((tab) => [tab.value as string, pageOf(tab.value)]));

function nameOf(tab: string): string {
  return `${tab === "dag" ? "Dag" : tab.charAt(0).toUpperCase() + tab.slice(1)}Tab`;
}

/** Fetches a tab's script while its run is asked for, and what the tab itself asks for ahead. */
async function tabAhead(tab: string, flow: string, run: string): Promise<void> {
  const page = await scripts[`../${tab}/${nameOf(tab)}.tsx`]?.();
  (page as { ahead?: (flow: string, run: string) => void } | undefined)?.ahead?.(flow, run);
}

function pageOf(tab: string): Later<TabProps> {
  const name = nameOf(tab);
  const load = scripts[`../${tab}/${name}.tsx`];
  const fetched = async () => {
    const page = (await load?.())?.[name];
    if (!page) throw new Error(`${name} is not exported`);
    return page;
  };
  return later(fetched, <Loading what={tab} lines={6} />);
}

/** Fetches what the page of a run will want. */
export async function ahead({ flow = "", run = "", tab = "timeline" }: Partial<TabProps & { tab: string }>) {
  const about = queryClient.prefetchQuery(runQuery(queryClient, flow, run));
  await Promise.all([about, tabAhead(tab, flow, run), pages.get(tab)?.ahead()]);
}

/** A run: how it is, and everything about it in tabs. */
export function RunPage(): ReactElement {
  const { flow = "", run = "", tab = "timeline" } = useParams({ strict: false });
  return <OneRun key={`${flow}/${run}`} flow={flow} run={run} tab={tab} />;
}

function OneRun({ flow, run, tab }: TabProps & { tab: string }): ReactElement {
  // What cannot be fetched is asked for again when the tab is shown, and said there.
  useState(() => void tabAhead(tab, flow, run).catch(() => {}));
  const { bundle, error, retry } = useRun(flow, run);
  const Page = pages.get(tab);
  useTitle(bundle ? `${flow}/${run} ${bundle.state.status}` : `${flow}/${run}`);
  if (!bundle) {
    return error ? (
      <div className={css.missing}>
        <ProblemNotice error={error} retry={retry} />
      </div>
    ) : (
      <div className={css.missing}>
        <Loading what={`${flow}/${run}`} lines={6} />
      </div>
    );
  }
  return (
    <article className={css.page} data-tab={tab}>
      <RunHeader bundle={bundle} />
      <Failures flow={flow} run={run} state={bundle.state} />
      <RunTabs flow={flow} run={run} tasks={bundle.state.tasks.tasks} />
      <div className={css.panel} id="run-tab">
        {Page ? (
          <Page flow={flow} run={run} />
        ) : isPluginTab(tab) ? (
          <PluginTab slot="run-tab" {...{ flow, run, tab }} />
        ) : (
          <NoTab tab={tab} />
        )}
      </div>
    </article>
  );
}

function RunTabs({ flow, run, tasks }: TabProps & { tasks: number }): ReactElement {
  const own = TABS.map((tab) => (tab.value === "tasks" ? { ...tab, count: count(tasks) } : tab));
  const tabs = [...own, ...usePluginTabs("run-tab")];
  return (
    <div className={css.tabs}>
      {TABS.map((tab, at) => (
        <TabKey key={tab.value} flow={flow} run={run} tab={tab.value} label={tab.label} at={at + 1} />
      ))}
      <TabLinks
        tabs={tabs}
        label="of the run"
        link={(tab, props) => (
          <Link
            key={tab.value}
            to="/$flow/$run/view/$tab"
            params={{ flow, run, tab: tab.value }}
            activeOptions={{ includeSearch: false }}
            aria-keyshortcuts={String(TABS.findIndex((one) => one.value === tab.value) + 1)}
            {...props}
          />
        )}
      />
    </div>
  );
}

function TabKey({ flow, run, tab, label, at }: TabProps & { tab: string; label: string; at: number }): null {
  const go = useGo();
  useKey(String(at), label, () => go(tabHref(flow, run, tab)), { group: "Tabs of a run" });
  return null;
}

function NoTab({ tab }: { tab: string }): ReactElement {
  return (
    <Empty title={`A run has no tab \u201c${tab}\u201d`} icon="search">
      There are {TABS.map((one) => one.label).join(", ")}.
    </Empty>
  );
}
