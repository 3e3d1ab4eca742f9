/**
 * The timeline of a run of 50,000 tasks in a real browser: how long until it is there, how long frames take, how much memory it has.
 *
 * Usage: node timeline.mjs [--program PATH] [--store DIR] [--base URL] [--tasks N] [--times N] [--json]
 *
 * Without `--base` a server is started over a store that `synthetic.py` makes. With it, the pages of that address are measured. Needs
 * `npm ci` in `ui/` and Debian's Chromium.
 */

import { parseArgs } from "node:util";
import { CHROMIUM, chromium, heap, SIZE, serveMade, spread, WORDS } from "./common.mjs";
import { plainBrowser } from "./plain.mjs";

const { values: options } = parseArgs({
  options: {
    ...WORDS,
    store: { type: "string" },
    tasks: { type: "string", default: "50000" },
    times: { type: "string", default: "5" },
  },
});

const RUN = "/BigFlow/1/view/timeline";
/** How long each way of moving is gone on with, ms. */
const MOVING = 3000;

/** Notes long tasks, and how long the scripts of each frame take: put into the page before its own. */
function watch() {
  window.watched = { long: [], scripts: [], frames: [] };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.watched.long.push([entry.startTime, entry.duration]);
  }).observe({ type: "longtask", buffered: true });
  const request = window.requestAnimationFrame.bind(window);
  let frame = 0;
  let spent = 0;
  window.requestAnimationFrame = (callback) =>
    request((time) => {
      if (time !== frame) {
        if (frame > 0) window.watched.scripts.push(spent);
        frame = time;
        spent = 0;
      }
      const before = performance.now();
      callback(time);
      spent += performance.now() - before;
    });
  window.sample = (ms) =>
    new Promise((resolve) => {
      const frames = [];
      window.watched.scripts = [];
      const start = performance.now();
      let last = 0;
      const next = (time) => {
        if (last > 0) frames.push(time - last);
        last = time;
        if (performance.now() - start < ms) request(next);
        else resolve({ frames, scripts: window.watched.scripts });
      };
      request(next);
    });
}

/** What is known of a page some time after its timeline was drawn. */
const FACTS = `performance.getEntriesByName("timeline drawn")[0]?.startTime < performance.now() - 1500 && (() => {
  const resources = performance.getEntriesByType("resource");
  return {
    paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
    complete: performance.getEntriesByName("timeline drawn")[0].startTime,
    long: window.watched.long,
    tasks: Number(document.querySelector("[data-tasks]")?.getAttribute("data-tasks")),
    requests: resources.length,
    bytes: resources.reduce((sum, { transferSize }) => sum + transferSize, 0),
  };
})()`;

/** Opens the run where nothing is known of it, again and again; says when what was there, ms after the address was entered. */
async function opening(base) {
  const browser = await plainBrowser();
  const loads = [];
  for (let n = 0; n < Number(options.times); n++) {
    const tab = await browser.open(await browser.context(), base + RUN, [watch]);
    const facts = await tab.until(FACTS);
    await tab.close();
    const of = (long) => long.map(([, took]) => took);
    const after = facts.long.filter(([at]) => at > facts.complete);
    const main = of(facts.long).reduce((sum, took) => sum + took, 0);
    loads.push({ ...facts, main, longest: Math.max(0, ...of(facts.long)), longestAfter: Math.max(0, ...of(after)) });
  }
  await browser.close();
  return loads;
}

/** The run, drawn, to be moved about. */
async function open(browser, base) {
  const page = await browser.newPage({ viewport: SIZE });
  await page.addInitScript(watch);
  await page.goto(base + RUN, { waitUntil: "commit" });
  await page.waitForFunction(() => performance.getEntriesByName("timeline drawn").length > 0);
  await page.waitForTimeout(1500);
  return page;
}

/** Frames while something is moved. */
async function moving(page, move) {
  const frames = page.evaluate((ms) => window.sample(ms), MOVING);
  const until = Date.now() + MOVING;
  for (let step = 0; Date.now() < until; step++) await move(step);
  const { frames: intervals, scripts } = await frames;
  return { interval: spread(intervals), script: spread(scripts) };
}

async function frames(page) {
  const box = await page.locator("canvas").last().boundingBox();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const wheel = async (dy, ctrl) => {
    if (ctrl) await page.keyboard.down("Control");
    await page.mouse.wheel(0, dy);
    if (ctrl) await page.keyboard.up("Control");
  };
  const found = {};
  await page.mouse.move(x, y);
  await page.keyboard.press("f");
  await page.waitForTimeout(400);
  found["scroll, all of the time seen"] = await moving(page, (step) => wheel(step % 40 < 20 ? 60 : -60, false));
  found["zoom in and out"] = await moving(page, (step) => wheel(step % 60 < 30 ? -40 : 40, true));
  await page.keyboard.press("f");
  await page.waitForTimeout(400);
  for (let i = 0; i < 12; i++) await wheel(-100, true);
  await page.mouse.down();
  found["drag, a tenth of the time seen"] = await moving(page, (step) => page.mouse.move(x + 300 * Math.sin(step / 12), y + 60 * Math.sin(step / 9)));
  await page.mouse.up();
  found["point at bars"] = await moving(page, (step) => page.mouse.move(x + 200 * Math.sin(step / 15), y + 100 * Math.cos(step / 11)));
  return found;
}

async function main() {
  const { base, stop } = await serveMade(options, ["--runs", "20000", "--complete", "1000", "--tasks", options.tasks]);
  const loads = await opening(base);
  const browser = await chromium.launch(CHROMIUM);
  try {
    const page = await open(browser, base);
    const { tasks, requests, bytes } = loads.at(-1);
    const result = {
      tasks,
      requests,
      kilobytes: Math.round(bytes / 1000),
      load: {
        "first paint": spread(loads.map(({ paint }) => paint)),
        "complete and drawn": spread(loads.map(({ complete }) => complete)),
        "longest task of the main thread": spread(loads.map(({ longest }) => longest)),
        "longest after it is drawn": spread(loads.map(({ longestAfter }) => longestAfter)),
        "long tasks together": spread(loads.map(({ main }) => main)),
      },
      memory: await heap(browser, page),
      frames: await frames(page),
    };
    if (options.json) process.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
    else print(result);
  } finally {
    await browser.close();
    stop();
  }
}

function print({ tasks, requests, kilobytes, load: loaded, memory: used, frames: moved }) {
  const ms = (value) => `${value.toFixed(1)} ms`;
  const lines = [`${tasks} tasks, ${requests} requests, ${kilobytes} kB`, "", "| what | p50 | p95 |", "|---|---|---|"];
  for (const [name, { p50, p95 }] of Object.entries(loaded)) lines.push(`| ${name} | ${ms(p50)} | ${ms(p95)} |`);
  for (const [name, { interval, script }] of Object.entries(moved)) {
    lines.push(`| ${name}: from frame to frame | ${ms(interval.p50)} | ${ms(interval.p95)} |`);
    lines.push(`| — script of a frame | ${ms(script.p50)} | ${ms(script.p95)} |`);
  }
  lines.push(`| memory: JavaScript heap, the whole tab | ${used.heap.toFixed(0)} MB | ${used.tab.toFixed(0)} MB |`);
  process.stdout.write(`${lines.join("\n")}\n`);
}

await main();
