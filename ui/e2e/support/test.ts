import type { ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test as base, expect, type Locator, type Page } from "@playwright/test";
import { type Server, startFlow, startServer } from "./server";

export { expect } from "@playwright/test";
export { axe } from "./axe";
export { RUNS, SCREENSHOTS, TABS } from "./runs";

/** A folder of one's own with a store in it: what is done there no other test sees. */
export interface Own {
  folder: string;
  serve: (args?: string[], port?: number) => Promise<Server>;
  start: (flow: string, args?: string[]) => ChildProcess;
}

interface Fixtures {
  /** The folder of the shared store: for flows that a test runs beside. */
  store: string;
  own: Own;
  /** What may be wrong in the browser's console; all else fails the test. */
  mayFail: RegExp;
  quiet: undefined;
}

const shared = () => JSON.parse(process.env.SPINLOOM_E2E ?? "{}") as { store: string; url: string };

export const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern
  baseURL: async ({}, use) => use(shared().url),
  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern
  store: async ({}, use) => use(shared().store),

  // biome-ignore lint/correctness/noEmptyPattern: Playwright wants the pattern
  own: async ({}, use) => {
    const folder = await mkdtemp(join(tmpdir(), "spinloom-e2e-own-"));
    const servers: Server[] = [];
    const flows: ChildProcess[] = [];
    const serve: Own["serve"] = async (args, port) => {
      const server = await startServer(folder, args, port);
      servers.push(server);
      return server;
    };
    const start: Own["start"] = (flow, args) => {
      const child = startFlow(folder, flow, args);
      flows.push(child);
      return child;
    };
    await use({ folder, serve, start });
    for (const flow of flows) flow.kill("SIGINT");
    await Promise.all(servers.map((server) => server.stop("SIGKILL")));
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  },

  mayFail: [/$^/, { option: true }],

  // Nothing may go wrong unseen: no error in the console, no exception, nothing blocked by the policy, no request to elsewhere.
  quiet: [
    async ({ page, mayFail }, use) => {
      const wrong = watchFor(page);
      await use(undefined);
      expect(wrong.filter((text) => !mayFail.test(text))).toEqual([]);
    },
    { auto: true },
  ],
});

/** Waits until a task is there: flows take a moment to begin. */
export async function there(page: Page, url: string, task: string): Promise<void> {
  const ask = () => page.request.get(`${url}/api/v1/flows/SlowFlow/runs/1/tasks/${task}`);
  await expect.poll(async () => (await ask()).status(), { timeout: 20_000 }).toBe(200);
}

/** Goes to a page, and waits until it can be used. */
export async function visit(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await expect(page.getByRole("button", { name: "Go to anything" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(/\S/);
}

/** The box one goes anywhere from, opened by key; and what it offers. */
export async function finder(page: Page): Promise<{ box: Locator; offers: Locator }> {
  await page.keyboard.press("Control+k");
  const box = page.getByRole("combobox", { name: "Pathspec, address or a few letters" });
  await expect(box).toBeFocused();
  return { box, offers: page.getByRole("listbox", { name: "Offers" }).getByRole("option") };
}

function watchFor(page: Page): string[] {
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(`exception: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") wrong.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && url.hostname !== "127.0.0.1") wrong.push(`request: ${url.href}`);
  });
  return wrong;
}
