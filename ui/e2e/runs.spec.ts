import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { runFlow } from "./support/server";
import { axe, expect, RUNS, test } from "./support/test";

// A server of a test's own is stopped before its page is closed.
test.use({ mayFail: /ERR_CONNECTION_REFUSED|WebSocket connection/ });

const table = (page: Page) => page.getByRole("grid", { name: "Runs" });
const rows = (page: Page) => table(page).locator("[role=rowgroup] [role=row]");
const row = (page: Page, run: string) => rows(page).filter({ has: page.getByLabel(`select ${run}`) });
const box = (page: Page) => page.getByRole("combobox", { name: "Which runs" });
const filters = (page: Page) => page.getByRole("complementary", { name: "Filters" });
const queryOf = (page: Page) => new URL(page.url()).searchParams.get("q");

test("the first rows, the number of all and the counts come with one request", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith("/api/v1/runs")) asked.push(pathname);
  });
  await page.goto("/");
  await expect(row(page, RUNS.grid)).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "8 runs" })).toBeVisible();
  await expect(filters(page).getByText("GridFlow")).toBeVisible();
  expect(asked.filter((path) => path !== "/api/v1/runs/scatter")).toEqual(["/api/v1/runs"]);
});

test("a row tells the state in words and shape, who, when, how long, how far", async ({ page }) => {
  await page.goto("/");
  const broken = row(page, RUNS.broken);
  await expect(broken).toContainText("Failed");
  await expect(broken).toContainText("ann");
  await expect(broken).toContainText(/ago|now/);
  await expect(broken).toContainText(/work\s*\d*\/?\d*.*\d+\/12/);
  await expect(broken.getByRole("button", { name: "<b>bold</b>" })).toBeVisible();
  await broken.locator("time").hover();
  await expect(page.getByText(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d Europe\/Rome/)).toBeVisible();
});

test("a facet narrows the list, the address says so, back undoes it", async ({ page }) => {
  await page.goto("/");
  await filters(page).getByLabel("failed", { exact: true }).check();
  await expect(rows(page)).toHaveCount(1);
  expect(queryOf(page)).toBe("status:failed");
  await expect(box(page)).toHaveValue("status:failed");
  await filters(page).getByLabel("done", { exact: true }).check();
  await expect(rows(page)).toHaveCount(8);
  expect(queryOf(page)).toBe("status:failed|done");
  await filters(page).getByRole("region", { name: "User" }).getByText("ben").hover();
  await filters(page).getByRole("button", { name: "not ben" }).click();
  await expect(rows(page)).toHaveCount(7);
  expect(queryOf(page)).toBe("status:failed|done -user:ben");
  await page.goBack();
  await page.goBack();
  await expect(rows(page)).toHaveCount(1);
  await page.reload();
  await expect(rows(page)).toHaveCount(1);
});

test("time is chosen by presets and exactly", async ({ page }) => {
  await page.goto("/");
  await filters(page).getByRole("button", { name: "Last hour" }).click();
  await expect(page).toHaveURL(/q=started%3E-1h/);
  await expect(rows(page)).toHaveCount(8);
  await filters(page).getByRole("button", { name: "From … to …" }).click();
  await filters(page).getByLabel("To", { exact: true }).fill("2020-01-31T12:30");
  await filters(page).getByRole("button", { name: "Set" }).click();
  await expect(page.getByRole("heading", { name: "No run matches this" })).toBeVisible();
  // In the zone of the viewer, and the same moment for whoever opens the link.
  expect(queryOf(page)).toBe("started<=2020-01-31T12:30+01:00");
});

test("a tag adds a filter", async ({ page }) => {
  await page.goto("/");
  await row(page, RUNS.thorough).getByRole("button", { name: "candidate" }).click();
  await expect(rows(page)).toHaveCount(1);
  expect(queryOf(page)).toBe("tag:candidate");
  await page.getByRole("button", { name: "remove tag:candidate" }).click();
  await expect(rows(page)).toHaveCount(8);
});

test("a query is completed while one types", async ({ page }) => {
  await page.goto("/");
  await expect(rows(page)).toHaveCount(8);
  await page.keyboard.press("/");
  await expect(box(page)).toBeFocused();
  await page.keyboard.type("stat");
  await expect(page.getByRole("option", { name: /^status:/ })).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(box(page)).toHaveValue("status:");
  await page.keyboard.type("fa");
  await page.keyboard.press("ArrowDown");
  await expect(page.getByRole("option", { name: "failed" })).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await expect(rows(page)).toHaveCount(1);
  await page.keyboard.type("user:an");
  await expect(page.getByRole("option", { name: /^ann/ })).toContainText("7");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "No run matches all of this" })).toBeVisible();
  await page.getByRole("button", { name: "user:an", exact: true }).click();
  await expect(page).toHaveURL(/q=status:failed$/);
});

