import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const inCheckout = join(here, "../../../.venv/bin/spinloom");

/** The command that is tested: `SPINLOOM_BIN`, the checkout's, or that of the path. */
export const BIN = process.env.SPINLOOM_BIN ?? (existsSync(inCheckout) ? inCheckout : "spinloom");
/** Where the flows of the tests are. */
export const FLOWS = join(here, "../flows");

/** What processes are given: a user of their own, and nothing of who starts the tests. */
export function environment(more: Record<string, string> = {}): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(SPINLOOM|METAFLOW)_/.test(name));
  return { ...Object.fromEntries(own), SPINLOOM_USER: "ann", SPINLOOM_QUIET: "", ...more };
}

/** Runs a flow to its end in the store of a folder; that it fails is no error here. */
export function runFlow(store: string, file: string, args: string[] = [], user = "ann"): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      cwd: store,
      env: environment({ SPINLOOM_USER: user }),
      timeout: 120_000,
      maxBuffer: 64 << 20,
    };
    execFile(BIN, ["--quiet", "run", join(FLOWS, file), ...args], options, (error, stdout, stderr) => {
      // A run that failed says so with its exit code; anything else is a fault of the test.
      if (error && error.code !== 1) reject(new Error(`${file}: ${stderr.slice(-2000) || error.message}`));
      else resolve(stdout + stderr);
    });
  });
}

/** Starts a flow, which goes on by itself. */
export function startFlow(store: string, file: string, args: string[] = []): ChildProcess {
  const options = { cwd: store, env: environment(), stdio: "ignore" } as const;
  return spawn(BIN, ["run", join(FLOWS, file), ...args], options);
}

/** A server that runs. */
export interface Server {
  url: string;
  port: number;
  /** What it has said so far. */
  said: () => string;
  /** Ends it, at once if it is killed. */
  stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/** Starts a server for the store of a folder, at any port that is free or the one that is given. */
export async function startServer(store: string, args: string[] = [], port = 0): Promise<Server> {
  const child = spawn(BIN, ["server", "--port", String(port), ...args], {
    cwd: store,
    env: environment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (text: Buffer) => {
      said += text.toString();
      const found = /https?:\/\/[\w.:[\]]+\//.exec(said);
      if (found) resolve(found[0].replace(/\/$/, ""));
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", reject);
    child.on("exit", () => reject(new Error(`the server ended: ${said}`)));
  });
  const over = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await over;
  };
  return { url, port: Number(new URL(url).port), said: () => said, stop };
}
