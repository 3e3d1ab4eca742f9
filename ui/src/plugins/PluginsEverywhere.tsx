import { lazy, type ReactElement, Suspense } from "react";
import { usePlace } from "~/shell/usePlace";
import { developing } from "./dev";
import { PluginSlot } from "./PluginSlot";

const DevPanel = lazy(async () => ({ default: (await import("./DevPanel")).DevPanel }));

/** Plugins of every page: below the bar, those without anything to see, and how all are while one is written. */
export function PluginsEverywhere(): ReactElement {
  const { tab: _tab, ...place } = usePlace();
  return (
    <>
      <PluginSlot slot="header" {...place} />
      <PluginSlot slot="headless" silent {...place} />
      {developing() && (
        <Suspense fallback={null}>
          <DevPanel />
        </Suspense>
      )}
    </>
  );
}

/** Plugins in the bar. */
export function PluginsInBar(): ReactElement {
  const { tab: _tab, ...place } = usePlace();
  return <PluginSlot slot="top-nav" {...place} />;
}
