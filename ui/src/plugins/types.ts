import type { Artifact, Run, Schemas } from "~/api/types";

export type Plugin = Schemas["Plugin"];
export type PluginFrame = Schemas["PluginFrame"];
export type PluginLink = Schemas["PluginLink"];

/** Where in the pages a frame of a plugin can be. */
export type Slot =
  | "run-header"
  | "task-details"
  | "header"
  | "top-nav"
  | "run-tab"
  | "task-tab"
  | "artifact-renderer"
  | "runs-column"
  | "timeline-overlay"
  | "headless";

/** A plugin that shows something in a frame. */
export type FramedPlugin = Plugin & { frame: PluginFrame };

/** What a page knows of what is looked at, for plugins that ask. */
export interface Context {
  flow?: string | undefined;
  run?: string | undefined;
  step?: string | undefined;
  task?: string | undefined;
  attempt?: number | undefined;
  artifact?: Artifact | undefined;
  rows?: readonly Run[] | undefined;
}
