import { type RefObject, useEffect, useRef, useState } from "react";
import { base } from "~/api/base";
import { toast } from "~/parts/toast";
import { zoneName } from "~/theme/format";
import { useTheme } from "../feeds/theme";
import type { Context, FramedPlugin } from "../types";
import { Connection, type State } from "./connection";
import { hearFrom } from "./hub";
import type { Said } from "./messages";

/** A plugin as its frame shows it. */
export interface Connected {
  frame: RefObject<HTMLIFrameElement | null>;
  src: string;
  state: State;
  height: number | undefined;
  visible: boolean;
  /** What it wants to know of. */
  paths: readonly string[];
  update: (path: string, data: unknown) => void;
  onLoad: () => void;
}

/** Speaks with a plugin for as long as its frame is there. */
export function useConnection(
  plugin: FramedPlugin,
  context: Context,
  onSaid?: (said: Said) => void,
): Connected {
  const frame = useRef<HTMLIFrameElement>(null);
  const line = useRef<Connection>(undefined);
  // A list that is asked for again has other tickets in its addresses: that is no reason to load a frame again.
  const [src] = useState(() => base + plugin.frame.src);
  const [state, setState] = useState<State>({ is: "loading" });
  const [height, setHeight] = useState(plugin.frame.height ?? undefined);
  const [visible, setVisible] = useState(plugin.frame.visible);
  const [paths, setPaths] = useState<readonly string[]>([]);
  const now = useRef({ plugin, context, onSaid });
  now.current = { plugin, context, onSaid };
  const theme = useTheme();
  const themed = useRef(theme.theme);
  themed.current = theme.theme;

  useEffect(() => {
    const target = frame.current?.contentWindow;
    if (!target) return;
    const connection = new Connection({
      welcome: () => welcome(now.current.plugin, now.current.context),
      onState: setState,
      onHeight: setHeight,
      onVisible: setVisible,
      onPaths: setPaths,
      onNotice: (text) => toast(`${now.current.plugin.frame.title}: ${text}`, 6000),
      onSaid: (said) => now.current.onSaid?.(said),
      // A document without an origin has no other name. Only files of the plugin can be in the frame: the policy of the pages sees to it.
      send: (message, port) => target.postMessage(message, "*", port ? [port] : []),
    });
    line.current = connection;
    const stop = hearFrom(target, (data) => connection.hear(data));
    return () => {
      stop();
      connection.close();
      line.current = undefined;
    };
  }, []);
  useEffect(() => line.current?.theme(theme.theme), [theme.theme]);
  return {
    frame,
    src,
    state,
    height,
    visible,
    paths,
    update: (path, data) => line.current?.update(path, data),
    onLoad: () => line.current?.loaded(themed.current),
  };
}

/** What Metaflow's pages tell a plugin first. */
function welcome(plugin: FramedPlugin, { flow, run, step, task }: Context): object {
  const manifest = plugin.frame.manifest as Record<string, unknown>;
  return {
    config: {
      name: plugin.name,
      identifier: plugin.name,
      repository: null,
      ref: null,
      parameters: manifest.parameters ?? {},
      config: manifest,
      files: plugin.files,
      ...manifest,
    },
    resource: {
      ...(flow !== undefined && { flow_id: flow }),
      ...(run !== undefined && { run_number: run }),
      ...(step !== undefined && { step_name: step }),
      ...(task !== undefined && { task_id: task }),
    },
    settings: { timezone: zoneName() },
  };
}
