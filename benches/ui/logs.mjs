/**
 * The log of a task in a real browser: how long until its end is there, whether scrolling shows blanks, how long jumps and searches take.
 *
 * Usage: node logs.mjs [--program PATH] [--base URL --path /Flow/run/step/task] [--lines N] [--times N] [--json]
 *
 * Without `--base` a flow that writes so many lines is run in a folder of its own, and a server is started there. Needs `npm ci` in
 * `ui/` and Debian's Chromium.
 */

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { addressOf, CHROMIUM, chromium, pause, SIZE, spread, WORDS } from "./common.mjs";
import { plainBrowser } from "./plain.mjs";

const { values: options } = parseArgs({
  options: {
    ...WORDS,
    path: { type: "string", default: "/LoudFlow/1/start/1" },
    lines: { type: "string", default: "1000000" },
    times: { type: "string", default: "11" },
  },
});

const FLOW = `
from spinloom import FlowSpec, step

class LoudFlow(FlowSpec):
    @step
    def start(self):
        lines = (f"\\x1b[2m{n:07d}\\x1b[0m epoch {n % 97} loss={1 / (n + 1):.6f} lr=0.001" for n in range(${options.lines}))
        print("\\n".join(line + " needle" if n % 10_000 == 77 else line for n, line in enumerate(lines)))
        self.next(self.end)

    @step
    def end(self):
        pass

if __name__ == "__main__":
    LoudFlow()
`;

/** What is aimed at, ms: see issue 8. */
const OPENS_WITHIN = 300;
const LINES = "[aria-label='lines of the log']";

/** A server over a store with the log. */
async function serve() {
  if (options.base) return { base: options.base, stop: () => {} };
  const folder = mkdtempSync(join(tmpdir(), "spinloom-logs-"));
  writeFileSync(join(folder, "loud.py"), FLOW);
  const env = { ...process.env, SPINLOOM_USER: "bench" };
  const words = ["--quiet", "run", "loud.py", "--max-log-size", "500"];
  const ran = spawnSync(options.program, words, { cwd: folder, env, stdio: "inherit" });
  if (ran.status !== 0) throw new Error("the flow did not run");
  const server = spawn(options.program, ["server", "--port", "0"], { cwd: folder });
  const base = await addressOf(server);
  const stop = () => {
    server.removeAllListeners("exit");
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  };
  return { base, stop };
}

/** Notes when the last line of the log was painted: put into the page before its own scripts. */
function watch(total) {
  const look = () => {
    const last = document.querySelector(`[data-line="${total - 1}"]`);
    if (!last || last.textContent.length < 10) return requestAnimationFrame(look);
    // The next frame begins when this one has been painted.
    requestAnimationFrame(() => {
      window.opened = performance.now();
    });
  };
  requestAnimationFrame(look);
}

async function opening(base, total) {
  const browser = await plainBrowser();
  const times = [];
  // The first one fills the caches of browser and server, and is told apart. A context of its own would keep no compiled code.
  for (let n = 0; n <= Number(options.times); n++) {
    const tab = await browser.open(undefined, base + options.path, [watch, total]);
    times.push(await tab.until("window.opened"));
    // What follows is not what is measured, but not to be measured with the next page either.
    await pause(1000);
    await tab.close();
  }
  await browser.close();
  return { first: times[0], again: spread(times.slice(1)) };
}

