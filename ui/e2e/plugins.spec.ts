import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { runFlow } from "./support/server";
import { axe, expect, type Own, test } from "./support/test";

const EXAMPLES = fileURLToPath(new URL("../../examples/plugins/", import.meta.url));
const TASK = "/RetriedFlow/1/start/1";

/** What every plugin says first, as Metaflow's do. */
const REGISTERS = `parent.postMessage({ type: "PluginRegisterEvent", name: window.name, version: { api: "1.2.0" } }, "*");`;
const ON = (type: string, does: string) =>
  `addEventListener("message", ({ data }) => { if (data.type === "${type}") { ${does} } });`;

interface Made {
  slot?: string;
  script: string;
  manifest?: object;
}

/** Puts a plugin into the store of a test. */
async function plugin(own: Own, name: string, { slot = "task-details", script, manifest = {} }: Made) {
  const folder = join(own.folder, ".spinloom/plugins", name);
  await mkdir(folder, { recursive: true });
  const whole = {
    name,
    version: "1.0.0",
    entrypoint: "index.html",
    slot,
    container: "titled-container",
    ...manifest,
  };
  await writeFile(join(folder, "manifest.json"), JSON.stringify(whole));
  await writeFile(
    join(folder, "index.html"),
    `<!doctype html><title>${name}</title><p id=p>…</p><script>${script}</script>`,
  );
}

const frameOf = (page: Page, name: string) => page.frameLocator(`[data-plugin="${name}"] iframe`);
const boxOf = (page: Page, name: string) => page.locator(`[data-plugin="${name}"]`);

test.beforeEach(async ({ own }) => {
  await runFlow(own.folder, "retried.py", ["--tag", "team:vision"]);
});

test("a plugin that speaks Metaflow's messages shows the metadata of a task", async ({ page, own }) => {
  await cp(join(EXAMPLES, "task-metadata"), join(own.folder, ".spinloom/plugins/task-metadata"), {
    recursive: true,
  });
  const server = await own.serve();
  await page.goto(`${server.url}/RetriedFlow/1/shaky/2`);
  const frame = frameOf(page, "task-metadata");
  await expect(frame.getByRole("row", { name: "attempt 2" })).toBeVisible();
  await expect(frame.getByRole("row", { name: "attempt_ok True" })).toBeVisible();
  await expect(frame.getByRole("row", { name: "runtime dev" })).toBeVisible();
  await expect(frame.getByRole("row", { name: /^ds-root/ })).toHaveCount(0);
  const element = page.locator("[data-plugin=task-metadata] iframe");
  await expect(element).toHaveAttribute("sandbox", "allow-scripts");
  // It said how high it is.
  await expect.poll(async () => (await element.boundingBox())?.height ?? 0).toBeGreaterThan(160);
  expect(await axe(page)).toEqual([]);
});

test("its files need the token, and come without the cookie it cannot have", async ({ page, own }) => {
  await plugin(own, "modules", { script: "" });
  const folder = join(own.folder, ".spinloom/plugins/modules");
  const html = `<!doctype html><link rel=stylesheet href=a.css><p id=p>…</p><script type=module src=lib/m.js></script>`;
  await mkdir(join(folder, "lib"));
  await writeFile(join(folder, "index.html"), html);
  await writeFile(join(folder, "a.css"), "p { color: rgb(1, 2, 3) }");
  await writeFile(join(folder, "data.json"), `{"text": "read"}`);
  const script = `const data = await (await fetch("data.json")).json();
    document.getElementById("p").textContent = data.text + " by " + self.origin; ${REGISTERS}`;
  await writeFile(join(folder, "lib/m.js"), script);
  const server = await own.serve(["--auth", "token"]);
  const token = /token=([0-9a-f]+)/.exec(server.said())?.[1] ?? "";
  await page.goto(`${server.url}${TASK}?token=${token}`);
  const text = frameOf(page, "modules").locator("#p");
  await expect(text).toHaveText("read by null");
  await expect(text).toHaveCSS("color", "rgb(1, 2, 3)");
  await expect(boxOf(page, "modules")).toHaveAttribute("data-state", "ready");
  expect((await fetch(`${server.url}/plugins/modules/data.json`)).status).toBe(401);
});

