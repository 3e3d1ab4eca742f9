import type { Page } from "@playwright/test";
import { expect, RUNS, test } from "./support/test";

interface Fetched {
  path: string;
  by: string;
}

/** What the page has asked the API for, and what had it do so. */
async function fetched(page: Page): Promise<Fetched[]> {
  await page.waitForLoadState("networkidle");
  return page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .filter(({ name }) => name.includes("/api/v1/"))
      .map((entry) => ({
        path: new URL(entry.name).pathname,
        by: (entry as PerformanceResourceTiming).initiatorType,
      })),
  );
}

const ahead = (all: Fetched[]) =>
  all
    .filter(({ by }) => by === "link")
    .map(({ path }) => path)
    .sort();
const twice = (all: Fetched[]) =>
  all.map(({ path }) => path).filter((path, at, paths) => paths.indexOf(path) !== at);

test("the tasks of a run are on their way before its page is, and come once", async ({ page }) => {
  await page.goto(`/${RUNS.grid}/view/timeline`);
  await expect(page.locator("[data-phase=there]")).toBeVisible();
  const run = `/api/v1/flows/${RUNS.grid.replace("/", "/runs/")}`;
  const all = await fetched(page);
  expect(ahead(all)).toEqual([run, `${run}/tasks.bin`]);
  expect(twice(all)).toEqual([]);
});

test("so are the runs of the first page: one question", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("grid", { name: "Runs" }).getByRole("row").nth(2)).toBeVisible();
  const lists = (await fetched(page)).filter(({ path }) => path === "/api/v1/runs");
  expect(lists).toHaveLength(1);
});

test("a task and the end of its log come together, once", async ({ page }) => {
  const run = `/api/v1/flows/${RUNS.grid.replace("/", "/runs/")}`;
  await page.goto(`/${RUNS.grid}/start/1`);
  await expect(page.getByRole("tab", { name: /Log/ })).toBeVisible();
  const all = await fetched(page);
  const task = `${run}/tasks/1`;
  expect(ahead(all)).toEqual([task, `${task}/attempts/latest/log`]);
  expect(twice(all)).toEqual([]);
});
