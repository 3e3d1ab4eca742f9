// A browser that nobody debugs. Playwright follows what scripts say and throw, as developer tools do; V8 then notes where each call came
// from, for which it reads scripts a second time: 40 to 60 ms of a page's first 400. Whoever looks at a run pays none of it.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHROMIUM, pause, SIZE } from "./common.mjs";

/** So long is waited for what a page is to come to, ms. */
const PATIENCE = 60_000;
const HEADLESS = ["--headless", "--hide-scrollbars", "--no-first-run", "--disable-extensions", "--disable-background-networking"];

/** Starts Chromium with a profile of its own. */
export async function plainBrowser() {
  const profile = mkdtempSync(join(tmpdir(), "spinloom-browser-"));
  const words = [...CHROMIUM.args, ...HEADLESS, "--remote-debugging-port=0", `--user-data-dir=${profile}`, "about:blank"];
  const program = spawn(CHROMIUM.executablePath, words, { stdio: ["ignore", "ignore", "pipe"] });
  process.once("exit", () => program.kill());
  const ended = new Promise((done) => program.on("exit", done));
  const call = await protocol(await endpoint(program));
  return {
    /** Of those who share a cache, which is empty, and keep no code of scripts that were compiled; without one a tab is anybody's, who was here before. */
    context: async () => (await call("Target.createBrowserContext")).browserContextId,
    open: (context, address, script) => openTab(call, context, address, script),
    close: async () => {
      program.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Opens an address in a tab, with a script (a function and what it is given) put into the page before its own. */
async function openTab(call, browserContextId, address, [script, given]) {
  const { targetId } = await call("Target.createTarget", { url: "about:blank", browserContextId });
  const { sessionId } = await call("Target.attachToTarget", { targetId, flatten: true });
  const view = { ...SIZE, deviceScaleFactor: 1, mobile: false };
  await call("Emulation.setDeviceMetricsOverride", view, sessionId);
  await call("Page.enable", {}, sessionId);
  await call("Page.addScriptToEvaluateOnNewDocument", { source: `(${script})(${JSON.stringify(given)})` }, sessionId);
  await call("Page.navigate", { url: address }, sessionId);
  const ask = async (expression) =>
    (await call("Runtime.evaluate", { expression, returnByValue: true }, sessionId)).result.value;
  return {
    /** What an expression is worth, once it is true; looked at seldom, so as not to disturb. */
    until: async (expression) => {
      for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
        const value = await ask(expression);
        if (value) return value;
        await pause(100);
      }
      throw new Error(`${expression} never came true at ${address}`);
    },
    close: () => call("Target.closeTarget", { targetId }),
  };
}

/** Where Chromium listens. */
function endpoint(program) {
  return new Promise((found, failed) => {
    let said = "";
    program.stderr.on("data", (piece) => {
      said += piece;
      const address = /ws:\/\/\S+/.exec(said);
      if (address) found(address[0]);
    });
    program.on("exit", () => failed(new Error(`Chromium ended: ${said}`)));
  });
}

/** Calls of Chrome's protocol. */
async function protocol(address) {
  const socket = new WebSocket(address);
  const waiting = new Map();
  let last = 0;
  await new Promise((open, failed) => {
    socket.onopen = open;
    socket.onerror = () => failed(new Error("Chromium does not answer"));
  });
  socket.onmessage = ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    const [done, failed] = waiting.get(id) ?? [];
    waiting.delete(id);
    if (error) failed?.(new Error(error.message));
    else done?.(result);
  };
  return (method, params = {}, sessionId = undefined) =>
    new Promise((done, failed) => {
      last += 1;
      waiting.set(last, [done, failed]);
      socket.send(JSON.stringify({ id: last, method, params, sessionId }));
    });
}
