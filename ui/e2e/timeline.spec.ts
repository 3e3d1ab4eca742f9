import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { axe, expect, RUNS, SCREENSHOTS, test } from "./support/test";

const PAGE = (run: string, search = "") => `/${run}/view/timeline${search}`;
const tab = (page: Page) => page.locator("[data-tasks]");
const grid = (page: Page) => page.getByRole("grid", { name: /Tasks that are seen/ });
const search = (page: Page) => new URL(page.url()).searchParams;

/** Opens a timeline and waits until its tasks are laid out. */
async function open(page: Page, run: string, query = "", tasks = /\d/): Promise<void> {
  await page.goto(PAGE(run, query));
  await expect(tab(page)).toHaveAttribute("data-tasks", tasks);
  await expect(grid(page)).toBeAttached();
}

/** The bars' place on the screen. */
async function stage(page: Page) {
  const box = await grid(page).boundingBox();
  if (!box) throw new Error("there is no timeline");
  return box;
}

/** Moves along a height of the bars until something is pointed at. */
async function pointAtBar(page: Page, y: number): Promise<void> {
  const box = await stage(page);
  // The list for those who listen has a column of that name, too.
  const card = page.locator("dt", { hasText: /^Took$/ });
  for (let x = 4; x < box.width; x += 6) {
    await page.mouse.move(box.x + x, box.y + y);
    // It is shown in the next frame.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0))));
    if (!(await card.isVisible())) continue;
    // What is shown may still be of the place before.
    await page.waitForTimeout(250);
    if (await card.isVisible()) return;
  }
  throw new Error("there is no bar");
}

test("all tasks are there, step by step", async ({ page }) => {
  await open(page, RUNS.grid, "", /^303$/);
  const names = page.getByRole("region", { name: "Timeline" });
  for (const step of ["start", "train", "choose", "end"]) {
    await expect(names.getByText(step, { exact: true }).first()).toBeVisible();
  }
  await expect(names.getByText("303 tasks")).toBeVisible();
  await page.screenshot({ path: `${SCREENSHOTS}/timeline.png` });
});

test("what is seen is in the address, and comes back", async ({ page }) => {
  await open(page, RUNS.grid);
  const box = await stage(page);
  await page.mouse.move(box.x + box.width / 2, box.y + 60);
  await page.keyboard.down("Control");
  for (let i = 0; i < 6; i++) await page.mouse.wheel(0, -100);
  await page.keyboard.up("Control");
  await expect(page).toHaveURL(/t0=[\d.]+&t1=[\d.]+/);
  const seen = page.url();
  await page.reload();
  await expect(grid(page)).toBeAttached();
  const pane = page.getByRole("slider", { name: /What is seen/ });
  await expect(pane).not.toHaveAttribute("aria-valuenow", "0");
  expect(page.url()).toBe(seen);
  await page.keyboard.press("f");
  await expect(page).not.toHaveURL(/t0=/);
  await expect(pane).toHaveAttribute("data-whole", "");
});

test("keys, drags and the small picture move it", async ({ page }) => {
  await open(page, RUNS.grid);
  await page.keyboard.press("w");
  await page.keyboard.press("w");
  await expect.poll(() => Number(search(page).get("t0"))).toBeGreaterThan(0);
  await page.waitForTimeout(400);
  const first = Number(search(page).get("t0"));
  await page.keyboard.press("d");
  await expect.poll(() => Number(search(page).get("t0"))).toBeGreaterThan(first);
  await page.waitForTimeout(400);
  const later = Number(search(page).get("t0"));
  const box = await stage(page);
  await page.mouse.move(box.x + 200, box.y + box.height - 20);
  await page.mouse.down();
  await page.mouse.move(box.x + 400, box.y + box.height - 20, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => Number(search(page).get("t0"))).toBeLessThan(later);
  // Nobody was taken to a task by that.
  await expect(page).toHaveURL(/view\/timeline/);
  await page.keyboard.press("f");
  await expect(page).not.toHaveURL(/t0=/);
  const pane = page.getByRole("slider", { name: /What is seen/ });
  const mini = await pane.boundingBox();
  if (!mini) throw new Error("no window");
  await page.mouse.move(mini.x + mini.width * 0.4, mini.y + 10);
  await page.mouse.down();
  await page.mouse.move(mini.x + mini.width * 0.6, mini.y + 10, { steps: 4 });
  await page.mouse.up();
  await expect(page).toHaveURL(/t0=/);
  await pane.press("Home");
  await expect.poll(() => Number(search(page).get("t0"))).toBeLessThanOrEqual(0);
});

