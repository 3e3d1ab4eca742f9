/** Whose artifact. */
export interface ArtifactOf {
  readonly flow: string;
  readonly run: string;
  readonly step: string;
  readonly task: string | number;
  /** Which attempt; the latest if none is named. */
  readonly attempt?: number | undefined;
  readonly name: string;
}

/** Parameters and constants of a run are those of a step that is none. */
export const PARAMETERS = "_parameters";

/** The pathspec of an artifact. */
export function pathspecOf({ flow, run, step, task, name }: ArtifactOf): string {
  return `${flow}/${run}/${step}/${task}/${name}`;
}

/** How Python loads it. */
export function pythonOf(of: ArtifactOf): string {
  const { flow, run, step, task, attempt, name } = of;
  if (step === PARAMETERS) return `from spinloom import Run\nRun(${quoted(`${flow}/${run}`)}).data.${name}`;
  const which = attempt === undefined ? "" : `, attempt=${attempt}`;
  return `from spinloom import Task\nTask(${quoted(`${flow}/${run}/${step}/${task}`)}${which})[${quoted(name)}].data`;
}

/** How a terminal saves it to a file. */
export function cliOf(of: ArtifactOf, kind: string | undefined): string {
  const ending =
    kind === "table"
      ? "csv"
      : kind === "scalar" || kind === "collection"
        ? "json"
        : kind === "text"
          ? "txt"
          : "pkl";
  return `spinloom artifact get ${word(pathspecOf(of))} -o ${word(`${of.name}.${ending}`)}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

function word(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
