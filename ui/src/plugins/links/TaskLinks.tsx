import type { ReactElement } from "react";
import type { TaskDetail } from "~/api/types";
import { useRun } from "~/run/useRun";
import { usePlugins } from "../usePlugins";
import { PluginLinks } from "./PluginLinks";

interface Props {
  flow: string;
  run: string;
  task: TaskDetail;
  attempt: number | undefined;
}

/** The links that plugins declare for a task. Its run is read only where there are some. */
export function TaskLinks(props: Props): ReactElement | null {
  const some = usePlugins().some(({ links }) => links.some(({ on }) => on === "task"));
  return some ? <OfRun {...props} /> : null;
}

function OfRun({ flow, run, task, attempt }: Props): ReactElement | null {
  const { bundle } = useRun(flow, run);
  return <PluginLinks bundle={bundle} task={task} attempt={attempt} />;
}
