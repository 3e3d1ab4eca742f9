import { mkdir } from "node:fs/promises";
import { expect, RUNS, SCREENSHOTS, test } from "./support/test";

/** Pictures for the documentation, made anew by every run of the tests. */
const PICTURES = [
  { name: "runs", path: "/" },
  { name: "flow", path: "/GridFlow" },
  { name: "timeline", path: `/${RUNS.grid}/view/timeline` },
  { name: "dag", path: `/${RUNS.kinds}/view/dag` },
  { name: "config", path: `/${RUNS.kinds}/view/config` },
  { name: "logs", path: `/${RUNS.chatty}/view/logs` },
  { name: "compare", path: `/compare?run=${RUNS.kinds}&run=${RUNS.thorough}` },
  { name: "task", path: `/${RUNS.grid}/choose/302` },
];

for (const { name, path } of PICTURES) {
  test(`a picture of ${name}`, async ({ page }) => {
    await mkdir(SCREENSHOTS, { recursive: true });
    await page.goto(path);
    await expect(page.getByRole("main")).toContainText(/\S/);
    await page.waitForLoadState("networkidle");
    const picture = await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, animations: "disabled" });
    // A page that shows nothing is a few kilobytes of one colour.
    expect(picture.length).toBeGreaterThan(8_000);
  });
}
