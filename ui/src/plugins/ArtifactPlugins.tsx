import type { ReactElement } from "react";
import type { Artifact } from "~/api/types";
import { OnePlugin, shows } from "./PluginSlot";
import css from "./PluginSlot.module.css";
import type { Context } from "./types";
import { useSlot } from "./usePlugins";

/** The plugins that show artifacts of this one's type. */
export function ArtifactPlugins({
  artifact,
  ...context
}: Context & { artifact: Artifact }): ReactElement | null {
  const plugins = useSlot("artifact-renderer").filter((plugin) => shows(plugin, artifact.type));
  if (plugins.length === 0) return null;
  return (
    <div className={css.slot} data-slot="artifact-renderer">
      {plugins.map((plugin) => (
        <OnePlugin key={plugin.name} plugin={plugin} context={{ ...context, artifact }} />
      ))}
    </div>
  );
}
