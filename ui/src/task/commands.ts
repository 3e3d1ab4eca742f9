import type { TaskDetail } from "~/api/types";

/** A command to copy. */
export interface Command {
  readonly label: string;
  /** What it does, in a few words. */
  readonly what: string;
  readonly text: string;
}

const KNOWN: Record<string, readonly [label: string, what: string]> = {
  spin: ["Spin", "run this step again with these inputs, in seconds"],
  resume: ["Resume", "go on with the run from this step"],
  logs: ["Logs", "read what it wrote, in a terminal"],
  show: ["Show", "look at it in a terminal"],
  python: ["Notebook", "load this task in Python"],
};

/** What people do with a task elsewhere, what they do most often first. */
export function commandsOf(task: TaskDetail, attempt: number): Command[] {
  const given = new Map(task.commands.map(({ name, text }) => [name, text]));
  const latest = task.attempts.at(-1)?.attempt ?? 0;
  const logs = given.get("logs");
  if (logs && attempt !== latest) given.set("logs", `${logs} --attempt ${attempt}`);
  const python = given.get("python");
  if (python)
    given.set(
      "python",
      attempt === latest ? python : python.replace(/Task\((".*")\)/, `Task($1, attempt=${attempt})`),
    );
  const commands = Object.entries(KNOWN).flatMap(([name, [label, what]]) => {
    const text = given.get(name);
    return text ? [{ label, what, text }] : [];
  });
  const dump = dumpOf(given.get("spin"));
  if (dump) commands.splice(3, 0, { label: "Dump", what: "print its artifacts", text: dump });
  return commands;
}

/** `spin` and `dump` are told the same: a flow's file, and a task. */
function dumpOf(spin: string | undefined): string | undefined {
  return spin?.replace(/^spinloom spin /, "spinloom dump ");
}
