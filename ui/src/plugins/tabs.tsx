import type { ReactElement } from "react";
import { Empty } from "~/parts/Empty";
import { Loading } from "~/parts/Loading";
import type { Tab } from "~/parts/Tabs";
import { OnePlugin } from "./PluginSlot";
import type { Context } from "./types";
import { usePluginList, useSlot } from "./usePlugins";

const START = "plugin-";

/** The tabs that plugins add to a run or a task. */
export function usePluginTabs(slot: "run-tab" | "task-tab"): readonly Tab[] {
  return useSlot(slot).map((plugin) => ({
    value: START + plugin.name,
    label: plugin.frame.title,
    icon: "box",
  }));
}

/** Whether a tab is one of a plugin's. */
export function isPluginTab(value: string): boolean {
  return value.startsWith(START);
}

/** What a plugin shows in its tab. */
export function PluginTab({
  slot,
  tab,
  ...context
}: { slot: "run-tab" | "task-tab"; tab: string } & Context): ReactElement {
  const { known } = usePluginList();
  const plugins = useSlot(slot);
  const plugin = plugins.find(({ name }) => START + name === tab);
  if (plugin) return <OnePlugin key={plugin.name} plugin={plugin} context={context} fill />;
  return known ? (
    <Empty title="This plugin is not there" icon="search">
      The folder of plugins of this server has none called <bdi>{tab.slice(START.length)}</bdi>.
    </Empty>
  ) : (
    <Loading what="the plugin" lines={4} />
  );
}
