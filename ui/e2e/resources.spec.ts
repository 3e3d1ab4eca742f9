import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { axe, expect, RUNS, test, there } from "./support/test";

test("what an attempt used is drawn, or told where it was too short", async ({ page, own }) => {
  const gates = join(own.folder, "gates");
  mkdirSync(gates);
  const server = await own.serve();
  own.start("slow.py", ["--gates", gates, "--wide", "1"]);
  await there(page, server.url, "1");
  await page.goto(`${server.url}/SlowFlow/1/start/1?section=resources`);
  await expect(page.getByRole("img", { name: /Processors at work over time/ })).toBeVisible({
    timeout: 15_000,
  });
  await expect(page.getByRole("img", { name: /Memory over time/ })).toBeVisible();
  await page.goto(`/${RUNS.kinds}/end/7?section=resources`);
  await expect(page.getByText("It was too short for a curve")).toBeVisible();
});

test("what the tasks of a step used together is drawn beside its figures", async ({ page, own }) => {
  const gates = join(own.folder, "gates");
  mkdirSync(gates);
  writeFileSync(join(gates, "start"), "");
  const server = await own.serve();
  own.start("slow.py", ["--gates", gates, "--wide", "3"]);
  await there(page, server.url, "1");
  await page.goto(`${server.url}/SlowFlow/1/view/timeline`);
  await page.getByRole("button", { name: "Step work" }).click();
  await page.getByRole("menuitem", { name: "Statistics" }).click();
  const panel = page.getByRole("complementary", { name: "Statistics of work" });
  await expect(panel.getByRole("img", { name: /Memory over time/ })).toBeVisible({ timeout: 15_000 });
  await expect(
    panel.getByRole("img", { name: /Tasks at work over time\. tasks: at most [123]/ }),
  ).toBeVisible();
  await axe(page);
});

test("GPUs are drawn where some were used", async ({ page, own }) => {
  await once(own.start("kinds.py"), "exit");
  // What the engine keeps on a machine that has some, with differences to the value before.
  const curve = {
    version: 1,
    started_at: 1_700_000_000_000_000,
    at_us: [1e6, 1e6],
    cpu_us: [9e5, 1e6],
    rss_kib: [4e5, 5e5],
    read_bytes: [0, 0],
    written_bytes: [0, 0],
    processes: [1, 1],
    gpu_us: [5e5, 15e5],
    gpu_kib: [2e6, 4e6],
  };
  const folder = join(own.folder, ".spinloom/runs/KindsFlow/1/resources");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "1.0"), JSON.stringify(curve));
  const server = await own.serve();
  await page.goto(`${server.url}/KindsFlow/1/start/1?section=resources`);
  await expect(page.getByRole("img", { name: /GPUs at work over time\. GPUs: at most 1\.50/ })).toBeVisible();
  await expect(page.getByRole("img", { name: /GPU memory over time/ })).toBeVisible();
  await expect(page.locator("dl", { hasText: "GPU time" })).toContainText("2.00 s");
  await page.goto(`${server.url}/KindsFlow/1/view/timeline`);
  await page.getByRole("button", { name: "Step start" }).click();
  await page.getByRole("menuitem", { name: "Statistics" }).click();
  await expect(page.getByRole("img", { name: /GPUs at work over time/ })).toBeVisible();
});
