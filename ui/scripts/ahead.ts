import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Manifest, Plugin } from "vite";

/** What a page needs that its document does not name: modules of `src/`, and what it asks the API for at once. */
export interface Ahead {
  /** Addresses, `{name}` for any word. */
  path: string;
  modules: string[];
  /** With the words of `path`. */
  asks?: string[];
}

/** A page as the server knows it. */
interface Page {
  path: string;
  scripts: string[];
  styles: string[];
  asks: string[];
}

/**
 * Writes `ahead.json`: the server names in each document what its page will want, so that a browser fetches that together with the first
 * script instead of finding it out one after the other.
 */
export function ahead(pages: readonly Ahead[]): Plugin {
  let folder = "";
  return {
    name: "ahead",
    apply: "build",
    configResolved(config) {
      folder = resolve(config.root, config.build.outDir);
    },
    async closeBundle() {
      const manifest: Manifest = JSON.parse(await readFile(join(folder, ".vite/manifest.json"), "utf8"));
      const known = pages.map((page) => wanted(manifest, page));
      await writeFile(join(folder, "ahead.json"), JSON.stringify(known));
    },
  };
}

function wanted(manifest: Manifest, { path, modules, asks = [] }: Ahead): Page {
  const entry = Object.keys(manifest).filter((key) => manifest[key]?.isEntry);
  const there = together(manifest, entry);
  const chunks = [...together(manifest, modules)].filter((key) => !there.has(key));
  const scripts = chunks.flatMap((key) => manifest[key]?.file ?? []);
  const styles = new Set(chunks.flatMap((key) => manifest[key]?.css ?? []));
  return { path, scripts, styles: [...styles], asks };
}

/** Chunks that come with others. */
function together(manifest: Manifest, keys: readonly string[], seen = new Set<string>()): Set<string> {
  for (const key of keys) {
    const chunk = manifest[key];
    if (!chunk) throw new Error(`${key} is no chunk: is it named rightly in \`ahead\`?`);
    if (seen.has(key)) continue;
    seen.add(key);
    together(manifest, chunk.imports ?? [], seen);
  }
  return seen;
}