/** Scrolls as a wheel does, and looks in each frame at what part of the view has no row, or a row without its text. */
async function scrolling(page, deltas) {
  return page.evaluate(
    async ([selector, steps]) => {
      const place = document.querySelector(selector);
      const [frames, empty, waiting] = [[], [], []];
      let before = performance.now();
      for (const step of steps) {
        place.scrollTop += step;
        await new Promise((done) => requestAnimationFrame(done));
        const now = performance.now();
        frames.push(now - before);
        before = now;
        const view = place.getBoundingClientRect();
        let covered = 0;
        let missing = 0;
        for (const row of place.querySelectorAll("[data-line]")) {
          const { top, bottom } = row.getBoundingClientRect();
          const seen = Math.max(0, Math.min(bottom, view.bottom) - Math.max(top, view.top));
          covered += seen;
          if (seen > 0 && !row.querySelector("[dir=auto]")) missing += seen;
        }
        empty.push(Math.max(0, 1 - covered / place.clientHeight));
        waiting.push(missing / place.clientHeight);
      }
      const share = (of) => of.filter((part) => part > 0.02).length / of.length;
      return { frames, empty: share(empty), waiting: share(waiting) };
    },
    [LINES, deltas],
  );
}

async function jumping(page) {
  const times = [];
  for (const part of [0.5, 0.1, 0.9, 0.3, 0.7]) {
    times.push(
      await page.evaluate(
        async ([selector, to]) => {
          const place = document.querySelector(selector);
          const began = performance.now();
          place.scrollTop = place.scrollHeight * to;
          for (;;) {
            await new Promise((done) => requestAnimationFrame(done));
            const view = place.getBoundingClientRect();
            const rows = [...place.querySelectorAll("[data-line]")].filter((row) => {
              const { top, bottom } = row.getBoundingClientRect();
              return bottom > view.top && top < view.bottom;
            });
            if (rows.length > 5 && rows.every((row) => row.querySelector("[dir=auto]"))) return performance.now() - began;
          }
        },
        [LINES, part],
      ),
    );
  }
  return spread(times);
}

async function searching(page) {
  const began = performance.now();
  await page.getByRole("textbox", { name: "search the whole log" }).fill("needle");
  await page.waitForFunction(() => /\/\d+$/.test(document.querySelector("search output")?.textContent ?? ""), undefined, {
    timeout: 60_000,
  });
  return { ms: performance.now() - began, found: await page.locator("search output").textContent() };
}

const { base, stop } = await serve();
const total = Number(options.lines);
const opened = await opening(base, total);
const browser = await chromium.launch(CHROMIUM);
try {
  const page = await browser.newPage({ viewport: SIZE });
  await page.addInitScript(watch, total);
  await page.goto(base + options.path);
  await page.waitForFunction(() => window.opened);
  const wheel = await scrolling(page, new Array(180).fill(-120));
  const fling = await scrolling(page, new Array(120).fill(-900));
  const jumps = await jumping(page);
  const search = await searching(page);
  const heap = await page.evaluate(() => performance.memory?.usedJSHeapSize ?? 0);
  const result = {
    lines: total,
    opened,
    wheel: { frames: spread(wheel.frames), empty: wheel.empty, waiting: wheel.waiting },
    fling: { frames: spread(fling.frames), empty: fling.empty, waiting: fling.waiting },
    jumps,
    search,
    heapMB: heap / 1e6,
  };
  if (options.json) console.log(JSON.stringify(result, null, 1));
  else {
    const ms = (of) => `p50 ${of.p50.toFixed(0)} ms, p95 ${of.p95.toFixed(0)} ms`;
    const blanks = (of) => `${(of.empty * 100).toFixed(0)} % of frames with blanks, ${(of.waiting * 100).toFixed(0)} % with lines on their way`;
    console.log(`${total} lines; aim: opens within ${OPENS_WITHIN} ms`);
    console.log(`opens at its end: first ${opened.first.toFixed(0)} ms; then ${ms(opened.again)}`);
    console.log(`wheel: frames ${ms(result.wheel.frames)}; ${blanks(result.wheel)}`);
    console.log(`fling: frames ${ms(result.fling.frames)}; ${blanks(result.fling)}`);
    console.log(`jump to lines that were not read: ${ms(jumps)}`);
    console.log(`search of all: ${search.ms.toFixed(0)} ms (${search.found}); memory ${result.heapMB.toFixed(0)} MB`);
  }
} finally {
  await browser.close();
  stop();
}
