import { runFlow } from "./support/server";
import { expect, test } from "./support/test";

test.use({
  mayFail: /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|WebSocket connection|Failed to load resource/,
});

test("a server that is gone is told, tried again, and what happened meanwhile shows when it is back", async ({
  page,
  own,
}) => {
  await runFlow(own.folder, "retried.py");
  const first = await own.serve();
  await page.goto(`${first.url}/`);
  await expect(page.getByRole("img", { name: "live: changes show at once" })).toBeVisible();
  await expect(page.getByText("RetriedFlow").first()).toBeVisible();
  await first.stop("SIGKILL");
  const banner = page.getByRole("region", { name: "Connection" });
  await expect(banner).toContainText("Server gone");
  await expect(banner).toContainText(/retrying (in \d+ s|now)/);
  await expect(page.getByText("RetriedFlow").first()).toBeVisible();
  await runFlow(own.folder, "names.py");
  await own.serve([], first.port);
  await banner.getByRole("button", { name: "Try now" }).click();
  await expect(banner).toBeHidden();
  await expect(page.getByText("NamesFlow").first()).toBeVisible();
});

test("it comes back by itself", async ({ page, own }) => {
  const first = await own.serve();
  await page.goto(`${first.url}/`);
  await expect(page.getByRole("img", { name: "live: changes show at once" })).toBeVisible();
  await first.stop("SIGKILL");
  await expect(page.getByRole("region", { name: "Connection" })).toBeVisible();
  await own.serve([], first.port);
  await expect(page.getByRole("region", { name: "Connection" })).toBeHidden({ timeout: 20_000 });
  await expect(page.getByRole("img", { name: "live: changes show at once" })).toBeVisible();
});

test("without a socket it is asked every few seconds", async ({ page, own }) => {
  const server = await own.serve();
  // Something between us and the server lets no socket through.
  await page.routeWebSocket(/\/api\/v1\/live/, (socket) => socket.close());
  await page.goto(`${server.url}/`);
  await expect(page.getByRole("img", { name: /no socket comes through/ })).toBeVisible({ timeout: 15_000 });
  await runFlow(own.folder, "retried.py");
  await expect(page.getByText("RetriedFlow").first()).toBeVisible({ timeout: 15_000 });
});

test("who has no token is told how to come in, and comes in with it", async ({ page, own }) => {
  await runFlow(own.folder, "retried.py");
  const server = await own.serve(["--auth", "token"]);
  const token = /token=([0-9a-f]+)/.exec(server.said())?.[1] ?? "";
  expect(token).not.toBe("");
  await page.goto(`${server.url}/RetriedFlow/1/view/timeline`);
  await expect(page.getByRole("heading", { name: "This server wants a token" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText("spinloom server");
  await page.getByRole("textbox", { name: "Token" }).fill(token);
  await page.getByRole("button", { name: "Open" }).click();
  await expect(page).toHaveURL(`${server.url}/RetriedFlow/1/view/timeline`);
  await expect(page.getByRole("heading", { name: "This server wants a token" })).toBeHidden();
  await expect(page.getByRole("img", { name: "live: changes show at once" })).toBeVisible();
  // It is remembered, and no script can read it.
  await page.goto(`${server.url}/`);
  await expect(page.getByText("RetriedFlow").first()).toBeVisible();
  expect(await page.evaluate(() => document.cookie)).toBe("");
});
