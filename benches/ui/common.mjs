// What measurements in a browser have in common: a server to look at, and figures told alike.

import { spawn, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of these programs. */
const here = dirname(fileURLToPath(import.meta.url));
/** What is measured unless another is named: the release build that `./setup --bench` installs. */
const PROGRAM = join(here, "../../.venv-bench/bin/spinloom");
export const { chromium } = createRequire(join(here, "../../ui/package.json"))("@playwright/test");
/** Words of the command line that all of them take. */
export const WORDS = {
  program: { type: "string", default: PROGRAM },
  base: { type: "string" },
  json: { type: "boolean", default: false },
};
/** How Chromium is started. */
export const CHROMIUM = { executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] };
/** The window. */
export const SIZE = { width: 1280, height: 720 };

/** Waits so long, ms. */
export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function percentile(values, percent) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Number.NaN;
}

/** Figures of many, in the unit they are in. */
export const spread = (values) => ({ p50: percentile(values, 50), p95: percentile(values, 95), max: Math.max(...values), n: values.length });

/** Where a server that was just started listens, once it says so. */
export function addressOf(server) {
  return new Promise((resolve, reject) => {
    let text = "";
    const hear = (piece) => {
      text += piece;
      const found = /http:\/\/[\d.]+:\d+/.exec(text);
      if (found) resolve(found[0]);
    };
    server.stdout.on("data", hear);
    server.stderr.on("data", hear);
    process.once("exit", () => server.kill());
    server.on("exit", () => reject(new Error(`the server ended: ${text}`)));
  });
}

/** A server over the store `synthetic.py` makes with some arguments, over one that is there (`store`), or one that runs (`base`). */
export async function serveMade({ base, store: given, program }, made) {
  if (base) return { base, stop: () => {} };
  const folder = given ? undefined : mkdtempSync(join(tmpdir(), "spinloom-bench-"));
  const store = given ?? join(folder, "store");
  if (!existsSync(store)) spawnSync("python3", [join(here, "../synthetic.py"), store, ...made], { stdio: "inherit" });
  const server = spawn(program, ["server", "--port", "0", "--datastore-root", store]);
  const stop = () => {
    server.removeAllListeners("exit");
    server.kill();
    if (folder) rmSync(folder, { recursive: true, force: true });
  };
  return { base: await addressOf(server), stop };
}

/** Memory of a page, MB: its JavaScript heap, and all of the process that shows it, worker and canvases included. */
export async function heap(browser, page) {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const used = await session.send("Runtime.getHeapUsage");
  const all = await (await browser.newBrowserCDPSession()).send("SystemInfo.getProcessInfo");
  const renderers = all.processInfo.filter(({ type }) => type === "renderer");
  const sizes = renderers.map(({ id }) => {
    const text = readFileSync(`/proc/${id}/smaps_rollup`, "utf8");
    return Number(/^Pss:\s+(\d+)/m.exec(text)[1]) / 1024;
  });
  return { heap: (used.usedSize + (used.backingStorageSize ?? 0)) / 1e6, tab: Math.max(...sizes) };
}
