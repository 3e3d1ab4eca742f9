import type { ReactElement } from "react";
import { later } from "~/parts/later";
import { usePlace } from "~/shell/usePlace";
import { developing } from "./dev";
import { PluginSlot } from "./PluginSlot";

const DevPanel = later(async () => (await import("./DevPanel")).DevPanel);

/** Plugins of every page: below the bar, those without anything to see, and how all are while one is written. */
export function PluginsEverywhere(): ReactElement {
  const { tab: _tab, ...place } = usePlace();
  return (
    <>
      <PluginSlot slot="header" {...place} />
      <PluginSlot slot="headless" silent {...place} />
      {developing() && <DevPanel />}
    </>
  );
}

/** Plugins in the bar. */
export function PluginsInBar(): ReactElement {
  const { tab: _tab, ...place } = usePlace();
  return <PluginSlot slot="top-nav" {...place} />;
}
