import { expect, RUNS, test } from "./support/test";

test("the file of the flow is open, with colours and numbered lines", async ({ page }) => {
  await page.goto(`/${RUNS.grid}/view/code`);
  const code = page.getByRole("region", { name: "grid.py" });
  await expect(code).toContainText("class GridFlow(FlowSpec):");
  await expect(code.locator("[data-mark=k]", { hasText: "class" }).first()).toBeVisible();
  await expect(code.getByRole("button", { name: "line 1", exact: true })).toBeVisible();
});

test("a step leads to its lines, and a line has an address", async ({ page }) => {
  await page.goto(`/${RUNS.grid}/view/code`);
  const side = page.getByRole("navigation", { name: "files and steps" });
  await side.getByRole("button", { name: /^choose/ }).click();
  await expect(page).toHaveURL(/step=choose/);
  const on = page.locator("[data-on]");
  await expect(on.first()).toContainText("@step");
  await expect(on.last()).toContainText("self.next(self.end)");
  await page.getByRole("button", { name: "line 9", exact: true }).click();
  await expect(page).toHaveURL(/file=.*grid\.py&line=9|line=9&file=/);
  await page.getByRole("button", { name: "line 12", exact: true }).click({ modifiers: ["Shift"] });
  await expect(page).toHaveURL(/line=9-12/);
  await expect(on).toHaveCount(4);
  await page.reload();
  await expect(on).toHaveCount(4);
});

test("other files can be opened, and downloaded", async ({ page }) => {
  await page.goto(`/${RUNS.grid}/view/code`);
  await page
    .getByRole("navigation", { name: "files and steps" })
    .getByRole("button", { name: /^broken\.py/ })
    .click();
  await expect(page).toHaveURL(/file=broken\.py/);
  const code = page.getByRole("region", { name: "broken.py" });
  await expect(code).toContainText("<script>window.__ran = true</script>");
  expect(await page.evaluate(() => "__ran" in window)).toBe(false);
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download" }).click();
  expect((await download).suggestedFilename()).toBe("broken.py");
});

test("code that is the same as that of another run is said so", async ({ page }) => {
  await page.goto(`/${RUNS.grid}/view/code`);
  await page.getByRole("button", { name: "Changes" }).click();
  await expect(page).toHaveURL(/against=1/);
  await expect(page.getByRole("heading", { name: "The code is the same" })).toBeVisible();
});