test.describe("a plugin that goes wrong", () => {
  test.use({ mayFail: /boom|nothing_there/ });

  test("throws: its problem is told, and the page goes on", async ({ page, own }) => {
    await plugin(own, "throws", { script: `throw new Error("boom <b>bold</b>")` });
    await plugin(own, "later", { script: `${REGISTERS} setTimeout(() => nothing_there(), 50)` });
    const server = await own.serve();
    await page.goto(`${server.url}${TASK}`);
    const said = boxOf(page, "throws").getByRole("status");
    await expect(said).toContainText("failed before it was ready: Uncaught Error: boom <b>bold</b>", {
      timeout: 12_000,
    });
    await expect(said.locator("b")).toHaveCount(0);
    await expect(boxOf(page, "later").getByRole("status")).toContainText("nothing_there is not defined");
    await expect(boxOf(page, "later").locator("iframe")).toBeVisible();
    await said.getByRole("button", { name: "Start again" }).click();
    await expect(boxOf(page, "throws").locator("iframe")).toBeVisible();
  });

  test("never registers: it is taken away", async ({ page, own }) => {
    await plugin(own, "mute", { script: "" });
    await plugin(own, "old", { script: REGISTERS.replace("1.2.0", "0.12.0") });
    const server = await own.serve();
    await page.goto(`${server.url}${TASK}`);
    await expect(boxOf(page, "old")).toContainText("it speaks version 0.12.0");
    await expect(boxOf(page, "mute")).toContainText("it does not register", { timeout: 12_000 });
    await expect(boxOf(page, "mute").locator("iframe")).toHaveCount(0);
  });

  test("hangs: the page can be used, and it is taken away", async ({ page, own }) => {
    await plugin(own, "hangs", {
      script: `${REGISTERS} onload = () => setTimeout(() => { for (;;); }, 200)`,
    });
    const server = await own.serve();
    await page.goto(`${server.url}${TASK}`);
    await expect(boxOf(page, "hangs")).toHaveAttribute("data-state", "ready");
    await page.getByRole("tab", { name: "Details" }).click();
    await expect(page).toHaveURL(/section=details/);
    await expect(boxOf(page, "hangs")).toContainText("it hangs", { timeout: 25_000 });
    await expect(boxOf(page, "hangs").locator("iframe")).toHaveCount(0);
  });

  test("floods: it is taken away", async ({ page, own }) => {
    const script = `${REGISTERS} setInterval(() => { for (let n = 0; n < 50; n++)
      parent.postMessage({ type: "PluginHeightCheck", height: 100 + n }, "*"); }, 10)`;
    await plugin(own, "floods", { script });
    const server = await own.serve();
    await page.goto(`${server.url}${TASK}`);
    await expect(boxOf(page, "floods")).toContainText("it sends too many messages");
    await expect(boxOf(page, "floods").locator("iframe")).toHaveCount(0);
  });
});

test("HTML in what a plugin says is shown, and it speaks for itself alone", async ({ page, own }) => {
  const says = (event: string, data: string) =>
    `parent.postMessage({ type: "PluginCallEvent", name: "other", event: "${event}", data: ${data} }, "*");`;
  const script = `${REGISTERS}${ON(
    "ReadyToRender",
    `${says("SEND_NOTIFICATION", `"<img src=x onerror='window.__ran = 1'>hello"`)}
     ${says("UPDATE_PLUGIN", `{ slot: "task-details", name: "other", visible: false }`)}`,
  )}`;
  await plugin(own, "liar", { script });
  await plugin(own, "other", { script: REGISTERS });
  const server = await own.serve();
  await page.goto(`${server.url}${TASK}`);
  await expect(page.getByText("liar: <img src=x onerror='window.__ran = 1'>hello")).toBeVisible();
  expect(await page.evaluate(() => "__ran" in window)).toBe(false);
  await expect(boxOf(page, "other").locator("iframe")).toBeVisible();
  await expect(boxOf(page, "liar").locator("iframe")).toBeHidden();
});

test("a plugin speaks over its port, hears of the theme, and keeps its own word in the address", async ({
  page,
  own,
}) => {
  const script = `addEventListener("message", ({ data, ports }) => {
    if (data.type !== "PluginPort") return;
    const port = ports[0];
    port.onmessage = ({ data }) => {
      if (data.type === "ReadyToRender") {
        port.postMessage({ type: "PluginSubscribeToData", paths: ["theme", "url-state", "run"] });
        port.postMessage({ type: "PluginSetUrlState", value: "tab 2" });
      }
      if (data.type === "DataUpdate") document.body.dataset[data.path.replace("-", "")] =
        data.path === "theme" ? data.data.theme : data.path === "run" ? data.data.flow : data.data;
    };
    port.postMessage({ type: "PluginRegisterEvent", version: { api: "1.2.0" } });
  });`;
  await plugin(own, "ported", { slot: "run-tab", script, manifest: { containerProps: { title: "Ported" } } });
  const server = await own.serve();
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(`${server.url}/RetriedFlow/1/view/dag`);
  await page.getByRole("link", { name: "Ported" }).click();
  await expect(page).toHaveURL(/view\/plugin-ported/);
  const body = frameOf(page, "ported").locator("body");
  await expect(body).toHaveAttribute("data-theme", "dark");
  await expect(body).toHaveAttribute("data-run", "RetriedFlow");
  await expect(body).toHaveAttribute("data-urlstate", "tab 2");
  await expect(page).toHaveURL(/plugin\.ported=tab(\+|%20)2/);
  await page.emulateMedia({ colorScheme: "light" });
  await expect(body).toHaveAttribute("data-theme", "light");
});

