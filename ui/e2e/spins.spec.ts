import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BIN, environment, type Server, startServer } from "./support/server";
import { axe, expect, RUNS, test } from "./support/test";

const FLOW = `
from spinloom import FlowSpec, Parameter, step


class TuneFlow(FlowSpec):
    rate = Parameter("rate", default=0.1)

    @step
    def start(self):
        self.rows = list(range(10))
        self.next(self.fit)

    @step
    def fit(self):
        self.score = 0.5 + self.rate
        self.next(self.end)

    @step
    def end(self):
        pass


if __name__ == "__main__":
    TuneFlow()
`;
const BETTER = FLOW.replace(
  "        self.score = 0.5 + self.rate\n",
  '        self.score = 0.7 + self.rate\n        self.trees = 3\n        print("fitted", self.trees)\n',
);
const BROKEN = FLOW.replace("0.5 + self.rate", "1 / 0");

let folder: string;
let server: Server;

/** Runs a command to its end; a step that fails is no error here. */
function spinloom(...words: string[]): Promise<void> {
  const options = { cwd: folder, env: environment({ SPINLOOM_SPIN_DAEMON: "0" }), timeout: 60_000 };
  return new Promise((resolve, reject) => {
    execFile(BIN, words, options, (error, _out, said) =>
      error && error.code !== 1 ? reject(new Error(said)) : resolve(),
    );
  });
}

const write = (text: string) => writeFile(join(folder, "flow.py"), text);
const spin = (...more: string[]) => spinloom("spin", "flow.py", "fit", "--persist", ...more);

// Tests of the file follow each other: what one has spun the next finds.
test.describe.configure({ mode: "serial" });
test.use({ permissions: ["clipboard-read", "clipboard-write"] });

test.beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "spinloom-e2e-spins-"));
  await write(FLOW);
  await spinloom("run", "flow.py");
  server = await startServer(folder);
});

test.afterAll(async () => {
  await server.stop("SIGKILL");
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

test("where nothing was kept, the page says how", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("link", { name: "Spins", exact: true }).click();
  await expect(page).toHaveURL(/\/spins$/);
  await page.getByRole("button", { name: "copy command" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    "spinloom spin flow.py train --persist",
  );
  expect(await axe(page)).toEqual([]);
  await page.goto(`/${RUNS.retried}/shaky/2`);
  await page.getByRole("link", { name: "spins of this step" }).click();
  await expect(page).toHaveURL(/\/spins\/RetriedFlow\/shaky$/);
  await expect(page.getByText("spinloom spin flow.py shaky --persist")).toBeVisible();
});

test("a spin comes up by itself, with what it made, its code, its log, and how it counts", async ({
  page,
}) => {
  await page.goto(`${server.url}/spins`);
  await expect(page.getByText("No spin was kept")).toBeVisible();
  await write(BETTER);
  await spin("--set", "rate=0.25");
  await page
    .getByRole("list", { name: "sessions" })
    .getByRole("link", { name: /TuneFlow\/fit/ })
    .click();
  await expect(page).toHaveURL(/\/spins\/TuneFlow\/fit/);
  await expect(page.getByRole("navigation", { name: "spins" })).toContainText("1 changed · 1 new");
  const artifacts = page.getByRole("list", { name: "artifacts" });
  await expect(artifacts.getByRole("listitem").filter({ hasText: "score" })).toContainText("changed");
  await artifacts.getByRole("button", { name: /score/ }).click();
  await expect(page.getByRole("region", { name: "before" })).toContainText("0.6");
  await expect(page.getByRole("region", { name: "now" })).toContainText("0.95");
  await expect(page.getByRole("region", { name: "changes of flow.py" })).toContainText("self.trees = 3");
  await expect(page.getByRole("region", { name: /^Log/ })).toContainText("fitted 3");
  await page.getByRole("button", { name: "copy make it count command" }).click();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    "spinloom resume flow.py fit --origin-run-id 1 --param rate=0.25",
  );
  await expect(page.getByRole("link", { name: "TuneFlow/1/fit/2" })).toHaveAttribute(
    "href",
    "/TuneFlow/1/fit/2",
  );
  expect(await axe(page)).toEqual([]);
});

test("spins of a step follow each other, and one is compared with the one before", async ({ page }) => {
  await write(BROKEN);
  await spin();
  await page.goto(`${server.url}/spins/TuneFlow/fit`);
  const spins = page.getByRole("navigation", { name: "spins" }).getByRole("button");
  await expect(spins).toHaveCount(2);
  await expect(spins.first()).toContainText("ZeroDivisionError: division by zero");
  await expect(spins.first()).toContainText("edited");
  await expect(page.getByRole("region", { name: "failure" })).toContainText("division by zero");
  await page.getByText("Against the spin before").click();
  await expect(page).toHaveURL(/against=before/);
  await expect(page.getByRole("region", { name: "changes of flow.py" })).toContainText("1 / 0");
  await expect(page.getByText("Code, against the spin before")).toBeVisible();
  await page.keyboard.press("j");
  await expect(page).toHaveURL(/spin=\d+/);
  await expect(spins.nth(1)).toHaveAttribute("aria-current", "true");
  await write(FLOW);
  await spin();
  await expect(spins).toHaveCount(3);
  await expect(spins.nth(2)).toHaveAttribute("aria-current", "true");
});
