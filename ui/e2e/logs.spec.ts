import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { axe, expect, RUNS, test } from "./support/test";

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

const LOG = `/${RUNS.chatty}/start/1`;
const lines = (page: Page) => page.getByLabel("lines of the log");
const line = (page: Page, number: number) => page.locator(`[data-line="${number - 1}"]`);
const finder = (page: Page) => page.getByRole("textbox", { name: "search the whole log" });
const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

test("a long log opens at its end, with few requests", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => request.url().includes("/log") && asked.push(request.url()));
  await page.goto(LOG);
  await expect(lines(page)).toContainText("ERROR needle in a haystack");
  await expect(page.getByText(/60.064 lines/)).toBeVisible();
  await expect(lines(page)).not.toContainText("line 100 ");
  expect(asked.length).toBeLessThan(6);
});

test("wherever one goes lines come, without blanks that stay", async ({ page }) => {
  await page.goto(LOG);
  await expect(lines(page)).toContainText("needle");
  await lines(page).focus();
  await page.keyboard.press("Home");
  await expect(line(page, 1)).toContainText("WARNING block 0");
  await lines(page).evaluate((element) => element.scrollTo(0, element.scrollHeight / 2));
  await expect(async () => {
    const texts = await lines(page).locator("[data-line]").allInnerTexts();
    expect(texts.length).toBeGreaterThan(20);
    expect(texts.every((text) => /(line \d+|block)/.test(text))).toBe(true);
  }).toPass();
  await page.keyboard.press("End");
  await expect(lines(page)).toContainText("needle");
});

test("colours are shown, HTML is text, progress bars are folded", async ({ page }) => {
  await page.goto(LOG);
  await expect(lines(page)).toContainText("<script>window.__ran = true</script>");
  expect(await page.evaluate(() => "__ran" in window)).toBe(false);
  const error = lines(page).getByText("ERROR needle");
  await expect(error).toHaveAttribute("data-fg", "1");
  await expect(lines(page).getByText("training 100 %")).toContainText("↻ 101");
  await expect(lines(page)).not.toContainText("training  50 %");
});

test("one stream alone, with its own numbers", async ({ page }) => {
  await page.goto(LOG);
  await page.getByText("stderr", { exact: true }).click();
  await expect(page).toHaveURL(/stream=stderr/);
  await expect(page.getByText("61 lines")).toBeVisible();
  await expect(line(page, 61)).toContainText("needle");
});

test("the whole log is searched, and one goes from match to match", async ({ page }) => {
  await page.goto(LOG);
  await expect(lines(page)).toContainText("needle");
  await page.keyboard.press("/");
  await finder(page).fill("block 3");
  const counter = page.getByRole("status").filter({ hasText: /\d+\/\d+/ });
  await expect(counter).toHaveText("11/11");
  await expect(page).toHaveURL(/q=block\+3/);
  await finder(page).press("Enter");
  await expect(counter).toHaveText("1/11");
  await expect(lines(page).locator("[data-current] mark")).toHaveText("block 3");
  await finder(page).press("Shift+Enter");
  await expect(counter).toHaveText("11/11");
  await expect(lines(page).locator("[data-current]")).toContainText("WARNING block 39");
  await page.getByRole("button", { name: "only lines that match" }).click();
  await expect(lines(page).locator("[data-line]")).toHaveCount(11);
  await finder(page).press("Escape");
  await expect(page).not.toHaveURL(/q=|only=/);
});

test.describe("a problem is no surprise", () => {
  test.use({ mayFail: /400 \(Bad Request\)/ });
  test("a regular expression that is none says why", async ({ page }) => {
    await page.goto(`${LOG}?q=%28&regex=1`);
    await expect(page.getByRole("alert")).toContainText("is no regular expression");
    await page.getByRole("button", { name: "regular expression" }).click();
    await expect(page.getByRole("alert")).toBeHidden();
  });

  test("a regular expression finds", async ({ page }) => {
    await page.goto(`${LOG}?q=block+%28%5B1-3%5D%7C59%29%24&regex=1`);
    await expect(page.getByRole("status").filter({ hasText: /\/4/ })).toBeVisible();
  });
});

test("a line and a range have addresses", async ({ page }) => {
  await page.goto(`${LOG}?line=30000`);
  await expect(line(page, 30_000)).toBeInViewport();
  await expect(line(page, 30_000)).toHaveAttribute("data-selected", "true");
  await line(page, 30_005)
    .getByRole("link")
    .first()
    .click({ modifiers: ["Shift"] });
  await expect(page).toHaveURL(/line=30000-30005/);
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  await expect.poll(async () => (await copied(page)).split("\n").length).toBe(6);
  expect(await copied(page)).not.toContain("\u001b");
  await page.getByRole("button", { name: "Copy link", exact: true }).click();
  await expect.poll(() => copied(page)).toMatch(/line=30000-30005$/);
  await page.goto(`${LOG}#L42`);
  await expect(line(page, 42)).toBeInViewport();
});