test("what is taken before the server has answered is what is typed", async ({ page }) => {
  await page.route(/complete\?query=stat&/, async (route) => {
    await new Promise((done) => setTimeout(done, 500));
    await route.continue();
  });
  await page.goto("/");
  await expect(rows(page)).toHaveCount(8);
  await page.keyboard.press("/");
  await expect(page.getByRole("option", { name: /^tag:/ })).toBeVisible();
  await page.keyboard.type("stat");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(box(page)).toHaveValue("status:");
  // Whoever goes away meanwhile takes nothing.
  await box(page).fill("");
  await expect(page.getByRole("option", { name: /^tag:/ })).toBeVisible();
  await page.keyboard.type("stat");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Escape");
  await box(page).blur();
  await box(page).focus();
  await expect(page.getByRole("option", { name: /^status:/ })).toBeVisible();
  await expect(page.getByRole("option", { name: /^tag:/ })).toHaveCount(0);
  await expect(box(page)).toHaveValue("stat");
});

test.describe("a wrong query", () => {
  test.use({ mayFail: /Failed to load resource.*400/ });

  test("is told with its place, and what to write", async ({ page }) => {
    await page.goto("/");
    await expect(rows(page)).toHaveCount(8);
    await box(page).fill("user:ann stauts:failed");
    await page.keyboard.press("Enter");
    const told = page.getByRole("alert");
    await expect(told).toContainText("there is no key `stauts`");
    await expect(told.locator("mark")).toHaveText("stauts:failed");
    await expect(box(page)).toHaveAttribute("aria-invalid", "true");
    // What was there before stays.
    await expect(rows(page)).toHaveCount(8);
    expect(await axe(page, "main")).toEqual([]);
    await told.getByRole("button", { name: /status:failed/ }).click();
    await expect(rows(page)).toHaveCount(1);
    await expect(told).toBeHidden();
  });
});

test("columns sort, and say how", async ({ page }) => {
  await page.goto("/");
  const head = page.getByRole("columnheader", { name: "Duration" });
  await expect(page.getByRole("columnheader", { name: "Started" })).toHaveAttribute(
    "aria-sort",
    "descending",
  );
  await head.getByRole("button").click();
  await expect(head).toHaveAttribute("aria-sort", "descending");
  await expect(page).toHaveURL(/sort=-duration/);
  await head.getByRole("button").click();
  await expect(page).toHaveURL(/sort=duration/);
  await expect(head).toHaveAttribute("aria-sort", "ascending");
});

test("parameters and artifacts can be columns; columns are kept", async ({ page }) => {
  await page.goto("/?q=flow:GridFlow");
  await page.getByRole("button", { name: "Columns" }).click();
  const picker = page.getByRole("dialog", { name: "Columns" });
  await picker.getByLabel("Tags", { exact: true }).uncheck();
  await picker.getByLabel("Find a parameter").fill("siz");
  await picker.getByRole("button", { name: "size", exact: true }).click();
  await picker.getByLabel("Find an artifact").fill("bes");
  await picker.getByRole("button", { name: "best", exact: true }).click();
  expect(await axe(page, "[role=dialog]")).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("columnheader", { name: "size" })).toBeVisible();
  await expect(row(page, RUNS.small)).toContainText("30");
  await expect(row(page, RUNS.grid)).toContainText("300");
  await expect(row(page, RUNS.grid)).toContainText(/0\.9\d+|\b1\b/);
  await page.getByRole("columnheader", { name: "size" }).getByRole("button").click();
  await expect(page).toHaveURL(/sort=-param\.size/);
  await page.getByRole("columnheader", { name: "best" }).getByRole("button").click();
  await expect(page).toHaveURL(/sort=-artifact\.best/);
  await page.goto("/");
  await expect(page.getByRole("columnheader", { name: "size" })).toBeVisible();
  await expect(page.getByRole("columnheader", { name: "Tags" })).toBeHidden();
});

test("runs are grouped, with counts, outcomes and the newest", async ({ page }) => {
  await page.goto("/");
  await page.getByLabel("Group runs by").selectOption("flow");
  await expect(page).toHaveURL(/by=flow/);
  const groups = page.getByRole("region", { name: "Runs by flow" });
  await expect(groups).toContainText("6 groups of 8 runs");
  const kinds = groups.getByRole("listitem").filter({ hasText: "KindsFlow" });
  await expect(kinds).toContainText("2 runs");
  await expect(kinds.getByRole("img", { name: "the last 2 runs, 0 of them failed" })).toBeVisible();
  await expect(groups.getByRole("listitem").filter({ hasText: "BrokenFlow" })).toContainText("100 % failed");
  expect(await axe(page, "main")).toEqual([]);
  await kinds.getByRole("button", { name: "Show the newest runs of KindsFlow" }).click();
  await expect(kinds.getByRole("link")).toHaveCount(2);
  await kinds.getByRole("button", { name: "KindsFlow", exact: true }).click();
  await expect(rows(page)).toHaveCount(2);
  expect(queryOf(page)).toBe("flow:KindsFlow");
  for (const by of ["user", "project", "branch", "tag", "status", "day"]) {
    await page.goto(`/?by=${by}`);
    await expect(
      page
        .getByRole("region", { name: `Runs by ${by}` })
        .getByRole("listitem")
        .first(),
    ).toBeVisible();
  }
});

