import { expect, RUNS, test, visit } from "./support/test";

const background = (page: import("@playwright/test").Page) =>
  page.evaluate(() => getComputedStyle(document.body).backgroundColor);

test("the theme follows the system until one is chosen, and the choice is kept", async ({ page }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await visit(page, "/");
  const dark = await background(page);
  await page.emulateMedia({ colorScheme: "light" });
  const light = await background(page);
  expect(dark).not.toBe(light);
  await page.getByRole("button", { name: "view settings" }).click();
  await page.getByText("Dark", { exact: true }).click();
  await expect.poll(() => background(page)).toBe(dark);
  await page.reload();
  await expect.poll(() => background(page)).toBe(dark);
});

test("high contrast can be chosen", async ({ page }) => {
  await visit(page, "/");
  await page.getByRole("button", { name: "view settings" }).click();
  await page.getByText("High", { exact: true }).click();
  await expect(page.locator("html")).toHaveAttribute("data-contrast", "more");
});

test("times are told in the zone that is chosen", async ({ page }) => {
  await visit(page, "/");
  await page.getByRole("button", { name: "view settings" }).click();
  const panel = page.getByRole("dialog", { name: "View settings" });
  await panel.getByLabel("Time zone").selectOption("Asia/Tokyo");
  const hour = await page.evaluate(() =>
    new Intl.DateTimeFormat("sv-SE", {
      timeZone: "Asia/Tokyo",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      hourCycle: "h23",
    }).format(),
  );
  await expect(panel).toContainText(`Now ${hour}`);
});

test("nothing is wider than a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const path of [
    "/",
    "/GridFlow",
    `/${RUNS.grid}/view/timeline`,
    `/${RUNS.names}/view/dag`,
    "/GridFlow/2/choose/302",
  ]) {
    await visit(page, path);
    await page.waitForLoadState("networkidle");
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(wide, path).toBeLessThanOrEqual(390);
  }
});
