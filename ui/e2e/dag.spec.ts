import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Page } from "@playwright/test";
import { BIN, environment, FLOWS } from "./support/server";
import { expect, type Own, RUNS, test } from "./support/test";

/** Runs the flow of many shapes to its end, and shows it. */
async function shapes(own: Own, page: Page, tab: string, args: string[] = []): Promise<void> {
  await writeFile(join(own.folder, "model.json"), '{\n  "kind": "forest",\n  "trees": 200\n}\n');
  const options = { cwd: own.folder, env: environment() };
  await promisify(execFile)(BIN, ["run", join(FLOWS, "shapes.py"), ...args], options);
  const server = await own.serve();
  await page.goto(`${server.url}/ShapesFlow/1/view/${tab}`);
}

const step = (page: Page, name: string) => page.locator(`a[data-step="${name}"]`);

test("splits, foreach within foreach, choices and repeats are drawn as such", async ({ page, own }) => {
  await shapes(own, page, "dag");
  await expect(page.locator("a[data-step]")).toHaveCount(14);
  const kinds = () =>
    page.locator("g[data-kind]").evaluateAll((all) => all.map((one) => one.getAttribute("data-kind")).sort());
  expect(await kinds()).toEqual(["foreach", "foreach", "split", "switch"]);
  // A frame round each item is drawn twice, others once.
  await expect(page.locator("g[data-kind=foreach] rect")).toHaveCount(4);
  await expect(page.locator("g[data-kind=switch] rect")).toHaveCount(1);
  for (const text of [
    "for each regions × 2",
    "for each seeds × 6",
    "switch kind",
    "split",
    "small",
    "large",
    "↻ True",
    "False",
  ]) {
    await expect(page.locator("svg text", { hasText: text }).first()).toBeVisible();
  }
  await expect(step(page, "fold")).toContainText("6/6");
  await expect(step(page, "refine")).toContainText("3/3");
  await expect(step(page, "thorough")).toHaveAttribute("data-state", "skipped");
  await expect(step(page, "quick")).toHaveAttribute("data-state", "done");
});

test("arrow keys go from step to step, and Enter opens its tasks", async ({ page }) => {
  await page.goto(`/${RUNS.kinds}/view/dag`);
  await step(page, "start").focus();
  await page.keyboard.press("ArrowDown");
  await expect(step(page, "tables")).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(step(page, "pictures")).toBeFocused();
  await page.keyboard.press("ArrowDown");
  await expect(step(page, "join")).toBeFocused();
  await expect(step(page, "join")).toHaveAttribute("aria-label", /^join: done, .*joins what was split/);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/KindsFlow\/1\/view\/timeline\?steps=join/);
  await page.goBack();
  await expect(step(page, "join")).toBeVisible();
});

test("pointing at a step tells what it is for and leads on", async ({ page }) => {
  await page.goto(`/${RUNS.broken}/view/dag`);
  await step(page, "work").hover();
  const card = page.locator("div[data-step=work]");
  // Docstrings are shown as they are.
  await expect(card).toContainText("Fails on odd rows. <script>");
  await expect(card).toContainText("6 done, 6 failed");
  await card.getByRole("link", { name: "Source" }).click();
  await expect(page).toHaveURL(/\/view\/code\?step=work/);
  await expect(page.locator("[data-on]").first()).toContainText("@step");
});

test("a click on a step goes to its tasks", async ({ page }) => {
  await page.goto(`/${RUNS.grid}/view/dag`);
  await step(page, "train").click();
  await expect(page).toHaveURL(/\/GridFlow\/2\/view\/timeline\?steps=train/);
});

test("wheel, drag and keys move the view, which is in the address", async ({ page }) => {
  await page.goto(`/${RUNS.kinds}/view/dag`);
  const before = await step(page, "start").boundingBox();
  await page.mouse.move(300, 500);
  await page.mouse.wheel(0, 400);
  await expect(page).toHaveURL(/at=-?\d+_-?\d+_0\.\d+/);
  const smaller = await step(page, "start").boundingBox();
  expect(smaller?.width ?? 0).toBeLessThan(before?.width ?? 0);
  await page.mouse.down();
  await page.mouse.move(360, 540, { steps: 4 });
  await page.mouse.up();
  const dragged = await step(page, "start").boundingBox();
  expect((dragged?.x ?? 0) - (smaller?.x ?? 0)).toBeCloseTo(60, -1);
  await page.keyboard.press("d");
  await expect.poll(async () => (await step(page, "start").boundingBox())?.x).toBeLessThan(dragged?.x ?? 0);
  await page.waitForTimeout(400);
  const moved = await step(page, "start").boundingBox();
  await page.reload();
  await expect(step(page, "start")).toBeVisible();
  await expect
    .poll(async () => Math.abs(((await step(page, "start").boundingBox())?.x ?? 0) - (moved?.x ?? 0)))
    .toBeLessThan(2);
  await page.keyboard.press("f");
  await expect(step(page, "end")).toBeInViewport();
});

test("the critical path is drawn over it, and what would shorten the run is said", async ({ page }) => {
  await page.goto(`/${RUNS.grid}/view/dag`);
  await page.getByRole("button", { name: "Critical path" }).click();
  await expect(page).toHaveURL(/path=1/);
  await expect(page.locator("a[data-path]")).toHaveCount(4);
  await expect(step(page, "train")).toHaveAttribute("aria-label", /on the critical path/);
  await expect(step(page, "train")).toContainText(/\d+%/);
  await expect(page.getByText(/would save/)).toBeVisible();
  await page.keyboard.press("p");
  await expect(page.locator("a[data-path]")).toHaveCount(0);
});

test("the same is there as a list", async ({ page }) => {
  await page.goto(`/${RUNS.broken}/view/dag?as=list`);
  const row = page.getByRole("row", { name: /^work/ });
  await expect(row).toContainText("failed");
  await expect(row).toContainText("12");
  await page.getByRole("button", { name: "Graph" }).click();
  await expect(step(page, "work")).toBeVisible();
});

test("names of three hundred letters are cut, and read out whole", async ({ page }) => {
  await page.goto(`/${RUNS.names}/view/dag`);
  const long = page.locator("a[data-step^=a_step_with]");
  await expect(long).toContainText("…");
  await expect(long).toHaveAttribute("aria-label", /x{200}/);
  const box = await long.boundingBox();
  expect(box?.width ?? 999).toBeLessThan(260);
});

test("configs are a tree, with where each value is from", async ({ page, own }) => {
  await shapes(own, page, "config", ["--set", "model.trees=300", "--depth", "5"]);
  const trees = page.getByRole("row", { name: /^trees/ });
  await expect(trees).toContainText("300");
  await expect(trees).toContainText("--set");
  await expect(trees).toContainText("over model.json");
  await expect(page.getByRole("row", { name: /^kind/ })).toContainText("model.json:2");
  await expect(page.getByRole("row", { name: /^region/ })).toContainText("shapes.py");
  const depth = page.getByRole("row", { name: /^depth/ });
  await expect(depth).toContainText("5");
  await expect(depth).toContainText("how deep trees are");
  await page.getByRole("button", { name: "shut limits" }).click();
  await expect(page.getByRole("row", { name: /^cpu/ })).toBeHidden();
  await page.getByRole("button", { name: /Only overridden/ }).click();
  await expect(page).toHaveURL(/set=1/);
  await expect(page.getByRole("row", { name: /^kind/ })).toBeHidden();
  await expect(trees).toBeVisible();
});