test("tasks are filtered by words, state and step", async ({ page }) => {
  await open(page, RUNS.grid);
  await page.getByRole("textbox", { name: "Filter tasks" }).fill("leaves=17");
  await expect(tab(page)).toHaveAttribute("data-tasks", "11");
  await expect(page).toHaveURL(/q=leaves/);
  await page.reload();
  await expect(tab(page)).toHaveAttribute("data-tasks", "11");
  await page.getByRole("textbox", { name: "Filter tasks" }).fill("nothing is called so");
  await expect(page.getByText("No task is like that")).toBeVisible();
  await page.getByRole("button", { name: "Show all tasks" }).click();
  await expect(tab(page)).toHaveAttribute("data-tasks", "303");
  await page.getByRole("button", { name: "Step", exact: true }).click();
  await page.getByRole("menuitemradio", { name: "choose" }).click();
  await expect(tab(page)).toHaveAttribute("data-tasks", "1");
  await expect(page).toHaveURL(/steps=choose/);
  await open(page, RUNS.broken, "?status=failed", /^6$/);
  await expect(page.getByRole("button", { name: "failed", exact: true })).toHaveAttribute(
    "aria-pressed",
    "true",
  );
});

test("steps fold, and the address says so", async ({ page }) => {
  await open(page, RUNS.grid);
  const train = page.getByRole("button", { name: "Done train", expanded: true });
  await train.click();
  await expect(page).toHaveURL(/folded=train/);
  await page.reload();
  await page.getByRole("button", { name: "Done train", expanded: false }).click();
  await expect(page).not.toHaveURL(/folded/);
});

test("a bar tells of its task, and opens it", async ({ page }) => {
  await open(page, RUNS.grid, "?steps=start", /^1$/);
  await pointAtBar(page, 14);
  await expect(page.getByText("start/1").first()).toBeVisible();
  await page.mouse.down();
  await page.mouse.up();
  await expect(page).toHaveURL(/\/GridFlow\/2\/start\/1$/);
  await page.goBack();
  await expect(page).toHaveURL(/steps=start/);
});

test("the keyboard goes from task to task, is told of each, and opens one", async ({ page }) => {
  await open(page, RUNS.grid);
  await grid(page).focus();
  await expect(page).toHaveURL(/task=1\b/);
  await page.keyboard.press("ArrowDown");
  await expect(grid(page)).toHaveAttribute("aria-activedescendant", /^bar-/);
  await expect.poll(() => search(page).get("task")).not.toBe("1");
  const task = search(page).get("task");
  const row = page.locator(`[id="bar-${task}"]`);
  await expect(row).toHaveAttribute("aria-selected", "true");
  await expect(row).toContainText(`train/${task}`);
  await expect(row).toContainText("depth=");
  await expect(page.getByRole("status").filter({ hasText: /train \d+, item depth=.*, done/ })).toBeAttached();
  await page.keyboard.press("]");
  await expect.poll(() => search(page).get("task")).not.toBe(task);
  const next = search(page).get("task");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`/GridFlow/2/train/${next}$`));
});

test("e goes to what failed; HTML in an error stays a text", async ({ page }) => {
  await open(page, RUNS.broken);
  await page.keyboard.press("e");
  await expect(page).toHaveURL(/task=\d+/);
  const task = search(page).get("task");
  const row = page.locator(`[id="bar-${task}"]`);
  await expect(row).toContainText("failed");
  await expect(row).toContainText("<script>window.__ran = true</script>");
  expect(await page.evaluate(() => "__ran" in window)).toBe(false);
  await page.keyboard.press("Escape");
  await expect(page).not.toHaveURL(/task=/);
});

test("an area says what its tasks have in common", async ({ page }) => {
  await open(page, RUNS.grid);
  const box = await stage(page);
  await page.mouse.move(box.x + 4, box.y + 34);
  await page.keyboard.down("Shift");
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y + 120, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.up("Shift");
  const panel = page.getByRole("region", { name: "Selected tasks" });
  await expect(panel).toContainText(/\d+ tasks in/);
  await expect(panel.getByRole("row", { name: /^train/ })).toContainText(/ms|s/);
  await expect(page).toHaveURL(/area=/);
  const text = await panel.getByRole("heading").textContent();
  await page.reload();
  await expect(panel.getByRole("heading")).toHaveText(text ?? "");
  await panel.getByRole("button", { name: "Zoom to it" }).click();
  await expect(page).toHaveURL(/t0=/);
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await expect(page).not.toHaveURL(/area=/);
});

test("the critical path and what would have made the run shorter", async ({ page }) => {
  await open(page, RUNS.grid);
  await page.keyboard.press("p");
  const panel = page.getByRole("complementary", { name: "Critical path" });
  await expect(panel).toContainText("What would shorten the run");
  await expect(panel).toContainText(/made the run last/);
  await expect(page).toHaveURL(/path=true/);
  await page.screenshot({ path: `${SCREENSHOTS}/timeline-critical-path.png` });
  await panel.getByRole("button", { name: /choose\/302/ }).click();
  await expect(page).toHaveURL(/task=302/);
  await panel.getByRole("button", { name: "Close" }).click();
  await expect(page).not.toHaveURL(/path=/);
  await page.getByRole("button", { name: "Slowest" }).click();
  await expect(page).toHaveURL(/slow=true/);
});

