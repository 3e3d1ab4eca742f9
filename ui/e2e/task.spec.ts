import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { axe, expect, RUNS, test, there } from "./support/test";

test.use({ permissions: ["clipboard-read", "clipboard-write"] });

const SHAKY = `/${RUNS.retried}/shaky/2`;

test("attempts are side by side, with what each failed with, and keys go from one to the next", async ({
  page,
}) => {
  await page.goto(SHAKY);
  const attempts = page.getByRole("tablist", { name: "attempts" });
  await expect(attempts.getByRole("tab")).toHaveCount(3);
  await expect(attempts.getByRole("tab", { name: /Attempt 3/ })).toHaveAttribute("aria-selected", "true");
  await expect(attempts.getByRole("tab", { name: /Attempt 1/ })).toContainText("ConnectionError");
  await expect(page.getByText("It ended well, at attempt 3.")).toBeVisible();
  await expect(page.getByLabel("lines of the log")).toContainText("attempt 2");
  await page.keyboard.press("[");
  await expect(page).toHaveURL(/attempt=1/);
  await expect(page.getByRole("region", { name: "failure" })).toContainText(
    "the database did not answer, attempt 1",
  );
  await expect(page.getByLabel("lines of the log")).toContainText("attempt 1");
  await page.keyboard.press("]");
  await expect(page).not.toHaveURL(/attempt=/);
  await expect(page.getByRole("region", { name: "failure" })).toBeHidden();
});

test("a failure leads to the line of code it came from, and its traceback can be read", async ({ page }) => {
  await page.goto(`${SHAKY}?attempt=0`);
  const failure = page.getByRole("region", { name: "failure" });
  await expect(failure.getByRole("link", { name: /retried\.py:\d+/ })).toHaveAttribute(
    "href",
    /view\/code\?file=retried\.py&line=\d+/,
  );
  await failure.getByText("Traceback", { exact: true }).click();
  await expect(failure).toContainText("Traceback (most recent call last)");
});

test("the step's docstring, its times, and the tasks before and after it are there", async ({ page }) => {
  await page.goto(SHAKY);
  await expect(page.getByText("Fails until it has been tried twice.")).toBeVisible();
  const rail = page.getByRole("complementary", { name: "about the task" });
  await expect(rail).toContainText("Waited for a worker");
  await expect(rail).toContainText("At work, 3 attempts");
  await expect(rail).toContainText(/Starting[\d.]+ [mµ]?s/);
  await expect(rail).toContainText(/Saving[\d.]+ [mµ]?s/);
  await rail.getByRole("link", { name: "end/3" }).click();
  await expect(page).toHaveURL(/\/RetriedFlow\/1\/end\/3$/);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("end/3");
  await page.goBack();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("shaky/2");
});

test("the item of a foreach is called as people call it", async ({ page }) => {
  await page.goto(`/${RUNS.small}/train/3`);
  await expect(page.getByRole("list", { name: "foreach" })).toHaveText("settings[1]depth=1 leaves=1");
  await expect(page.getByRole("navigation", { name: "Where this is" })).toContainText("3depth=1 leaves=1");
});

test("every command can be copied", async ({ page }) => {
  await page.goto(SHAKY);
  const said = async (name: string) => {
    await page.getByRole("button", { name: `copy ${name} command` }).click();
    return page.evaluate(() => navigator.clipboard.readText());
  };
  expect(await said("spin")).toMatch(/^spinloom spin \S*retried\.py 1\/shaky\/2$/);
  expect(await said("resume")).toMatch(/^spinloom resume \S*retried\.py shaky --origin-run-id 1$/);
  expect(await said("logs")).toBe("spinloom logs RetriedFlow/1/shaky/2");
  expect(await said("dump")).toMatch(/^spinloom dump \S*retried\.py 1\/shaky\/2$/);
  expect(await said("notebook")).toBe('from spinloom import Task\ntask = Task("RetriedFlow/1/shaky/2")');
});

test("everything that is recorded is in Details", async ({ page }) => {
  await page.goto(`${SHAKY}?section=details`);
  await expect(page.getByRole("region", { name: "Task" })).toContainText("RetriedFlow/1/shaky/2");
  await expect(page.getByRole("region", { name: "Step" })).toContainText("@retry");
  await expect(page.getByRole("region", { name: "Attempts side by side" }).getByRole("row")).toHaveCount(9);
});

test("a task is followed as it goes: its log, its state, its artifacts", async ({ page, own }) => {
  const gates = join(own.folder, "gates");
  mkdirSync(gates);
  const server = await own.serve();
  own.start("slow.py", ["--gates", gates, "--wide", "1"]);
  await there(page, server.url, "1");
  await page.goto(`${server.url}/SlowFlow/1/start/1`);
  await expect(page.getByText("Running", { exact: true })).toBeVisible({ timeout: 15_000 });
  const lines = page.getByLabel("lines of the log");
  await expect(lines).toContainText("waiting for start (0)");
  await expect(page.getByText("live", { exact: true })).toBeVisible();
  await expect(lines).toContainText("waiting for start (30)");
  writeFileSync(join(gates, "start"), "");
  await expect(page.getByText("Done", { exact: true })).toBeVisible();
  await expect(page.getByRole("tab", { name: /Artifacts/ })).toContainText(/[1-9]/);
  await expect(page.getByText("live", { exact: true })).toBeHidden();
});

test.describe("what is not there", () => {
  test.use({ mayFail: /404 \(Not Found\)/ });
  test("is told so", async ({ page }) => {
    await page.goto(`/${RUNS.kinds}/start/99`);
    await expect(page.getByRole("alert")).toContainText("99");
  });
});

test("it can be read by everybody", async ({ page }) => {
  for (const section of ["log", "artifacts", "resources", "details"]) {
    await page.goto(`${SHAKY}?attempt=0&section=${section}`);
    await expect(page.getByRole("tab", { selected: true }).last()).toBeVisible();
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    expect(await axe(page, "main"), section).toEqual([]);
  }
});

test("it fits a phone", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${SHAKY}?attempt=0`);
  await expect(page.getByLabel("lines of the log")).toContainText("attempt 0");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
