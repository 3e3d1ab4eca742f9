import type { ReactElement } from "react";
import { ask, get, urlOf } from "~/api/client";
import { Button, IconButton } from "~/parts/Button";
import { copyText } from "~/parts/clipboard";
import type { MenuItem } from "~/parts/Menu";
import { toast } from "~/parts/toast";
import { plural } from "~/theme/format";
import { plainText } from "./ansi";
import css from "./LogViewer.module.css";
import { type LogParams, writeLines } from "./params";
import type { Range } from "./pieces";
import { LOG, type Log, type LogOf } from "./useLog";

const RAW = "/api/v1/flows/{flow}/runs/{run}/tasks/{task}/attempts/{attempt}/log/raw";
/** A larger log is downloaded, not copied, bytes. */
const COPIED = 20_000_000;
/** So many lines are copied at most: one answer. */
const MOST = 10_000;

/** What can be done with a whole log. */
export function useTakeAway(of: LogOf, params: LogParams, log: Log): readonly MenuItem[] {
  const { stream } = params;
  const raw = urlOf(RAW, { path: { ...of }, query: { stream } });
  const copyAll = async () => {
    const text = await ask(raw, "text/plain").then((answer) => answer.text());
    await copyText(plainLines(text), "log");
  };
  const open = (download: boolean) => {
    const link = document.createElement("a");
    link.href = raw;
    if (download) link.download = "";
    else link.target = "_blank";
    link.rel = "noopener";
    link.click();
  };
  const showRaw = async () => {
    // What the server answers is to be saved; here it is to be looked at, as text.
    const text = await ask(raw, "text/plain").then((answer) => answer.text());
    const at = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
    window.open(at, "_blank", "noopener");
    window.setTimeout(() => URL.revokeObjectURL(at), 60_000);
  };
  const failed = (error: unknown) =>
    toast(`the log cannot be read: ${error instanceof Error ? error.message : error}`);
  const small = log.extent.bytes <= COPIED;
  return [
    { label: "Copy the log", icon: "copy", disabled: !small, onSelect: () => void copyAll().catch(failed) },
    { label: "Download", icon: "download", onSelect: () => open(true) },
    {
      label: "Open as plain text",
      icon: "external",
      disabled: !small,
      onSelect: () => void showRaw().catch(failed),
    },
    "line",
    {
      label: "Copy link to this view",
      icon: "link",
      onSelect: () => void copyText(window.location.href, "link"),
    },
    {
      label: "Copy command",
      icon: "terminal",
      onSelect: () => void copyText(command(of, stream), "command"),
    },
  ];
}

function plainLines(text: string): string {
  return text.split("\n").map(plainText).join("\n");
}

function command({ flow, run, step, task, attempt }: LogOf, stream: LogParams["stream"]): string {
  const only = stream === "both" ? "" : ` --${stream}`;
  return `spinloom logs ${flow}/${run}/${step}/${task} --attempt ${attempt}${only}`;
}

/** What can be done with lines that are pointed at. */
export function SelectedLines({
  of,
  params,
  lines,
  onClear,
}: {
  of: LogOf;
  params: LogParams;
  lines: Range;
  onClear: () => void;
}): ReactElement {
  const [from, to] = lines;
  const count = to - from + 1;
  const copy = async () => {
    const query = { stream: params.stream, from, count: Math.min(count, MOST) };
    const answer = await get(LOG, { path: { ...of }, query });
    await copyText(
      answer.lines.map((line) => plainText(line.text)).join("\n"),
      plural(answer.lines.length, "line"),
    );
    if (count > MOST) toast(`the first ${MOST} lines were copied`);
  };
  const link = () => {
    const url = new URL(window.location.href);
    url.searchParams.set("line", String(writeLines(lines)));
    url.hash = "";
    return copyText(url.href, "link");
  };
  return (
    <span className={css.selected}>
      {count === 1 ? `line ${from + 1}` : `lines ${from + 1}–${to + 1}`}
      <Button
        small
        look="plain"
        icon="copy"
        onClick={() => void copy().catch((error: unknown) => toast(String(error)))}
      >
        Copy
      </Button>
      <Button small look="plain" icon="link" onClick={() => void link()}>
        Copy link
      </Button>
      <IconButton small icon="close" label="select nothing" onClick={onClear} />
    </span>
  );
}
