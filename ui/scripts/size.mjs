// Fails if the pages have become too big: `npm run size`, after a build. Sizes are those of brotli at its best, as they are sent.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

const KB = 1000;
/** What each page may add to what every page has, kB; and what all may be together. */
const LIMITS = {
  first: 150,
  sum: 350,
  lazy: 25,
  pages: { "src/run/RunPage.tsx": 45, "src/task/TaskPage.tsx": 30 },
};

const dist = new URL("../dist/", import.meta.url).pathname;
const manifest = JSON.parse(readFileSync(join(dist, ".vite/manifest.json"), "utf8"));
const sizes = new Map();

function size(file) {
  if (!sizes.has(file)) sizes.set(file, packed(file));
  return sizes.get(file);
}

function packed(file) {
  try {
    return statSync(join(dist, `${file}.br`)).size;
  } catch {
    return brotliCompressSync(readFileSync(join(dist, file))).length;
  }
}

/** The chunks that are loaded with a chunk, without those it loads later. */
function together(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key].imports ?? []) together(next, seen);
  return seen;
}

const filesOf = (chunks) =>
  new Set([...chunks].flatMap((key) => [manifest[key].file, ...(manifest[key].css ?? [])]));
const total = (files) => [...files].reduce((sum, file) => sum + size(file), 0);
const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
/** The styles of all pages, which the document names. */
const STYLES = "style.css";
const lazy = Object.keys(manifest).filter((key) => manifest[key].isDynamicEntry);

/** Which chunks can ask for each of those that are loaded later. */
const askers = new Map(lazy.map((key) => [key, []]));
for (const one of [entry, ...lazy]) {
  for (const chunk of together(one)) {
    for (const key of manifest[chunk].dynamicImports ?? []) if (key !== one) askers.get(key)?.push(one);
  }
}

/** What is there for sure when a chunk is asked for: what all have loaded that can ask for it. Found by striking out. */
const everything = filesOf(Object.keys(manifest));
const there = new Map(lazy.map((key) => [key, everything]));
for (let changed = true; changed; ) {
  changed = false;
  for (const key of lazy) {
    const sets = askers
      .get(key)
      .map((one) => new Set([...filesOf(together(one)), ...(there.get(one) ?? [])]));
    const known = there.get(key);
    const now = [...known].filter((file) => sets.every((set) => set.has(file)));
    if (now.length === known.size) continue;
    there.set(key, new Set(now));
    changed = true;
  }
}

const base = filesOf([...together(entry), STYLES]);
const runs = "src/runs/RunsPage.tsx";
const first = new Set([...base, ...(manifest[runs] ? filesOf(together(runs)) : [])]);
const lines = [
  ["every page", total(base), undefined],
  ["first load of the runs page", total(first), LIMITS.first],
];
for (const key of lazy.sort()) {
  const added = [...filesOf(together(key))].filter((file) => !there.get(key).has(file));
  lines.push([`+ ${key.replace(/^src\//, "")}`, total(added), LIMITS.pages[key] ?? LIMITS.lazy]);
}
const all = new Set(
  Object.values(manifest).flatMap((chunk) => [chunk.file, ...(chunk.css ?? []), ...(chunk.assets ?? [])]),
);
const scripts = [...all].filter((file) => /\.(js|css)$/.test(file));
lines.push(["everything", total(scripts), LIMITS.sum]);

let over = 0;
for (const [name, bytes, limit] of lines) {
  // The runs page is held by the first load.
  const held = name === `+ ${runs.replace(/^src\//, "")}` ? undefined : limit;
  const bad = held !== undefined && bytes > held * KB;
  if (bad) over += 1;
  const of = held === undefined ? "" : ` of ${held}`;
  console.log(`${bad ? "✗" : " "} ${(bytes / KB).toFixed(1).padStart(7)}${of.padEnd(7)} kB  ${name}`);
}
if (over > 0) {
  console.error(`\n${over} too big`);
  process.exit(1);
}