test("runs are chosen and compared by keyboard alone", async ({ page }) => {
  await page.goto("/?q=flow:KindsFlow");
  await expect(rows(page)).toHaveCount(2);
  for (const key of ["j", "x", "j", "x"]) await page.keyboard.press(key);
  await expect(page.getByText("2 chosen")).toBeVisible();
  await expect(rows(page).first()).toHaveAttribute("aria-selected", "true");
  await expect(page).toHaveURL(/run=KindsFlow\/2&run=KindsFlow\/1/);
  await page.keyboard.press("c");
  await expect(page).toHaveURL(/\/compare\?run=KindsFlow\/2&run=KindsFlow\/1/);
  await page.goBack();
  await expect(page.getByText("2 chosen")).toBeVisible();
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/KindsFlow\/2\/view\/timeline/);
});

test("a box drawn round dots narrows the list to them", async ({ page }) => {
  await page.goto("/");
  const dots = page.getByRole("img", { name: /8 runs by start and duration, 1 of them failed/ });
  await expect(dots).toBeVisible();
  const at = await dots.boundingBox();
  if (!at) throw new Error("no dots");
  await page.mouse.move(at.x + 60, at.y + 2);
  await page.mouse.down();
  await page.mouse.move(at.x + at.width - 4, at.y + 60, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => queryOf(page)).toMatch(/^started>=\S+ started<=\S+ dur>=\S+ dur<=\S+$/);
  await expect(page.getByRole("alert")).toBeHidden();
});

test("a table is written to a file, as it is shown", async ({ page }) => {
  await page.goto("/?q=tag:demo&columns=flow,run,status,param.mode,tags");
  await expect(rows(page)).toHaveCount(2);
  const write = async (name: string) => {
    await page.getByRole("button", { name: "Write to a file" }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("menuitem", { name }).click();
    return readFile(await (await download).path(), "utf8");
  };
  expect(await write("CSV of these columns")).toBe(
    "status,flow,run,param.mode,tags\ndone,KindsFlow,2,thorough,candidate demo\ndone,KindsFlow,1,quick,demo\n",
  );
  expect(JSON.parse(await write("JSON of these columns"))).toHaveLength(2);
  await page.goto("/?by=branch");
  await expect(page.getByRole("region", { name: "Runs by branch" }).getByRole("listitem")).toHaveCount(1);
  const groups = JSON.parse(await write("JSON of these groups"));
  expect(groups).toEqual([expect.objectContaining({ branch: "user.ann", runs: 2, done: 2, failed: 0 })]);
});

test("addresses of Metaflow's GUI still mean what they meant", async ({ page }) => {
  await page.goto("/?flow_id=KindsFlow,GridFlow&user=ann&_order=%2Bts_epoch&status=completed");
  await expect(rows(page)).toHaveCount(3);
  await expect(box(page)).toHaveValue("flow:KindsFlow|GridFlow user:ann status:done");
  await expect(page.getByRole("columnheader", { name: "Started" })).toHaveAttribute("aria-sort", "ascending");
});

test("a new run comes by itself, ticks, and ends; one that does not match any more turns grey", async ({
  page,
  own,
}) => {
  const server = await own.serve();
  await page.goto(`${server.url}/?q=status:running`);
  await expect(page.getByRole("heading", { name: "No run matches this" })).toBeVisible();
  own.start("slow.py", ["--gates", own.folder]);
  await expect(rows(page)).toHaveCount(1, { timeout: 20_000 });
  const run = rows(page).first();
  await expect(run).toContainText("Running");
  await expect(run).toContainText(/start\s*0\/1/);
  const before = await run.textContent();
  await expect.poll(() => run.textContent()).not.toBe(before);
  for (const gate of ["start", "work"]) await writeFile(join(own.folder, gate), "");
  await expect(run).toContainText(/end\s*0\/1/, { timeout: 20_000 });
  await writeFile(join(own.folder, "end"), "");
  await expect(run).toHaveAttribute("data-stale", "true", { timeout: 20_000 });
  await expect(run).toContainText("Done");
  await expect(page.getByRole("status").filter({ hasText: "0 runs" })).toBeVisible();
});

test("a store without runs says how to make the first", async ({ page, own }) => {
  const server = await own.serve();
  await page.goto(server.url);
  await expect(page.getByRole("heading", { name: "No runs yet" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText("spinloom run hello.py");
  expect(await axe(page, "main")).toEqual([]);
  await runFlow(own.folder, "retried.py");
  await expect(rows(page)).toHaveCount(1);
});

test("on a phone the list can be read, and filters lie above it", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto("/");
  await expect(row(page, RUNS.broken)).toBeVisible();
  await page.getByRole("button", { name: "Filters" }).click();
  await filters(page).getByLabel("failed", { exact: true }).check();
  await expect(rows(page)).toHaveCount(1);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  expect(await axe(page, "main")).toEqual([]);
});