test("links and columns are declared without code", async ({ page, own }) => {
  await cp(join(EXAMPLES, "links"), join(own.folder, ".spinloom/plugins/links"), { recursive: true });
  await runFlow(own.folder, "names.py");
  const server = await own.serve();
  await page.goto(`${server.url}${TASK}`);
  const link = page.getByRole("link", { name: "Machine in Grafana" });
  await expect(link).toHaveAttribute(
    "href",
    /^https:\/\/grafana\.example\/d\/machines\?var-host=.+&from=\d{13}&to=\d{13}$/,
  );
  await expect(link).toHaveAttribute("rel", "noopener noreferrer");
  await page.goto(`${server.url}/RetriedFlow/1`);
  await expect(page.getByText("RetriedFlow").first()).toBeVisible();
  await expect(page.getByRole("link", { name: "Ticket" })).toHaveCount(0);
  await page.goto(`${server.url}/`);
  await expect(page.getByRole("columnheader", { name: "Team" })).toBeVisible();
  const row = page.getByRole("row", { name: /RetriedFlow/ });
  await expect(row.getByRole("link", { name: "vision" })).toHaveAttribute(
    "href",
    "https://wiki.example/teams/vision",
  );
});

test("columns, marks in the timeline and views of artifacts can be a plugin's", async ({ page, own }) => {
  await runFlow(own.folder, "kinds.py");
  const get = (path: string, does: string) =>
    REGISTERS +
    ON("ReadyToRender", `parent.postMessage({ type: "PluginSubscribeToData", paths: "${path}" }, "*")`) +
    ON("DataUpdate", does);
  const values = `Object.fromEntries(data.data.map((run) => [run.flow + "/" + run.run, "seen " + run.status]))`;
  const column = get("runs", `parent.postMessage({ type: "PluginColumnValues", values: ${values} }, "*")`);
  await plugin(own, "column", { slot: "runs-column", script: column });
  const marks = `[{ at: data.data.created_at + 5e3, label: "deploy <b>1</b>", tone: "failed" }]`;
  const overlay = get("run", `parent.postMessage({ type: "PluginTimelineMarks", marks: ${marks} }, "*")`);
  await plugin(own, "overlay", { slot: "timeline-overlay", script: overlay });
  const artifact = get(
    "artifact",
    `document.getElementById("p").textContent = data.data.name + ": " + data.data.type`,
  );
  await plugin(own, "floats", { slot: "artifact-renderer", script: artifact, manifest: { types: ["flo*"] } });
  const server = await own.serve();
  await page.goto(`${server.url}/`);
  await expect(page.getByRole("row", { name: /KindsFlow.*seen done/ })).toBeVisible();
  await page.goto(`${server.url}/RetriedFlow/1`);
  await expect(page.getByRole("listitem").filter({ hasText: "deploy <b>1</b>" })).toBeVisible();
  await page.goto(`${server.url}/KindsFlow/1/start/1?section=artifacts&artifact=share`);
  await expect(frameOf(page, "floats").locator("#p")).toHaveText("share: float");
});

test("who writes a plugin sees each change, and what is wrong", async ({ page, own }) => {
  await plugin(own, "mine", { script: `${REGISTERS} document.getElementById("p").textContent = "one"` });
  await plugin(own, "broken", { slot: "roof", script: "" });
  const server = await own.serve();
  await page.goto(`${server.url}${TASK}?plugins=dev`);
  await expect(frameOf(page, "mine").locator("#p")).toHaveText("one");
  const panel = page.locator("details").filter({ hasText: "Plugins (2)" });
  await expect(panel).toContainText("there is no slot `roof`");
  await expect(panel).toContainText("task-details: ready");
  await plugin(own, "mine", { script: `${REGISTERS} document.getElementById("p").textContent = "another"` });
  await expect(frameOf(page, "mine").locator("#p")).toHaveText("another");
  await page.goto(`${server.url}${TASK}?plugins=off`);
  await expect(frameOf(page, "mine").locator("#p")).toHaveText("another");
  await expect(panel).toHaveCount(0);
});

test.describe("a plugin that wants out", () => {
  // The browser tells of the answer it kept from it.
  test.use({ mayFail: /CORS policy|Failed to load resource/ });

  test("a frame cannot reach the page, the API or its own way out", async ({ page, own }) => {
    const tries = `
    const said = {};
    try { said.parent = parent.document.title } catch (e) { said.parent = e.name }
    try { said.cookie = document.cookie } catch (e) { said.cookie = e.name }
    try { said.storage = String(localStorage) } catch (e) { said.storage = e.name }
    try { said.api = (await fetch("/api/v1/about")).status } catch (e) { said.api = e.name }
    document.getElementById("p").textContent = JSON.stringify(said); ${REGISTERS}`;
    await plugin(own, "nosy", {
      script: `(async () => { ${tries} })()`,
      manifest: { parameters: { sandbox: "allow-same-origin" } },
    });
    await symlink("/etc", join(own.folder, ".spinloom/plugins/nosy/etc"));
    const server = await own.serve();
    await page.goto(`${server.url}${TASK}`);
    const said = frameOf(page, "nosy").locator("#p");
    await expect(said).toContainText("api");
    expect(JSON.parse((await said.textContent()) ?? "{}")).toEqual({
      parent: "SecurityError",
      cookie: "SecurityError",
      storage: "SecurityError",
      api: "TypeError",
    });
    expect((await page.request.get(`${server.url}/plugins/nosy/etc/hostname`)).status()).toBe(404);
  });
});
