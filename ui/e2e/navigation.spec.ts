import { expect, finder, RUNS, test, visit } from "./support/test";

const goTo = "Go to anything";

test.describe("the box to go anywhere", () => {
  test("goes to a pathspec that is typed", async ({ page }) => {
    await visit(page, "/");
    const { box, offers } = await finder(page);
    await box.fill("GridFlow/2/choose/302");
    await expect(offers.first()).toContainText("GridFlow/2/choose/302");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/\/GridFlow\/2\/choose\/302$/);
    await expect(page.getByRole("navigation", { name: "Where this is" })).toContainText("302");
  });

  test("understands the latest run, the id of a run, and a step", async ({ page }) => {
    await visit(page, "/");
    for (const [typed, path] of [
      ["GridFlow/latest", "/GridFlow/2/view/timeline"],
      ["KindsFlow/latest:done", "/KindsFlow/2/view/timeline"],
      ["RetriedFlow/1/shaky", "/RetriedFlow/1/view/timeline?steps=shaky"],
    ] as const) {
      const { box, offers } = await finder(page);
      await box.fill(typed);
      await expect(offers.first()).toContainText(/^\w+\/\d+/);
      await page.keyboard.press("Enter");
      await expect.poll(() => new URL(page.url()).pathname + new URL(page.url()).search).toBe(path);
    }
  });

  test("offers what is below, and Tab goes on typing there", async ({ page }) => {
    await visit(page, "/");
    const { box, offers } = await finder(page);
    await box.fill("grid");
    await expect(offers.first()).toContainText("GridFlow");
    await page.keyboard.press("Tab");
    await expect(box).toHaveValue(/^GridFlow\//);
    await box.fill("GridFlow/");
    await expect(offers.filter({ hasText: "GridFlow/2" }).first()).toBeVisible();
    await box.fill("GridFlow/2/");
    await expect(offers.filter({ hasText: "GridFlow/2/train" }).first()).toBeVisible();
  });

  test("says what is wrong with a pathspec, and what to do", async ({ page }) => {
    await visit(page, "/");
    const { box } = await finder(page);
    await box.fill("GridFlow/99");
    await expect(page.getByRole("dialog")).toContainText("there is no run `GridFlow/99`");
    await expect(page.getByRole("dialog")).toContainText("the newest is `GridFlow/2`");
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toBeHidden();
    await expect(page.getByRole("button", { name: goTo })).toBeVisible();
  });
  test.use({ mayFail: /status of 404/ });
});

test("a pathspec that is pasted anywhere is gone to", async ({ page }) => {
  await visit(page, "/");
  await paste(page, RUNS.retried);
  await expect(page).toHaveURL(/\/RetriedFlow\/1\/view\/timeline/);
});

test("an address of these pages is gone to with its view, one of Metaflow's is understood", async ({
  page,
  baseURL,
}) => {
  await visit(page, "/");
  await paste(page, `${baseURL}/GridFlow/2/view/dag?x=1`);
  await expect(page).toHaveURL(/\/GridFlow\/2\/view\/dag\?x=1$/);
  await paste(page, "https://metaflow.example/RetriedFlow/1/view/timeline?steps=shaky");
  await expect(page).toHaveURL(/\/RetriedFlow\/1\/view\/timeline\?steps=shaky$/);
});

test("breadcrumbs lead up, and back and forward go the same way", async ({ page }) => {
  await visit(page, "/GridFlow/2/choose/302");
  const crumbs = page.getByRole("navigation", { name: "Where this is" });
  await crumbs.getByRole("link", { name: "choose" }).click();
  await expect(page).toHaveURL(/\/GridFlow\/2\/view\/timeline\?steps=choose$/);
  await crumbs.getByRole("link", { name: "GridFlow" }).click();
  await expect(page).toHaveURL(/\/GridFlow$/);
  await page.goBack();
  await expect(page).toHaveURL(/steps=choose$/);
  await page.goBack();
  await expect(page).toHaveURL(/\/GridFlow\/2\/choose\/302$/);
  await page.goForward();
  await expect(page).toHaveURL(/steps=choose$/);
});

test("short addresses of runs and steps lead to the timeline", async ({ page }) => {
  await visit(page, "/GridFlow/2");
  await expect(page).toHaveURL(/\/GridFlow\/2\/view\/timeline$/);
  await visit(page, "/GridFlow/2/train");
  await expect(page).toHaveURL(/\/GridFlow\/2\/view\/timeline\?steps=train$/);
  await expect(page).toHaveTitle(/GridFlow\/2.*Spinloom/);
});

async function paste(page: import("@playwright/test").Page, text: string): Promise<void> {
  await page.evaluate((pasted) => {
    const data = new DataTransfer();
    data.setData("text/plain", pasted);
    document.body.dispatchEvent(
      new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }),
    );
  }, text);
}
