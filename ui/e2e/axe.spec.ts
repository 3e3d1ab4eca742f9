import { axe, expect, finder, RUNS, TABS, test, visit } from "./support/test";

const PAGES = [
  "/",
  "/GridFlow",
  ...TABS.map((tab) => `/${RUNS.grid}/view/${tab}`),
  `/${RUNS.broken}/view/timeline`,
  "/KindsFlow/1/tables/2",
  "/RetriedFlow/1/shaky/2",
  `/compare?run=${RUNS.kinds}&run=${RUNS.thorough}`,
];

for (const path of PAGES) {
  test(`axe finds nothing on ${path}`, async ({ page }) => {
    await visit(page, path);
    await page.waitForLoadState("networkidle");
    expect(await axe(page)).toEqual([]);
    // What is otherwise in the dark is the colours.
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await axe(page, "html", ["color-contrast"])).toEqual([]);
  });
}

test("axe finds nothing in the box, the sheet and the settings", async ({ page }) => {
  await visit(page, "/");
  const { offers } = await finder(page);
  await expect(offers.first()).toBeVisible();
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "view settings" }).click();
  await expect(page.getByRole("dialog", { name: "View settings" })).toBeVisible();
  expect(await axe(page)).toEqual([]);
});
