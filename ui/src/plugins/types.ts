import type { Artifact, Run } from "~/api/types";

export interface PluginFrame {
  src: string;
  slot: string;
  title: string;
  visible: boolean;
  container: string;
  application_styles: boolean;
  height?: number | null;
  sandbox: string;
  types: string[];
  manifest: Record<string, never>;
}
export interface PluginLink {
  label: string;
  url: string;
  on: "run" | "task";
  when?: string | null;
}
export interface Plugin {
  name: string;
  version?: string | null;
  frame?: PluginFrame | null;
  links: PluginLink[];
  columns: { label: string; template: string; url?: string | null }[];
  files: string[];
  changed: string;
  problems: string[];
}

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
