// Where a run's pages are. A name in an address is written so that any name can be.

type Search = Record<string, string | number | boolean | null | undefined>;

function address(words: (string | number)[], search: Search = {}): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== "") query.set(name, String(value));
  }
  const text = query.toString();
  const path = words.map((word) => encodeURIComponent(word)).join("/");
  return `/${path}${text === "" ? "" : `?${text}`}`;
}

/** A tab of a run. */
export function tabHref(flow: string, run: string, tab: string, search?: Search): string {
  return address([flow, run, "view", tab], search);
}

/** A run, at its first tab. */
export function runHref(flow: string, run: string): string {
  return address([flow, run]);
}

/** The flow of a run. */
export function flowHref(flow: string): string {
  return address([flow]);
}

/** The timeline with one step of a run alone. */
export function stepHref(flow: string, run: string, step: string): string {
  return tabHref(flow, run, "timeline", { steps: step });
}

/** Tasks of a run: of a step, in a state, or those that failed alike. */
export function tasksHref(
  flow: string,
  run: string,
  of: { step?: string; status?: string; failure?: number } = {},
): string {
  return tabHref(flow, run, "tasks", of);
}

/** A task, at one of its attempts and parts. */
export function taskHref(
  flow: string,
  run: string,
  step: string,
  task: number | string,
  at: { attempt?: number; section?: string } = {},
): string {
  return address([flow, run, step, task], at);
}

/** The code of a run: a file of it, a line, the lines of a step. */
export function codeHref(
  flow: string,
  run: string,
  at: { file?: string; line?: number; step?: string; against?: string } = {},
): string {
  return tabHref(flow, run, "code", at);
}

/** Runs side by side. */
export function compareHref(runs: string[], all = false): string {
  const query = runs.map((run) => `run=${encodeURIComponent(run)}`);
  if (all) query.push("all=true");
  return `/compare?${query.join("&")}`;
}

/** The runs that a query asks for. */
export function runsHref(query: string): string {
  return address([], { q: query });
}
