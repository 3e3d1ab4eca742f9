import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "@playwright/test";
import type { AxeResults } from "axe-core";

const path = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** What axe finds wrong with a page (or a part of it) as it is now, one line each: by all it knows, or by some rules only. */
export async function axe(page: Page, within = "html", rules?: string[]): Promise<string[]> {
  // A colour on its way to another is neither.
  await page.evaluate(() => {
    const ends = (one: Animation) => one.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY;
    return Promise.allSettled(
      document
        .getAnimations()
        .filter(ends)
        .map((one) => one.finished),
    );
  });
  // Not by a script element: the policy of the pages forbids that.
  await page.evaluate(await readFile(path, "utf8"));
  const results = (await page.evaluate(
    async ([selector, only]) => {
      const options = {
        resultTypes: ["violations"],
        // An experiment of axe's: it takes the shortened names in a picture of a graph for what is to be said.
        rules: { "label-content-name-mismatch": { enabled: false } },
        ...(only && { runOnly: { type: "rule", values: only } }),
      };
      // biome-ignore lint/suspicious/noExplicitAny: axe is put there above
      return (window as any).axe.run(selector, options);
    },
    [within, rules] as const,
  )) as AxeResults;
  return results.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(
      (node) =>
        `${id}: ${help}: ${node.target.join(" ")} ${node.failureSummary?.split("\n")[1]?.trim() ?? ""}`,
    ),
  );
}
