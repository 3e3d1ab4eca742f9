import { Component, type ReactElement, type ReactNode } from "react";
import { later } from "~/parts/later";
import { developing } from "./dev";
import css from "./PluginSlot.module.css";
import type { PluginViewProps } from "./PluginView";
import type { Context, FramedPlugin, Slot } from "./types";
import { useSlot } from "./usePlugins";

// What frames need is fetched where there is a plugin.
const View = later(async () => (await import("./PluginView")).PluginView);

/** The frames of a slot: nothing, where no plugin is. */
export function PluginSlot({
  slot,
  silent,
  ...context
}: { slot: Slot; silent?: boolean } & Context): ReactElement | null {
  const plugins = useSlot(slot);
  if (plugins.length === 0) return null;
  return (
    <div className={css.slot} data-slot={slot} data-silent={silent || undefined}>
      {plugins.map((plugin) => (
        <OnePlugin key={plugin.name} plugin={plugin} context={context} {...(silent && { silent })} />
      ))}
    </div>
  );
}

/** One plugin. Whatever happens, the page goes on. */
export function OnePlugin(props: PluginViewProps): ReactElement {
  // While one is written, its frame is another one with each change.
  const version = developing() ? props.plugin.changed : "";
  return (
    <Contained>
      <View key={`${version} ${keyOf(props.context)}`} {...props} />
    </Contained>
  );
}

/** A plugin is started anew for another run, task or artifact, as Metaflow's are. */
function keyOf({ flow, run, step, task, attempt, artifact }: Context): string {
  return JSON.stringify([flow, run, step, task, attempt, artifact?.name, artifact?.hash]);
}

/** Whether a plugin shows artifacts of a type: `*` stands for any letters. */
export function shows(plugin: FramedPlugin, type: string): boolean {
  return plugin.frame.types.some((pattern) => {
    const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`).test(type);
  });
}

class Contained extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? null : this.props.children;
  }
}
