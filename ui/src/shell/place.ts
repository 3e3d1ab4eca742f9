import type { Resolved } from "~/api/types";

/** Where in the pages one is. */
export interface Place {
  flow?: string;
  run?: string;
  step?: string;
  task?: string;
}

/** The pathspec of a place: `TrainFlow/12/train/5`; empty where there is none. */
export function pathspecOf({ flow, run, step, task }: Place): string {
  const parts = [flow, run, step, task];
  const end = parts.indexOf(undefined);
  return (end < 0 ? parts : parts.slice(0, end)).join("/");
}

/** The address of a place. */
export function addressOf({ flow, run, step, task }: Place): string {
  const word = encodeURIComponent;
  if (flow === undefined) return "/";
  if (run === undefined) return `/${word(flow)}`;
  if (step === undefined) return `/${word(flow)}/${word(run)}/view/timeline`;
  if (task === undefined) return `/${word(flow)}/${word(run)}/view/timeline?steps=${word(step)}`;
  return `/${word(flow)}/${word(run)}/${word(step)}/${word(task)}`;
}

/** The address of what a pasted text means. */
export function addressOfResolved(found: Resolved): string {
  const { flow, run, step, task, artifact } = found;
  const address = addressOf({
    flow,
    ...(run != null && { run }),
    ...(step != null && { step }),
    ...(task != null && { task: String(task) }),
  });
  return artifact ? `${address}?section=artifacts&artifact=${encodeURIComponent(artifact)}` : address;
}

/** Something that was pasted: an address of these pages, or what the server is to be asked about. */
export type Pasted = { kind: "page"; address: string } | { kind: "ask"; text: string };

/**
 * What a pasted text is. Quotes, `Run("…")` and the like of a notebook round a pathspec are taken off; an address of this very server is
 * gone to with all it says of the view. `below` is the path that the server is below.
 */
export function pasted(text: string, origin: string, below = ""): Pasted {
  const bare = unwrapped(text.trim());
  if (/^https?:\/\//.test(bare)) {
    try {
      const url = new URL(bare);
      const path = url.pathname.startsWith(`${below}/`) ? url.pathname.slice(below.length) : undefined;
      if (url.origin === origin && path && !path.startsWith("/api/")) {
        return { kind: "page", address: path + url.search + url.hash };
      }
      return { kind: "ask", text: url.href };
    } catch {
      // Not an address after all.
    }
  }
  return { kind: "ask", text: bare.replace(/\s*\/\s*/g, "/").replace(/^\/+|\/+$/g, "") };
}

function unwrapped(text: string): string {
  const call = /^(?:metaflow\.|spinloom\.)?(?:Flow|Run|Step|Task|DataArtifact)\(\s*(["'])(.*?)\1\s*\)/.exec(
    text,
  );
  if (call) return call[2] ?? "";
  const quoted = /^(["'`])(.*)\1$/.exec(text);
  return quoted ? (quoted[2] ?? "").trim() : text;
}

/** Whether a text looks like something to go to, and not like words to look for. */
export function looksLikePlace(text: string): boolean {
  const bare = text.trim();
  return (
    bare !== "" &&
    (!/\s/.test(bare) ? /[/]|^\d+$|^[A-Z]\w+$/.test(bare) : /^\S+( *\/ *\S+)+$|^\w+\(["']/.test(bare))
  );
}