test("figures of a step, its slowest tasks, those that stay behind", async ({ page }) => {
  await open(page, RUNS.grid);
  await page.getByRole("button", { name: "Step train" }).click();
  await page.getByRole("menuitem", { name: "Statistics" }).click();
  const panel = page.getByRole("complementary", { name: "Statistics of train" });
  await expect(panel).toContainText("p95");
  await expect(panel.getByRole("listitem")).toHaveCount(20);
  // Two settings sleep: they took many times as long as half of the others.
  await expect(panel.getByTitle(/times the median/).first()).toBeVisible();
  await panel.getByRole("link").first().click();
  await expect(page).toHaveURL(/\/GridFlow\/2\/train\/(42|172)$/);
});

test("a foreach as a map of its items", async ({ page }) => {
  await open(page, RUNS.grid);
  await page.getByRole("button", { name: "Step train" }).click();
  await page.getByRole("menuitemradio", { name: "Map of items by duration" }).click();
  await expect(page).toHaveURL(/heat=train:duration/);
  const box = await stage(page);
  // The second row is the step's; its first cell is item 0.
  await page.mouse.move(box.x + 6, box.y + 28 + 28 + 6);
  await expect(page.getByText("depth=0 leaves=0", { exact: true }).last()).toBeVisible();
  await page.mouse.down();
  await page.mouse.up();
  await expect(page).toHaveURL(/\/GridFlow\/2\/train\/2$/);
});

test("a row for each task, the longest first", async ({ page }) => {
  await open(page, RUNS.grid, "?steps=train", /^300$/);
  await page.getByText("Tasks", { exact: true }).last().click();
  await expect(page).toHaveURL(/mode=rows/);
  await page.getByRole("combobox", { name: "Sort by" }).selectOption("-duration");
  await expect(page).toHaveURL(/sort=-duration/);
  const names = page.getByRole("region", { name: "Timeline" });
  await expect(names.getByText(/^depth=0 leaves=(40|170)$/).first()).toBeVisible();
  await page.getByRole("button", { name: "Ungroup" }).click();
  await expect(page).toHaveURL(/group=none/);
});

test("attempts are told apart", async ({ page }) => {
  await open(page, RUNS.retried, "?steps=shaky", /^1$/);
  await pointAtBar(page, 14);
  await expect(page.getByText("Failed, tried again")).toBeVisible();
  await expect(page.getByText(/^1 of 3$/)).toBeVisible();
});

test("a run that goes on is drawn as it goes", async ({ page, own }) => {
  const server = await own.serve();
  own.start("slow.py", ["--gates", own.folder, "--wide", "5"]);
  const there = async () => (await page.request.get(`${server.url}/api/v1/flows/SlowFlow/runs/1`)).status();
  await expect.poll(there, { timeout: 20_000 }).toBe(200);
  await page.goto(`${server.url}/SlowFlow/1/view/timeline`);
  await expect(tab(page)).toHaveAttribute("data-tasks", "1");
  await expect(page.getByRole("button", { name: "Now" })).toBeVisible();
  const names = page.getByRole("region", { name: "Timeline" });
  // Steps that are to come are there already.
  await expect(names.getByText("join", { exact: true })).toBeVisible();
  await writeFile(join(own.folder, "start"), "");
  await expect(tab(page)).toHaveAttribute("data-tasks", "6");
  await expect(names.getByText("0/5")).toBeVisible();
  await page.keyboard.press("w");
  await expect(page).toHaveURL(/t0=/);
  await page.getByRole("button", { name: "Now" }).click();
  await expect(page).toHaveURL(/follow=true/);
  await writeFile(join(own.folder, "work"), "");
  await writeFile(join(own.folder, "end"), "");
  await expect(tab(page)).toHaveAttribute("data-tasks", "8");
  await expect(page.getByRole("button", { name: "Now" })).toBeHidden();
});

test("nothing is in the way of people who listen or use the keyboard alone", async ({ page }) => {
  await open(page, RUNS.broken, "?stats=work&path=true");
  await expect(page.getByRole("complementary", { name: "Critical path" })).toContainText("The way");
  expect(await axe(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: "dark" });
  await open(page, RUNS.grid, "?mode=rows&idle=true&area=0~100~0~300");
  await expect(page.getByRole("region", { name: "Selected tasks" })).toBeVisible();
  expect(await axe(page)).toEqual([]);
});

test("names that break layouts do not break this one", async ({ page }) => {
  await open(page, RUNS.names);
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(grid(page)).toBeAttached();
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(390);
});
