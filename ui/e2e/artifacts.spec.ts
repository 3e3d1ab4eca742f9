import type { Page } from "@playwright/test";
import { axe, expect, RUNS, test } from "./support/test";

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

const START = `/${RUNS.kinds}/start/1?section=artifacts`;
const row = (page: Page, name: string) => page.locator(`[data-artifact="${name}"]`);
const open = async (page: Page, name: string) => {
  await row(page, name).getByRole("button", { expanded: false }).first().click();
  return row(page, name);
};
const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

test("plain values are seen in the list; HTML is text", async ({ page }) => {
  await page.goto(START);
  await expect(row(page, "number")).toContainText("42");
  await expect(row(page, "nothing")).toContainText("None");
  await expect(row(page, "when")).toContainText("2026-11-27");
  await expect(row(page, "text")).toContainText("<b>not bold</b>");
  await expect(row(page, "blob")).toContainText("bytes");
  await page.getByRole("textbox", { name: "filter artifacts" }).fill("dict");
  await expect(page.locator("[data-artifact]")).toHaveCount(2);
});

test("a value inside a value is opened level by level, and its place is in the address", async ({ page }) => {
  await page.goto(START);
  const tree = await open(page, "tree");
  await expect(page).toHaveURL(/artifact=tree/);
  await expect(tree).toContainText("nested");
  await page.reload();
  await expect(row(page, "tree").getByRole("button", { name: "JSON" })).toBeVisible();
});

test("a table has its columns with what is known of them, and its first rows", async ({ page }) => {
  await page.goto(`/${RUNS.kinds}/view/artifacts?artifact=frame`);
  const frame = row(page, "frame");
  const rows = frame.getByRole("region", { name: "first rows" });
  await expect(rows.getByRole("columnheader", { name: /day/ })).toContainText("datetime64");
  await expect(rows.getByRole("columnheader", { name: /city/ })).toContainText("4 distinct");
  await expect(rows.getByRole("columnheader", { name: /visits/ })).toContainText("int64");
  await expect(rows.getByRole("row")).toHaveCount(11);
  await expect(rows).toContainText("東京");
  await expect(frame).toContainText(/500 rows × \d columns/);
});

test("an array has its shape, a histogram and a corner; an image is seen", async ({ page }) => {
  await page.goto(`/${RUNS.kinds}/view/artifacts?artifact=array`);
  await expect(row(page, "array")).toContainText("100 × 100");
  await expect(
    row(page, "array")
      .getByRole("img", { name: /from -?\d/ })
      .last(),
  ).toBeVisible();
  await expect(row(page, "array").getByRole("region", { name: "a corner of the array" })).toBeVisible();
  await row(page, "array").getByRole("button", { expanded: true }).click();
  const picture = await open(page, "picture");
  await expect(picture.getByRole("img", { name: /picture, a small copy/ })).toBeVisible();
  const wide = await picture
    .getByRole("img", { name: /small copy/ })
    .evaluate((image) => (image as HTMLImageElement).naturalWidth);
  expect(wide).toBeGreaterThan(10);
});

test("who made it is told, and how to have it elsewhere", async ({ page }) => {
  await page.goto(`/${RUNS.kinds}/end/7?section=artifacts&artifact=number`);
  const number = row(page, "number");
  await expect(number.getByRole("link", { name: "start/1" })).toBeVisible();
  await number.getByRole("button", { name: "copy Python" }).click();
  await expect
    .poll(() => copied(page))
    .toBe('from spinloom import Task\nTask("KindsFlow/1/end/7")["number"].data');
  await number.getByRole("button", { name: "copy command" }).click();
  await expect.poll(() => copied(page)).toBe("spinloom artifact get KindsFlow/1/end/7/number -o number.json");
  await number.getByRole("button", { name: "Download" }).click();
  const download = page.waitForEvent("download");
  await page.getByRole("menuitem", { name: "As JSON" }).click();
  expect((await download).suggestedFilename()).toBe("KindsFlow-1-7-number.json");
});

test("the steps that got it are told, with how many tasks, and lead there", async ({ page }) => {
  await page.goto(`/${RUNS.grid}/start/1?section=artifacts&artifact=settings`);
  const used = row(page, "settings")
    .getByText(/train.* \(\d+ tasks\)/)
    .last();
  await expect(used).toBeVisible();
  await used.getByRole("link", { name: "train" }).click();
  await expect(page).toHaveURL(new RegExp(`/${RUNS.grid}/train/\\d+`));
});

test("how it was in other runs is drawn, and leads there", async ({ page }) => {
  await page.goto(`/${RUNS.kinds}/decide/5?section=artifacts&artifact=way`);
  const history = row(page, "way").getByRole("region", { name: "over runs" });
  await expect(history).toContainText("changed 1 time");
  await history.getByRole("link", { name: /^run 2: thorough, changed/ }).click();
  await expect(page).toHaveURL(/\/KindsFlow\/2\/decide\/\d+\?section=artifacts&artifact=way/);
  await expect(row(page, "way")).toContainText("thorough");
});

test("of a run, equal values are listed once and others together", async ({ page }) => {
  await page.goto(`/${RUNS.kinds}/view/artifacts`);
  await expect(row(page, "number")).toContainText("start/1");
  await expect(row(page, "mode")).toContainText("of the run");
  await page.getByRole("textbox", { name: "filter artifacts by name" }).fill("fra");
  await expect(page).toHaveURL(/name=fra/);
  await expect(page.locator("[data-artifact]")).toHaveCount(1);
  await page.goto(`/${RUNS.grid}/view/artifacts?step=fit`);
  const many = page.getByText(/\d+ values in \d+ tasks/).first();
  if (await many.isVisible()) {
    await many.click();
    await expect(page.locator("[data-artifact] [data-artifact]").first()).toBeVisible();
  }
});

test("they can be read by everybody", async ({ page }) => {
  for (const path of [START, `${START}&artifact=tree`, `/${RUNS.kinds}/view/artifacts?artifact=frame`]) {
    await page.goto(path);
    await expect(page.locator("[data-artifact]").first()).toBeVisible();
    expect(await axe(page, "main"), path).toEqual([]);
  }
});
