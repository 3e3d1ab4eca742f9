import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { axe, expect, RUNS, SCREENSHOTS, test } from "./support/test";

const table = (page: Page) => page.getByRole("table", { name: "Tasks" });
const tab = (page: Page) => page.locator("[data-tasks]");
/** The first row under the heads. */
const first = (page: Page) => table(page).getByRole("row").nth(1);

async function open(page: Page, run: string, query = ""): Promise<void> {
  await page.goto(`/${run}/view/tasks${query}`);
  await expect(table(page)).toBeVisible();
}

test("all tasks are there, though not all at once", async ({ page }) => {
  await open(page, RUNS.grid);
  await expect(table(page)).toHaveAttribute("aria-rowcount", "304");
  await expect(first(page)).toContainText("start/1");
  expect(await table(page).getByRole("row").count()).toBeLessThan(80);
  await table(page).evaluate((element) => element.scrollTo({ top: element.scrollHeight }));
  await expect(table(page).getByRole("row").last()).toContainText("end/303");
  await page.screenshot({ path: `${SCREENSHOTS}/tasks.png` });
});

test("columns sort, and the address says how", async ({ page }) => {
  await open(page, RUNS.grid);
  await page.getByRole("button", { name: "Took" }).click();
  await expect(page).toHaveURL(/order=-duration/);
  await expect(first(page)).toContainText(/depth=0 leaves=(40|170)/);
  await expect(page.getByRole("columnheader", { name: "Took" })).toHaveAttribute("aria-sort", "descending");
  await page.getByRole("button", { name: "Took" }).click();
  await expect(page).toHaveURL(/order=duration/);
  await page.reload();
  await expect(page.getByRole("columnheader", { name: "Took" })).toHaveAttribute("aria-sort", "ascending");
  await page.getByRole("button", { name: "Item" }).click();
  await page.getByRole("button", { name: "Item" }).click();
  await expect(first(page)).toContainText("depth=9 leaves=299");
});

test("tasks are filtered, and errors can be read", async ({ page }) => {
  await open(page, RUNS.broken);
  await page.getByRole("button", { name: "State" }).first().click();
  await page.getByRole("menuitemradio", { name: /^Failed/ }).click();
  await expect(page).toHaveURL(/status=failed/);
  await expect(tab(page)).toHaveAttribute("data-tasks", "6");
  await expect(first(page)).toContainText("ValueError: row # is odd: <script>");
  await page.getByRole("textbox", { name: "Filter tasks" }).fill("work/");
  await expect(page.getByText("No task is like that")).toBeVisible();
  await page.getByRole("textbox", { name: "Filter tasks" }).fill("is odd");
  await expect(tab(page)).toHaveAttribute("data-tasks", "6");
  expect(await page.evaluate(() => "__ran" in window)).toBe(false);
});

test("keys choose a task and open it; the way back leads to it", async ({ page }) => {
  await open(page, RUNS.grid, "?order=-id");
  for (let i = 0; i < 3; i++) await page.keyboard.press("j");
  await expect(page).toHaveURL(/task=301/);
  await page.keyboard.press("k");
  await expect(page).toHaveURL(/task=302/);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/GridFlow\/2\/choose\/302$/);
  await page.goBack();
  await expect(page.locator("[data-chosen]")).toContainText("choose/302");
  await page.locator("[role=row]").filter({ hasText: "end/303" }).click();
  await expect(page).toHaveURL(/\/GridFlow\/2\/end\/303$/);
});

test("what is listed is written to a file", async ({ page }) => {
  await open(page, RUNS.retried);
  await page.getByRole("button", { name: "Export" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: /CSV/ }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("RetriedFlow-1-tasks.csv");
  const lines = (await readFile((await file.path()) ?? "", "utf8")).trimEnd().split("\n");
  expect(lines[0]).toContain("state,task,");
  expect(lines).toHaveLength(4);
  expect(lines[2]).toMatch(/^done,shaky\/\d+,.*,3,"ConnectionError: /);
});

test("tasks come and change while a run goes on", async ({ page, own }) => {
  const server = await own.serve();
  own.start("slow.py", ["--gates", own.folder, "--wide", "3"]);
  const there = async () => (await page.request.get(`${server.url}/api/v1/flows/SlowFlow/runs/1`)).status();
  await expect.poll(there, { timeout: 20_000 }).toBe(200);
  await page.goto(`${server.url}/SlowFlow/1/view/tasks`);
  await expect(first(page)).toContainText("Running");
  await writeFile(join(own.folder, "start"), "");
  await expect(table(page)).toHaveAttribute("aria-rowcount", "5");
  await expect(first(page)).toContainText("Done");
  await expect(table(page).getByText("item-2")).toBeVisible();
  await writeFile(join(own.folder, "work"), "");
  await writeFile(join(own.folder, "end"), "");
  await expect(table(page)).toHaveAttribute("aria-rowcount", "7");
});

test("nothing is in the way of people who listen", async ({ page }) => {
  await open(page, RUNS.broken);
  expect(await axe(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(await axe(page)).toEqual([]);
});
