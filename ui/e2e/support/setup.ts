import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runFlow, startServer } from "./server";

/** Makes one store with real runs for all tests, and a server that shows it. */
export default async function setup(): Promise<() => Promise<void>> {
  const store = await mkdtemp(join(tmpdir(), "spinloom-e2e-"));
  // In this order, so that each flow's runs have the numbers that `runs.ts` says.
  await runFlow(store, "names.py");
  await runFlow(store, "kinds.py", ["--tag", "demo"]);
  await runFlow(store, "kinds.py", ["--mode", "thorough", "--tag", "demo", "--tag", "candidate"]);
  await runFlow(store, "retried.py");
  await runFlow(store, "chatty.py");
  await runFlow(store, "broken.py", ["--tag", "<b>bold</b>"]);
  await runFlow(store, "grid.py", ["--size", "30", "--rate", "0.5"], "ben");
  await runFlow(store, "grid.py", ["--max-num-splits", "1000", "--tag", "nightly"]);
  const server = await startServer(store);
  process.env.SPINLOOM_E2E = JSON.stringify({ store, url: server.url });
  return async () => {
    await server.stop();
    await rm(store, { recursive: true, force: true, maxRetries: 3 });
  };
}
