import type { RunBundle } from "~/api/types";

/** Something to be copied: what it is called and what it says. */
export interface Command {
  label: string;
  text: string;
}

/** What people do with a run elsewhere, ready to be pasted. */
export function commandsOf(bundle: RunBundle): Command[] {
  const { flow, run } = bundle;
  const path = `${flow}/${run}`;
  const script = scriptOf(bundle);
  const commands = [{ label: "Show it", text: `spinloom show ${quoted(path)}` }];
  commands.push({ label: "Its logs", text: `spinloom logs ${quoted(path)}` });
  if (script) {
    commands.push({
      label: "Resume it",
      text: `spinloom resume ${quoted(script)} --origin-run-id ${quoted(run)}`,
    });
    const last = bundle.graph.at(-1)?.step ?? "end";
    commands.push({
      label: "Dump artifacts",
      text: `spinloom dump ${quoted(script)} ${quoted(`${run}/${last}`)}`,
    });
  }
  commands.push({ label: "Python", text: `from spinloom import Run\nrun = Run(${JSON.stringify(path)})` });
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
