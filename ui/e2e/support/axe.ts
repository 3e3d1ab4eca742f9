import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import type { AxeResults } from "axe-core";

const path = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** What axe finds wrong with a page as it is now, one line each: WCAG 2 A and AA, and what it calls good practice. */
export async function axe(page: Page, within = "html"): Promise<string[]> {
  // Not by a script element: the policy of the pages forbids that.
  await page.evaluate(await readFile(path, "utf8"));
  const results = (await page.evaluate(async (selector) => {
    const options = { resultTypes: ["violations"] };
    // biome-ignore lint/suspicious/noExplicitAny: axe is put there above
    return (window as any).axe.run(selector, options);
  }, within)) as AxeResults;
  return results.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      (node) =>
        `${id}: ${help}: ${node.target.join(" ")} ${node.failureSummary?.split("\n")[1]?.trim() ?? ""}`,
    ),
  );
}
