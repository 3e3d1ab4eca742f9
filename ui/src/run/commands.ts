import type { RunBundle } from "~/api/types";
import type { IconName } from "~/parts/Icon";

/** Something to be copied: what it is called and what it says. */
export interface Command {
  label: string;
  text: string;
  icon: IconName;
}

/** What people do with a run elsewhere, ready to be pasted. */
export function commandsOf(bundle: RunBundle): Command[] {
  const { flow, run } = bundle;
  const path = `${flow}/${run}`;
  const script = scriptOf(bundle);
  const commands: Command[] = [];
  const say = (label: string, text: string, icon: IconName = "terminal") =>
    commands.push({ label, text, icon });
  say("show", `spinloom show ${quoted(path)}`);
  say("logs", `spinloom logs ${quoted(path)}`);
  if (script) {
    say("resume", `spinloom resume ${quoted(script)} --origin-run-id ${quoted(run)}`);
    // The last step that saved anything.
    const saved = bundle.graph.findLast((shape) => (bundle.state.steps[shape.step]?.done ?? 0) > 0);
    const last = saved?.step ?? "start";
    say("dump", `spinloom dump ${quoted(script)} ${quoted(`${run}/${last}`)}`);
  }
  say("Client code", `from spinloom import Run\nrun = Run(${JSON.stringify(path)})`, "code");
  return commands;
}

/** The flow's file, as commands name it. */
export function scriptOf(bundle: RunBundle): string | undefined {
  const { script, file } = bundle.info as Record<string, unknown>;
  return [script, file].find((name): name is string => typeof name === "string" && name !== "");
}

/** As a shell reads it as one word. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
