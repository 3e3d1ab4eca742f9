// Fails if the pages have become too big: `npm run size`, after a build. Sizes are those of brotli at its best, as they are sent.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

const KB = 1000;
/** What each page may add to what every page has, kB; and what all may be together. */
const LIMITS = { first: 150, sum: 350, lazy: 25, pages: { "src/run/RunPage.tsx": 45 } };

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

/** The files that are loaded with a chunk, without those it loads later. */
function loaded(key, into = new Set(), seen = new Set()) {
  if (seen.has(key)) return into;
  seen.add(key);
  const chunk = manifest[key];
  into.add(chunk.file);
  for (const css of chunk.css ?? []) into.add(css);
  for (const next of chunk.imports ?? []) loaded(next, into, seen);
  return into;
}

const total = (files) => [...files].reduce((sum, file) => sum + size(file), 0);
const without = (files, others) => new Set([...files].filter((file) => !others.has(file)));
const entry = Object.keys(manifest).find((key) => manifest[key].isEntry);
const base = loaded(entry);
const runs = "src/runs/RunsPage.tsx";
const first = new Set([...base, ...(manifest[runs] ? loaded(runs) : [])]);
const run = "src/run/RunPage.tsx";
const withRun = new Set([...base, ...(manifest[run] ? loaded(run) : [])]);

const lines = [
  ["every page", total(base), undefined],
  ["first load of the runs page", total(first), LIMITS.first],
];
const lazy = Object.keys(manifest).filter((key) => manifest[key].isDynamicEntry);
for (const key of lazy.sort()) {
  // A tab comes on top of the page of a run, a page on top of what every page has.
  const below = key === run || key === runs || /Page\.tsx$/.test(key) ? base : withRun;
  lines.push([
    `+ ${key.replace(/^src\//, "")}`,
    total(without(loaded(key), below)),
    LIMITS.pages[key] ?? LIMITS.lazy,
  ]);
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
