import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, RUNS, TABS, test } from "./support/test";

test("a run says how it is, who started it, and how long it took", async ({ page }) => {
  await page.goto(`/${RUNS.broken}/view/config`);
  await expect(page).toHaveTitle(/BrokenFlow\/1 failed/);
  const header = page.locator("article > header");
  await expect(header.getByText("Failed", { exact: true })).toBeVisible();
  await expect(header).toContainText("failed with");
  await expect(header.getByRole("link", { name: "ann" })).toHaveAttribute("href", /\?q=user/);
  await expect(header.locator("[data-fact=took]")).toContainText(/\d+(\.\d+)? m?s/);
  await expect(header.getByRole("button", { name: "<b>bold</b>" })).toBeVisible();
});

test("keys go from tab to tab, and back goes back", async ({ page }) => {
  await page.goto(`/${RUNS.grid}/view/config`);
  await expect(page.getByRole("heading", { name: "Parameters" })).toBeVisible();
  for (const key of [2, 8, 9]) {
    await page.keyboard.press(String(key));
    await expect(page).toHaveURL(new RegExp(`/view/${TABS[key - 1]}`));
    await expect(
      page.locator("nav a[aria-current=page]", { hasText: new RegExp(TABS[key - 1] ?? "", "i") }),
    ).toBeVisible();
  }
  await page.goBack();
  await expect(page).toHaveURL(/\/view\/code/);
  await page.getByRole("link", { name: "Config" }).click();
  await expect(page).toHaveURL(/\/view\/config/);
});

test("failures are together, with one example, and e goes to them", async ({ page }) => {
  await page.goto(`/${RUNS.broken}/view/dag`);
  const banner = page.getByRole("region", { name: "failures" });
  await expect(banner).toContainText("6 tasks: same failure");
  await expect(banner).toContainText("ValueError");
  await expect(banner.getByRole("link", { name: /6 tasks/ })).toHaveAttribute(
    "href",
    /view\/tasks\?failure=\d+/,
  );
  await banner.getByRole("button", { name: "Traceback" }).click();
  await expect(page).toHaveURL(/errors=1/);
  await expect(banner.locator("pre")).toContainText("raise ValueError");
  // What a flow says is shown, never run.
  await expect(banner.locator("pre")).toContainText("<script>");
  expect(await page.evaluate(() => "__ran" in window)).toBe(false);
  await page.keyboard.press("e");
  await expect(page).toHaveURL(/\/BrokenFlow\/1\/work\/\d+/);
});

test("details open, stay open in the address, and show what the run was given", async ({ page }) => {
  await page.goto(`/${RUNS.grid}/view/config`);
  const button = page.getByRole("button", { name: "Details" });
  await button.click();
  await expect(page).toHaveURL(/details=1/);
  await page.reload();
  const details = page.getByRole("region", { name: "details" });
  await expect(details).toContainText("Trains a model for each of 300 settings");
  await expect(details.getByText("size", { exact: true })).toBeVisible();
  await button.click();
  await expect(details).toBeHidden();
  await expect(page).not.toHaveURL(/details/);
});

test("pathspec and commands are copied", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`/${RUNS.grid}/view/config`);
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  for (const [item, text] of [
    ["Pathspec", /^GridFlow\/2$/],
    ["resume", /^spinloom resume \S*grid\.py --origin-run-id 2$/],
    ["logs", /^spinloom logs GridFlow\/2$/],
    ["dump", /^spinloom dump \S*grid\.py 2\/end$/],
    ["Client code", /Run\("GridFlow\/2"\)/],
  ] as const) {
    await page.getByRole("button", { name: "Copy", exact: true }).click();
    await page.getByRole("menuitem", { name: item }).click();
    await expect.poll(copied).toMatch(text);
  }
});

test("why it is so: the facts behind the sentence", async ({ page }) => {
  await page.goto(`/${RUNS.broken}/view/config`);
  await page.getByRole("button", { name: "Why?" }).click();
  const why = page.getByRole("dialog", { name: "why it is in this state" });
  await expect(why).toContainText("Failed first");
  await expect(why.getByRole("link", { name: /^work\/\d+$/ }).first()).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(why).toBeHidden();
});

test("a run at work is told of as it goes, without loading anew", async ({ page, own }) => {
  const server = await own.serve();
  own.start("slow.py", ["--gates", own.folder]);
  await page.goto(`${server.url}/`);
  await expect
    .poll(async () => (await page.request.get(`${server.url}/api/v1/flows/SlowFlow/runs/1`)).status())
    .toBe(200);
  await page.goto(`${server.url}/SlowFlow/1/view/dag`);
  const header = page.locator("article > header");
  await expect(header.getByText("Running", { exact: true })).toBeVisible();
  const start = page.locator("a[data-step=start]");
  await expect(start).toHaveAttribute("data-state", "running");
  await writeFile(join(own.folder, "start"), "");
  await expect(start).toHaveAttribute("data-state", "done");
  await expect(page.locator("a[data-step=work]")).toHaveAttribute("aria-label", /0 of 4 tasks over/);
  await expect(header.getByRole("link", { name: /^work: 0 of 4 tasks/ })).toBeVisible();
  await expect(header).toContainText(/1 of 7 tasks/);
  await writeFile(join(own.folder, "work"), "");
  await writeFile(join(own.folder, "end"), "");
  await expect(header.getByText("Done", { exact: true })).toBeVisible();
  await expect(page.locator("a[data-step=work]")).toHaveAttribute("data-state", "done");
  await expect(page).toHaveTitle(/SlowFlow\/1 done/);
});

test.describe("what is not there", () => {
  test.use({ mayFail: /404/ });
  test("a run that does not exist is said so", async ({ page }) => {
    await page.goto("/GridFlow/99999/view/dag");
    await expect(page.getByRole("alert")).toContainText("99999");
  });

  test("a tab that does not exist is said so", async ({ page }) => {
    await page.goto(`/${RUNS.grid}/view/nothing`);
    await expect(page.getByRole("heading", { name: /no tab/ })).toBeVisible();
  });
});
