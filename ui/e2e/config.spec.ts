import { expect, RUNS, test } from "./support/test";

test("parameters are there with their defaults", async ({ page }) => {
  await page.goto(`/${RUNS.small}/view/config`);
  const size = page.getByRole("row", { name: /^size/ });
  await expect(size).toContainText("30");
  await expect(size).toContainText("300");
  await expect(size).toContainText("How many settings");
});

test("what is typed filters, stays as it is typed, and is in the address", async ({ page }) => {
  await page.goto(`/${RUNS.small}/view/config`);
  const filter = page.getByRole("textbox", { name: "filter" });
  await filter.pressSequentially("learning", { delay: 20 });
  await expect(filter).toHaveValue("learning");
  await expect(page.getByRole("row", { name: /^rate/ })).toBeVisible();
  await expect(page.getByRole("row", { name: /^size/ })).toBeHidden();
  await expect(page).toHaveURL(/filter=learning/);
  await page.reload();
  await expect(filter).toHaveValue("learning");
  await expect(page.getByRole("row", { name: /^size/ })).toBeHidden();
});

test("values are copied, and HTML in them is shown", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`/${RUNS.broken}/view/config`);
  const note = page.getByRole("row", { name: /^note/ });
  await expect(note).toContainText("<script>window.__ran");
  await expect(note).toContainText("<i>Not italic.</i>");
  await note.getByRole("button", { name: "copy value of note" }).click();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain("<b>bold</b>");
  expect(await page.evaluate(() => "__ran" in window)).toBe(false);
});

test("a flow without configs teaches how to have one", async ({ page }) => {
  await page.goto(`/${RUNS.grid}/view/config`);
  await expect(page.getByRole("heading", { name: "No configs" })).toBeVisible();
});

test("a value that was set for a run is beside the one it replaced, and who set it", async ({
  page,
  own,
}) => {
  const server = await own.serve();
  const flow = own.start("tuned.py", ["--set", "tuning.model.depth=9"]);
  await new Promise((ended) => flow.once("exit", ended));
  await page.goto(`${server.url}/TunedFlow/1/view/config`);
  const depth = page.getByRole("row", { name: /depth/ });
  await expect(depth).toContainText("9");
  const before = depth.locator("del");
  await expect(before).toHaveText("3");
  await expect(before).toHaveAttribute("data-tip", /\S/);
  await expect(depth).toContainText("--set");
  await expect(page.getByRole("row", { name: /^rate/ }).locator("del")).toHaveCount(0);
});
