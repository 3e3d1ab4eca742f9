import { execFile } from "node:child_process";
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { BIN, environment, FLOWS } from "./support/server";
import { expect, RUNS, test } from "./support/test";

test("the tab puts a run beside the previous good one", async ({ page }) => {
  await page.goto(`/${RUNS.thorough}/view/compare`);
  await expect(page.getByRole("list", { name: "compared runs" }).getByRole("link")).toHaveText([
    "KindsFlow/1",
    "KindsFlow/2",
  ]);
  const parameters = page.getByRole("region", { name: /^Parameters/ });
  const mode = parameters.getByRole("row", { name: /^mode/ });
  await expect(mode).toContainText("quick");
  await expect(mode.locator("[data-other]")).toContainText("thorough");
  await expect(parameters.getByRole("row", { name: /^options/ })).toHaveCount(0);
});

test("only differences are shown, unless all is wanted", async ({ page }) => {
  await page.goto(`/compare?run=${RUNS.kinds}&run=${RUNS.thorough}`);
  await expect(page.getByRole("region", { name: /^Artifacts/ }).first()).toContainText("thorough");
  await expect(page.getByRole("region", { name: /^DAG/ })).toContainText("No difference.");
  await page.getByRole("checkbox", { name: "Differences only" }).uncheck();
  await expect(page).toHaveURL(/all=true/);
  await expect(
    page.getByRole("region", { name: /^DAG/ }).getByRole("row", { name: /^decide/ }),
  ).toContainText("switch by way");
  await expect(page.getByRole("row", { name: /^options/ })).toBeVisible();
});

test("times of steps are bars, by what one wants to measure", async ({ page }) => {
  await page.goto(`/compare?run=${RUNS.small}&run=${RUNS.grid}`);
  const times = page.getByRole("region", { name: "Time of each step" });
  await expect(times).toContainText("30 tasks");
  await expect(times).toContainText("300 tasks");
  await times.getByRole("combobox", { name: "what is measured" }).selectOption("median");
  await expect(page).toHaveURL(/by=median/);
  await times.getByRole("link", { name: "2", exact: true }).first().click();
  await expect(page).toHaveURL(/\/GridFlow\/2\/view\/timeline\?steps=start/);
});

test("a third run is picked, made the first, and taken away", async ({ page }) => {
  await page.goto(`/compare?run=${RUNS.small}&run=${RUNS.grid}`);
  const list = page.getByRole("list", { name: "compared runs" });
  await page.getByRole("button", { name: "Add a run" }).click();
  await page.getByRole("combobox", { name: "find a run" }).fill("KindsFlow/1");
  await page.keyboard.press("Enter");
  await expect(list.getByRole("link")).toHaveCount(3);
  await expect(
    page
      .getByRole("region", { name: /^Parameters/ })
      .getByRole("columnheader")
      .last(),
  ).toHaveText("KindsFlow/1");
  await list
    .getByRole("listitem")
    .filter({ hasText: "GridFlow/2" })
    .getByRole("button", { name: "Compare with this one" })
    .click();
  await expect(list.getByRole("link").first()).toHaveText("GridFlow/2");
  await page.getByRole("button", { name: "leave out KindsFlow/1" }).click();
  await expect(list.getByRole("link")).toHaveCount(2);
  await page.goBack();
  await expect(list.getByRole("link")).toHaveCount(3);
});

test("changes of the code are shown line by line", async ({ page, own }) => {
  const flow = join(own.folder, "retried.py");
  await copyFile(join(FLOWS, "retried.py"), flow);
  const run = () => promisify(execFile)(BIN, ["run", flow], { cwd: own.folder, env: environment() });
  await run();
  await writeFile(flow, (await readFile(flow, "utf8")).replace('print("attempt"', 'print("<b>try</b>"'));
  await run();
  const server = await own.serve();
  await page.goto(`${server.url}/RetriedFlow/2/view/compare`);
  const changes = page.getByRole("region", { name: "changes of retried.py" });
  await expect(changes.locator("[data-kind=removed]")).toContainText('print("attempt"');
  await expect(changes.locator("[data-kind=added]")).toContainText('print("<b>try</b>"');
  await page.goto(`${server.url}/RetriedFlow/2/view/code?against=1`);
  await expect(changes.locator("[data-kind=added]")).toContainText("<b>try</b>");
});

test("nothing chosen teaches what to do", async ({ page }) => {
  await page.goto("/compare");
  await expect(page.getByRole("heading", { name: "Which runs?" })).toBeVisible();
});
