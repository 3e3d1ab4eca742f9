import { expect, RUNS, TABS, test, visit } from "./support/test";

test.describe("what is not there", () => {
  test.use({ mayFail: /status of 404/ });
  for (const [path, words] of [
    ["/NoSuchFlow/1/view/timeline", /no flow `NoSuchFlow`|no run `NoSuchFlow\/1`/],
    ["/GridFlow/999/view/timeline", /no run `GridFlow\/999`/],
    ["/GridFlow/2/train/999999", /no task/],
    ["/GridFlow/2/view/nonsense", /.+/],
    ["/a/b/c/d/e/f", /No page is here/],
    ["/%E0%A4%A", /.+/],
  ] as const) {
    test(`${path} says so`, async ({ page }) => {
      await visit(page, path);
      await expect(page.getByRole("main")).toContainText(words);
      await expect(page.getByRole("button", { name: "Go to anything" })).toBeVisible();
    });
  }
});

test("HTML and script in any text are shown, never run", async ({ page }) => {
  const paths = [
    "/",
    "/BrokenFlow",
    ...TABS.map((tab) => `/${RUNS.broken}/view/${tab}`),
    "/BrokenFlow/1/start/1",
    "/BrokenFlow/1/work/3",
  ];
  for (const path of paths) {
    await visit(page, path);
    await page.waitForLoadState("networkidle");
    expect(await page.evaluate(() => "__ran" in window), path).toBe(false);
    expect(await page.locator("main script, main img[src=x]").count(), path).toBe(0);
  }
});

test("what runs are called breaks no layout", async ({ page }) => {
  for (const path of ["/", "/NamesFlow", ...TABS.map((tab) => `/${RUNS.names}/view/${tab}`)]) {
    await visit(page, path);
    await page.waitForLoadState("networkidle");
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(wide, path).toBeLessThanOrEqual(0);
  }
});
