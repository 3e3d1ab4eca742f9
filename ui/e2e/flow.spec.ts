import { runFlow } from "./support/server";
import { axe, expect, test } from "./support/test";

// A server of a test's own is stopped before its page is closed.
test.use({ mayFail: /ERR_CONNECTION_REFUSED|WebSocket connection/ });

test("a flow shows what it is, how it is doing and its last good run", async ({ page }) => {
  await page.goto("/KindsFlow");
  await expect(page.getByRole("heading", { name: "KindsFlow" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText("Makes an artifact of each kind");
  const good = page.getByRole("definition").filter({ hasText: "2" }).first();
  await expect(good.getByRole("img", { name: "Done" })).toBeVisible();
  await page.getByRole("link", { name: "2 runs in the list" }).click();
  await expect(page).toHaveURL(/\?q=flow:KindsFlow$/);
});

test("its runs are shown step by step; arrows move, Enter opens the step of the run", async ({ page }) => {
  await page.goto("/GridFlow");
  const grid = page.getByRole("group", { name: /Steps of 2 runs/ });
  await expect(grid).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "choose" }).first()).toBeVisible();
  await grid.focus();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowDown");
  // What one listens to says the same.
  await expect(page.locator("[role=status]", { hasText: /train of run 1: done, 30 tasks/ })).toBeAttached();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/GridFlow\/1\/view\/timeline\?steps=train/);
});

test("a square that one points at is told of, and opens", async ({ page }) => {
  await page.goto("/BrokenFlow");
  const squares = page.getByRole("group", { name: /Steps of 1 run/ }).locator("canvas");
  await squares.hover({ position: { x: 12, y: 64 + 24 + 12 } });
  await expect(page.getByText(/failed, 12 tasks · 6 failed/)).toBeVisible();
  await squares.click({ position: { x: 12, y: 64 + 24 + 12 } });
  await expect(page).toHaveURL(/\/BrokenFlow\/1\/view\/timeline\?steps=work/);
});

test("what failed lately is taken together, and leads to a task", async ({ page }) => {
  await page.goto("/BrokenFlow");
  const failures = page.getByRole("region", { name: /Recent failures/ });
  const failure = failures.getByRole("listitem");
  await expect(failure).toHaveCount(1);
  await expect(failure).toContainText("ValueError");
  await expect(failure).toContainText("<script>window.__ran = true</script>");
  await expect(failure).toContainText("1 of 1 failed run");
  expect(await page.evaluate(() => "__ran" in window)).toBe(false);
  await failure.getByRole("link").click();
  await expect(page).toHaveURL(/\/BrokenFlow\/1\/work\/\d+/);
});

test("an artifact is drawn over runs; which one, the address says", async ({ page }) => {
  await page.goto("/GridFlow");
  const artifacts = page.getByRole("region", { name: "Artifacts over runs" });
  await expect(artifacts.getByRole("group", { name: /best over runs/ })).toBeVisible();
  const chart = artifacts.getByRole("group");
  await chart.focus();
  await page.keyboard.press("ArrowLeft");
  await expect(artifacts).toContainText(/best\s*\d/);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/GridFlow\/2\/view\/timeline/);
  await page.goto("/GridFlow?artifact=nothing_of_that_name");
  await expect(artifacts.getByLabel("Artifact")).toHaveValue("nothing_of_that_name");
});

test("durations of a step, run by run, are a line each for its tasks", async ({ page }) => {
  await page.goto("/GridFlow");
  const durations = page.getByRole("region", { name: "Durations" });
  await expect(durations.getByRole("group", { name: /Durations over runs/ })).toBeVisible();
  await durations.getByLabel("Durations of").selectOption("train");
  await expect(page).toHaveURL(/durations=train/);
  const chart = durations.getByRole("group", { name: /Durations of tasks of train over runs/ });
  await chart.focus();
  await page.keyboard.press("ArrowLeft");
  await expect(durations).toContainText(/half of its tasks\s*[\d.]+\s*m?s/);
  await expect(durations).toContainText(/the longest\s*[\d.]+\s*m?s/);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/GridFlow\/2\/view/);
});

test("a run that comes is in the picture", async ({ page, own }) => {
  await runFlow(own.folder, "retried.py");
  const server = await own.serve();
  await page.goto(`${server.url}/RetriedFlow`);
  await expect(page.getByRole("link", { name: "1 run in the list" })).toBeVisible();
  await runFlow(own.folder, "retried.py");
  await expect(page.getByRole("link", { name: "2 runs in the list" })).toBeVisible();
  await expect(page.getByRole("group", { name: /Steps of 2 runs/ })).toBeVisible();
});

test("a flow that never ran says so", async ({ page }) => {
  await page.goto("/NoSuchFlow");
  await expect(page.getByRole("heading", { name: "No runs of this flow" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText("spinloom run");
});

test("axe finds nothing, and a phone is wide enough", async ({ page }) => {
  await page.goto("/NamesFlow");
  await expect(page.getByRole("group", { name: /Steps of/ })).toBeVisible();
  expect(await axe(page, "main")).toEqual([]);
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
});
