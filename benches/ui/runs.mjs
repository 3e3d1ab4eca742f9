/**
 * The page of runs in a real browser, over a million of them: how long until it has rows, and how long each filter takes.
 *
 * Usage: node runs.mjs [--program PATH] [--store DIR] [--base URL] [--runs N] [--times N] [--json]
 *
 * Without `--base` a server is started over a store that `synthetic.py` makes, or over `--store`. Needs `npm ci` in `ui/` and Debian's
 * Chromium.
 */

import { parseArgs } from "node:util";
import { CHROMIUM, chromium, heap, pause, serveMade, SIZE, spread, WORDS } from "./common.mjs";
import { plainBrowser } from "./plain.mjs";

const { values: options } = parseArgs({
  options: {
    ...WORDS,
    store: { type: "string" },
    runs: { type: "string", default: "1000000" },
    times: { type: "string", default: "7" },
  },
});

/** What is clicked, one after the other: a filter is put on, then taken off again. */
const FILTERS = [
  ["Status", "failed"],
  ["Status", "running"],
  ["Flow", "Flow001"],
  ["Flow", "Flow003"],
  ["User", "user01"],
  ["User", "user04"],
  ["Tag", "prod"],
  ["Project", "p04"],
];
/** What is written into the box. */
const QUERIES = ["-tag:prod -status:done dur>1h", "param.lr<0.001 status:done", "started>-30d", "needle", "4242"];

/** So long after the rows of one filter comes the next, ms: what follows them (counts, dots, rows beyond) is drawn by then. */
const CALM = 500;

/** Notes when rows are painted: put into the page before its own scripts. */
function watch() {
  const table = () => document.querySelector("[role=grid][aria-label=Runs]");
  const filled = () => table()?.getAttribute("aria-busy") === "false" && table().querySelectorAll("[role=row] input").length > 5;
  // The next frame begins when this one has been painted.
  const painted = (done) => requestAnimationFrame(() => done(performance.now()));
  const look = () => {
    if (!filled()) requestAnimationFrame(look);
    else
      painted((at) => {
        window.shown = at;
      });
  };
  requestAnimationFrame(look);
  /** How long it takes, ms, until the rows are those of what `act` asks for. */
  window.until = async (act) => {
    const began = performance.now();
    let busy = false;
    const seen = new MutationObserver(() => {
      busy ||= table()?.getAttribute("aria-busy") === "true";
    });
    seen.observe(document.body, { subtree: true, attributes: true, attributeFilter: ["aria-busy"] });
    act();
    const ended = await new Promise((done) => {
      const look = () => {
        if (performance.now() - began > 20_000) return done(Number.NaN);
        const ready = busy && table()?.getAttribute("aria-busy") === "false";
        return ready ? painted(done) : requestAnimationFrame(look);
      };
      look();
    });
    seen.disconnect();
    return ended - began;
  };
}

/** What is known of a page when its rows are there. */
const FACTS = `window.shown && performance.getEntriesByName("first-contentful-paint")[0] && (() => {
  const resources = performance.getEntriesByType("resource");
  return {
    rows: window.shown,
    paint: performance.getEntriesByName("first-contentful-paint")[0].startTime,
    asked: resources.filter(({ name }) => name.includes("/api/v1/runs?")).length,
    requests: resources.length,
  };
})()`;

/** Opens the page where it was never seen, and where it was before. */
async function opening(base) {
  const browser = await plainBrowser();
  const [first, again] = [[], []];
  for (let n = 0; n < Number(options.times); n++) {
    const context = await browser.context();
    for (const all of [first, again]) {
      const tab = await browser.open(context, base, [watch]);
      all.push(await tab.until(FACTS));
      // Dots are drawn after the rows: not what is measured, but not to be measured with the next page either.
      await pause(2000);
      await tab.close();
    }
  }
  await browser.close();
  const of = (all, what) => spread(all.map((one) => one[what]));
  const { asked, requests } = first.at(-1);
  return { paint: of(first, "paint"), rows: of(first, "rows"), again: of(again, "rows"), asked, requests };
}

/** The page, with its rows, to be used. */
async function open(browser, base) {
  const page = await browser.newPage({ viewport: SIZE });
  await page.addInitScript(watch);
  await page.goto(base, { waitUntil: "commit" });
  await page.waitForFunction(() => window.shown);
  await page.waitForTimeout(2000);
  return page;
}

async function toggle(page, [section, value]) {
  const box = `section[aria-label="${section}"] input[aria-label="${value}"]`;
  if ((await page.locator(box).count()) === 0) throw new Error(`no filter ${section} ${value} is offered: are there a million runs?`);
  return page.evaluate((box) => window.until(() => document.querySelector(box).click()), box);
}

async function filtering(page) {
  const found = {};
  const note = (name, ms) => {
    found[name] ??= [];
    found[name].push(ms);
  };
  for (let n = 0; n < Number(options.times); n++) {
    for (const filter of FILTERS) {
      note(filter.join(" "), await toggle(page, filter));
      await page.waitForTimeout(CALM);
      note("taken off again", await toggle(page, filter));
      await page.waitForTimeout(CALM);
    }
    for (const query of QUERIES) {
      await page.getByRole("combobox", { name: "Which runs" }).fill(query);
      // Completion is not what is measured.
      await page.waitForTimeout(400);
      const press = () =>
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
      note(query, await page.evaluate(`window.until(${press})`));
      await page.waitForTimeout(CALM);
    }
    await page.getByRole("combobox", { name: "Which runs" }).fill("");
    await page.keyboard.press("Enter");
    await page.waitForTimeout(CALM);
  }
  const each = Object.fromEntries(Object.entries(found).map(([name, times]) => [name, spread(times)]));
  return { each, all: spread(Object.values(found).flat()) };
}

async function main() {
  const { base, stop } = await serveMade(options, ["--runs", options.runs]);
  for (;;) {
    const answer = await (await fetch(`${base}/api/v1/runs?limit=1&facets=0`)).json();
    if (!answer.loading) break;
    await pause(500);
  }
  const opened = await opening(base);
  const browser = await chromium.launch(CHROMIUM);
  try {
    const page = await open(browser, base);
    const filters = await filtering(page);
    const result = { runs: Number(options.runs), opened, filters, memory: await heap(browser, page) };
    if (options.json) process.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
    else print(result);
  } finally {
    await browser.close();
    stop();
  }
}

function print({ runs, opened, filters, memory }) {
  const row = (name, { p50, p95 }) => `| ${name} | ${p50.toFixed(0)} · ${p95.toFixed(0)} ms |`;
  const lines = [
    `${runs} runs: ${opened.asked} question, ${opened.requests} requests`,
    "",
    "| what | p50 · p95 |",
    "|---|---|",
    row("first paint", opened.paint),
    row("rows of a browser that was never here", opened.rows),
    row("— that was here before", opened.again),
    row("a filter, until its rows are painted", filters.all),
    ...Object.entries(filters.each).map(([name, of]) => row(`— ${name}`, of)),
    `| memory: JavaScript heap, the whole tab | ${memory.heap.toFixed(0)} · ${memory.tab.toFixed(0)} MB |`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}

await main();
