import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import type { LaunchOptions, Page } from "@playwright/test";
import { BIN, environment, runFlow } from "./server";

const here = dirname(fileURLToPath(import.meta.url));

/** How a browser is started that draws the same on every machine: with fonts of its own, each letter where its outline says. */
export function drawing(options: LaunchOptions): LaunchOptions {
  const env = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return {
    ...options,
    args: [
      ...(options.args ?? []),
      "--font-render-hinting=none",
      "--disable-lcd-text",
      "--force-color-profile=srgb",
    ],
    env: { ...env, FONTCONFIG_FILE: join(here, "fonts.conf") },
  };
}

/** The pages of the cards of `CardsFlow`, as files that need no server. */
export class CardFiles {
  private constructor(private readonly folder: string) {}

  /** Runs the flow, and has its cards written. */
  static async make(): Promise<CardFiles> {
    const folder = await mkdtemp(join(tmpdir(), "spinloom-e2e-cards-"));
    const said = await runFlow(folder, "cards.py");
    const get = promisify(execFile);
    const options = { cwd: folder, env: environment() };
    const cards: [string, string, ...string[]][] = [
      ["parts", "1/start/1", "--id", "parts"],
      ["figures", "1/start/1", "--id", "figures"],
      ["report", "1/start/1", "--id", "report"],
      ["default", "1/hire/2"],
    ];
    for (const [name, task, ...which] of cards)
      await get(BIN, ["card", "get", `CardsFlow/${task}`, `${name}.html`, ...which], options).catch(
        (error) => {
          throw new Error(`${error}\n${said}`);
        },
      );
    return new CardFiles(folder);
  }

  /** Opens one, drawn in a scheme of colours. No time has passed since anything on it happened. */
  async open(page: Page, name: string, colorScheme: "light" | "dark"): Promise<void> {
    await page.emulateMedia({ colorScheme });
    await page.clock.setFixedTime(new Date("2020-01-01T12:00:00Z"));
    await page.goto(pathToFileURL(join(this.folder, `${name}.html`)).href);
    await page.evaluate(() => document.fonts.ready);
  }

  /** Removes them. */
  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
