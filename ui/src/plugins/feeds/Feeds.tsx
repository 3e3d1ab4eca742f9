import { useQuery } from "@tanstack/react-query";
import { type ReactElement, useEffect } from "react";
import { base } from "~/api/base";
import { ask } from "~/api/client";
import { useRun } from "~/run/useRun";
import { one, useUrl } from "~/shell/url";
import { useTask } from "~/task/useTask";
import { zoneName } from "~/theme/format";
import { usePrefs } from "~/theme/prefs";
import type { Context } from "../types";
import { dataOf, type Facts, runFacts, taskFacts, taskInfo } from "./facts";
import { useTheme } from "./theme";

interface FeedProps {
  plugin: string;
  context: Context;
  /** Says how it is now. */
  send: (data: unknown) => void;
}

interface Feed {
  of: (props: FeedProps) => null;
  /** What a page must know for it to be there. */
  needs?: "run" | "task";
}

/** What plugins can ask for. Each is read only while somebody wants it. */
const FEEDS: Record<string, Feed> = {
  metadata: { of: Metadata, needs: "task" },
  "run-metadata": { of: RunMetadata, needs: "run" },
  "task-info": { of: TaskInfo, needs: "task" },
  run: { of: RunFeed, needs: "run" },
  task: { of: TaskFeed, needs: "task" },
  artifacts: { of: Artifacts, needs: "task" },
  artifact: { of: OneArtifact },
  runs: { of: Rows },
  theme: { of: ThemeFeed },
  timezone: { of: Zone },
  "url-state": { of: UrlState },
};

interface FeedsProps {
  plugin: string;
  paths: readonly string[];
  context: Context;
  update: (path: string, data: unknown) => void;
}

/** Tells a plugin what it asked for, now and whenever that changes. */
export function Feeds({ plugin, paths, context, update }: FeedsProps): ReactElement {
  const there = (feed: Feed) => feed.needs === undefined || context[feed.needs] !== undefined;
  return (
    <>
      {paths.map((path) => {
        const feed = Object.hasOwn(FEEDS, path) ? FEEDS[path] : undefined;
        if (!feed || !there(feed)) return null;
        return <feed.of key={path} plugin={plugin} context={context} send={(data) => update(path, data)} />;
      })}
    </>
  );
}

/** The same text is the same data: much is read anew without being otherwise. */
function useSent(data: unknown, send: (data: unknown) => void): null {
  const text = data === undefined ? undefined : JSON.stringify(data);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `send` is another with each drawing
  useEffect(() => {
    if (text !== undefined) send(JSON.parse(text));
  }, [text]);
  return null;
}

function ThemeFeed({ send }: FeedProps): null {
  return useSent(useTheme(), send);
}

function Zone({ send }: FeedProps): null {
  usePrefs((prefs) => prefs.zone);
  return useSent(zoneName(), send);
}

/** The key of the address that is a plugin's own. */
export function urlKey(plugin: string): string {
  return `plugin.${plugin}`;
}

function UrlState({ plugin, send }: FeedProps): null {
  const [url] = useUrl();
  return useSent(one(url, urlKey(plugin)) ?? "", send);
}

function OneArtifact({ context, send }: FeedProps): null {
  return useSent(context.artifact, send);
}

function Rows({ context, send }: FeedProps): null {
  return useSent(context.rows, send);
}

function RunFeed({ context, send }: FeedProps): null {
  const { flow = "", run = "" } = context;
  return useSent(useRun(flow, run).bundle, send);
}

function TaskFeed({ context, send }: FeedProps): null {
  const { flow = "", run = "", task = "" } = context;
  return useSent(useTask(flow, run, task).task, send);
}

function Artifacts({ context, send }: FeedProps): null {
  const { flow = "", run = "", task = "" } = context;
  return useSent(useTask(flow, run, task).task?.artifacts ?? undefined, send);
}

function TaskInfo({ context, send }: FeedProps): null {
  const { flow = "", run = "", task: id = "", attempt } = context;
  const { bundle } = useRun(flow, run);
  const { task } = useTask(flow, run, id);
  return useSent(bundle && task && taskInfo(bundle, task, attempt), send);
}

function RunMetadata({ context, send }: FeedProps): null {
  const { flow = "", run = "" } = context;
  const { bundle } = useRun(flow, run);
  const own = useOwn([flow, "runs", run, "metadata"]);
  return useSent(bundle && own && { ...runFacts(bundle), ...own }, send);
}

function Metadata({ context, send }: FeedProps): null {
  const { flow = "", run = "", step = "", task: id = "", attempt } = context;
  const { bundle } = useRun(flow, run);
  const { task } = useTask(flow, run, id);
  const own = useOwn([flow, "runs", run, "steps", step, "tasks", id, "metadata"], task?.seq);
  return useSent(bundle && task && own && { ...taskFacts(bundle, task, attempt), ...own }, send);
}

/** What a Metaflow client recorded itself, if it was one. */
function useOwn(words: readonly string[], seq?: number): Facts | undefined {
  const path = `/flows/${words.map(encodeURIComponent).join("/")}`;
  const { data, error } = useQuery({
    queryKey: ["own-metadata", path, seq],
    queryFn: async ({ signal }) => dataOf(await (await ask(base + path, "application/json", signal)).json()),
    placeholderData: (before) => before,
    retry: false,
  });
  return data ?? (error ? {} : undefined);
}
