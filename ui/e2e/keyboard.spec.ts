import { expect, finder, RUNS, test, visit } from "./support/test";

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

test("? shows all keys, those of this page first", async ({ page }) => {
  await visit(page, `/${RUNS.grid}/view/dag`);
  await page.keyboard.press("?");
  const sheet = page.getByRole("dialog", { name: "Keys" });
  await expect(sheet).toContainText("Go to anything");
  await expect(sheet).toContainText("Copy pathspec");
  await expect(sheet).toContainText("Timeline tab");
  await page.keyboard.press("Escape");
  await expect(sheet).toBeHidden();
});

test("g and a letter go to pages and tabs", async ({ page }) => {
  await visit(page, `/${RUNS.grid}/view/timeline`);
  await expect(page.getByRole("navigation", { name: "Where this is" })).toContainText("GridFlow");
  for (const [keys, path] of [
    ["gd", /\/GridFlow\/2\/view\/dag/],
    ["gl", /\/GridFlow\/2\/view\/logs/],
    ["gf", /\/GridFlow$/],
    ["gr", /\/$/],
  ] as const) {
    // On a busy machine the second key may come too late to be one with the first.
    await expect(async () => {
      for (const key of keys) await page.keyboard.press(key);
      await expect(page).toHaveURL(path, { timeout: 3_000 });
    }).toPass();
  }
});

test("u goes up a level", async ({ page }) => {
  await visit(page, "/GridFlow/2/choose/302");
  await page.keyboard.press("u");
  await expect(page).toHaveURL(/\/GridFlow\/2\/view\/timeline/);
  await expect(page.getByText("Timeline", { exact: true }).first()).toBeVisible();
  await page.keyboard.press("u");
  await expect(page).toHaveURL(/\/GridFlow$/);
  await expect(page.getByRole("heading", { name: "GridFlow" }).first()).toBeVisible();
  await page.keyboard.press("u");
  await expect(page).toHaveURL(/:\d+\/$/);
});

test("y copies the pathspec, Y the address, and both say so", async ({ page, baseURL }) => {
  await visit(page, "/GridFlow/2/choose/302");
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await page.keyboard.press("y");
  await expect.poll(copied).toBe("GridFlow/2/choose/302");
  await expect(page.getByText("pathspec copied")).toBeAttached();
  await page.keyboard.press("Y");
  await expect.poll(copied).toBe(`${baseURL}/GridFlow/2/choose/302`);
});

test("keys are typed, not done, in a field", async ({ page }) => {
  await visit(page, `/${RUNS.grid}/view/dag`);
  const { box } = await finder(page);
  await page.keyboard.type("guy?");
  await expect(box).toHaveValue("guy?");
  await expect(page).toHaveURL(/view\/dag/);
});

test("the first thing is a way past the bar, and focus begins at the page when it changes", async ({
  page,
}) => {
  await visit(page, "/");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Skip to the page" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("main")).toBeFocused();
  const { box, offers } = await finder(page);
  await box.fill(RUNS.retried);
  await expect(offers.first()).toContainText(RUNS.retried);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/RetriedFlow\/1/);
  await expect(page.getByRole("main")).toBeFocused();
  // Those who listen hear where they are.
  await expect(page.locator("[role=status].sr-only", { hasText: "RetriedFlow/1" })).toBeAttached();
});

test("menus and settings work by keyboard alone", async ({ page }) => {
  await visit(page, "/");
  const button = page.getByRole("button", { name: "view settings" });
  await button.focus();
  await page.keyboard.press("Enter");
  const panel = page.getByRole("dialog", { name: "View settings" });
  await expect(panel).toBeVisible();
  await expect(panel.getByRole("radio").first()).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await expect(button).toBeFocused();
});
