/** What can be put into a template, by name. Nothing is put in for what is not known: then there is no text. */
export type Values = (name: string) => string | undefined;

/** A template filled in; nothing, if something in it is not known here. */
export function fill(
  template: string,
  values: Values,
  written: (text: string) => string = String,
): string | undefined {
  let known = true;
  const text = template.replace(/\{([^{}]*)\}/g, (_, name: string) => {
    const value = values(name);
    if (value === undefined || value === "") known = false;
    return written(value ?? "");
  });
  return known ? text : undefined;
}

/** An address filled in: what is put into it is escaped, and it leads to a page, whatever is in it. */
export function address(template: string, values: Values): string | undefined {
  const text = fill(template, values, encodeURIComponent);
  if (text === undefined) return undefined;
  try {
    const url = new URL(text, window.location.href);
    return url.protocol === "https:" || url.protocol === "http:" ? text : undefined;
  } catch {
    return undefined;
  }
}

/** What templates know of every run. */
export interface RunValues {
  flow: string;
  run: string;
  user: string;
  status: string;
  started_at: number;
  finished_at?: number | null | undefined;
  tags: readonly string[];
  system_tags: readonly string[];
}

/** The values of a run. One that goes on finishes now. */
export function ofRun(run: RunValues): Values {
  const finished = run.finished_at ?? Date.now() * 1000;
  const times: Record<string, number> = {
    started_ms: run.started_at / 1e3,
    finished_ms: finished / 1e3,
    started_s: run.started_at / 1e6,
    finished_s: finished / 1e6,
  };
  const texts: Record<string, string> = { flow: run.flow, run: run.run, user: run.user, status: run.status };
  return (name) => {
    if (Object.hasOwn(texts, name)) return texts[name];
    if (Object.hasOwn(times, name)) return String(Math.floor(times[name] ?? 0));
    if (!name.startsWith("tag:")) return undefined;
    const start = `${name.slice(4)}:`;
    const found = [...run.tags, ...run.system_tags].find((tag) => tag.startsWith(start));
    return found?.slice(start.length);
  };
}