test("times, wrapping and keys", async ({ page }) => {
  await page.goto(LOG);
  await expect(lines(page)).toContainText("needle");
  await page.keyboard.press("t");
  await expect(page).toHaveURL(/time=clock/);
  await expect(lines(page)).toContainText(/\d\d:\d\d:\d\d\.\d{3}/);
  await page.keyboard.press("t");
  await expect(page).toHaveURL(/time=since/);
  await page.keyboard.press("w");
  await expect(page).toHaveURL(/wrap=1/);
  await expect(async () => {
    const wide = await lines(page).evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(wide).toBeLessThanOrEqual(1);
  }).toPass();
  await expect(lines(page).getByText("needle")).toBeInViewport();
});

test("a running log is followed, until one looks elsewhere", async ({ page, own }) => {
  const gates = join(own.folder, "gates");
  mkdirSync(gates);
  const server = await own.serve();
  own.start("slow.py", ["--gates", gates, "--wide", "1"]);
  const ask = () => page.request.get(`${server.url}/api/v1/flows/SlowFlow/runs/1/tasks/1`);
  await expect.poll(async () => (await ask()).status(), { timeout: 20_000 }).toBe(200);
  await page.goto(`${server.url}/SlowFlow/1/start/1`);
  await expect(lines(page)).toContainText("waiting for start (40)", { timeout: 15_000 });
  await expect(page.getByRole("button", { name: /following/ })).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("f");
  await expect(page.getByRole("button", { name: "follow what is written" })).toHaveAttribute(
    "aria-pressed",
    "false",
  );
  await page.getByRole("button", { name: "Follow", exact: true }).click();
  await expect(page.getByRole("button", { name: /following/ })).toHaveAttribute("aria-pressed", "true");
  writeFileSync(join(gates, "start"), "");
});

test("the log can be downloaded", async ({ page }) => {
  await page.goto(LOG);
  await page.getByRole("button", { name: "copy, download" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: "Download" }).click();
  expect((await download).suggestedFilename()).toBe("ChattyFlow-1-1-0.log");
});

test("the logs of all tasks of a run are searched together, with counts by step", async ({ page }) => {
  await page.goto(`/${RUNS.broken}/view/logs`);
  await expect(page.getByRole("region", { name: "Failed" })).toBeVisible();
  await page.getByRole("textbox", { name: "search the logs of all tasks" }).fill("item");
  await expect(page).toHaveURL(/q=item/);
  const steps = page.getByRole("complementary", { name: "by step" });
  await expect(steps.getByRole("button").first()).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "looked at" })).toBeVisible();
});

test("a match leads to its line in its task", async ({ page }) => {
  await page.goto(`/${RUNS.chatty}/view/logs?q=block+42`);
  const match = page
    .getByRole("region", { name: "lines that match" })
    .getByRole("link", { name: /WARNING block 42/ });
  await expect(match.locator("mark")).toHaveText("block 42");
  // What goes to two streams at once may change places: its line is where the link says.
  const number = Number(/line=(\d+)/.exec((await match.getAttribute("href")) ?? "")?.[1]);
  expect(number).toBeGreaterThan(40_000);
  await match.click();
  await expect(page).toHaveURL(new RegExp(`/ChattyFlow/1/start/1\\?.*line=${number}`));
  await expect(line(page, number)).toBeInViewport();
  await expect(line(page, number).locator("mark")).toHaveText("block 42");
  await page.goBack();
  await expect(page).toHaveURL(/view\/logs\?q=block\+42/);
});

test("where nothing matches it says what was looked at", async ({ page }) => {
  await page.goto(`/${RUNS.chatty}/view/logs?q=no-such-thing`);
  await expect(page.getByText("No line matches")).toBeVisible();
  await expect(page.getByText(/60.064 lines of 2 tasks were looked at/)).toBeVisible();
});

test("they can be read by everybody", async ({ page }) => {
  for (const path of [
    `${LOG}?q=needle&time=clock`,
    `/${RUNS.chatty}/view/logs?q=block`,
    `/${RUNS.broken}/view/logs`,
  ]) {
    await page.goto(path);
    await expect(
      page.locator("[data-line], [aria-label='lines that match'] a, article article").first(),
    ).toBeVisible();
    expect(await axe(page, "main"), path).toEqual([]);
  }
});
