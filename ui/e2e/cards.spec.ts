import { mkdir } from "node:fs/promises";
import type { Locator, Page } from "@playwright/test";
import { CardFiles, drawing } from "./support/pictures";
import { expect, SCREENSHOTS, test } from "./support/test";

/**
 * What each component looks like, light and dark, against pictures that somebody approved. New ones are approved with
 * `npx playwright test cards --update-snapshots`, and a look at what it changed.
 */
test.use({
  // As in the configuration, and with fonts that are the same everywhere.
  launchOptions: async ({ launchOptions }, use) => use(drawing(launchOptions)),
  viewport: { width: 640, height: 900 },
});

const SCHEMES = ["light", "dark"] as const;

interface Shown {
  name: string;
  /** What is shown; that it is there at all, and what it must hold. */
  part: string;
  at?: number;
  holds: string;
  /** What is different each time. */
  differs?: string;
}

const PARTS: Shown[] = [
  { name: "markdown", part: "markdown", holds: "h1, blockquote, table, pre" },
  { name: "table", part: "table", holds: "tbody tr" },
  { name: "data frame", part: "table", at: 1, holds: "tbody tr" },
  { name: "long table", part: "table", at: 2, holds: "tbody td" },
  { name: "image", part: "image", holds: "img" },
  { name: "artifact", part: "artifacts", holds: ".artifact" },
  { name: "chart", part: "vegaChart", holds: "svg" },
  { name: "progress bar", part: "progressBar", holds: ".fill" },
  { name: "value box", part: "valueBox", holds: ".box-value" },
  { name: "value box of another theme", part: "valueBox", at: 1, holds: ".box-value" },
  { name: "code", part: "pythonCode", holds: ".keyword" },
  { name: "events", part: "eventsTimeline", holds: ".event", differs: ".timeline > .quiet" },
  { name: "json", part: "jsonViewer", holds: ".tree" },
  { name: "yaml", part: "yamlViewer", holds: ".code" },
  { name: "error", part: "log", holds: "pre" },
];
const FIGURES: Shown[] = [
  { name: "plotly", part: "plotly", holds: ".main-svg .bars" },
  { name: "bokeh", part: "bokeh", holds: "canvas" },
];

let files: CardFiles;
test.beforeAll(async () => {
  files = await CardFiles.make();
});
test.afterAll(() => files?.remove());

async function compare(page: Page, shown: Locator, name: string, differs?: string): Promise<void> {
  const mask = differs ? [page.locator(differs)] : [];
  await expect.soft(shown).toHaveScreenshot(`${name.replaceAll(" ", "-")}.png`, { mask });
}

for (const [card, shown] of [
  ["parts", PARTS],
  ["figures", FIGURES],
] as const) {
  for (const { name, part, at, holds, differs } of shown) {
    for (const scheme of SCHEMES) {
      test(`${name}, ${scheme}`, async ({ page }) => {
        await files.open(page, card, scheme);
        const found = page.locator(`.part-${part}`).nth(at ?? 0);
        await expect(found.locator(holds).first()).toBeVisible();
        await expect(page.getByText("cannot be")).toHaveCount(0);
        await compare(page, found, `${name} ${scheme}`, differs);
      });
    }
  }
}

for (const scheme of SCHEMES) {
  test(`the default card, ${scheme}`, async ({ page }) => {
    await files.open(page, "default", scheme);
    // When it ran and how long it took is another each time.
    await compare(page, section(page, "Task"), `default task ${scheme}`, ".facts dd:nth-of-type(-n + 2)");
    for (const title of ["Parameters", "Artifacts", "Flow", "Code"])
      await compare(page, section(page, title), `default ${title.toLowerCase()} ${scheme}`);
  });
}

function section(page: Page, title: string): Locator {
  return page.locator(".section").filter({ has: page.getByRole("heading", { name: title, exact: true }) });
}

/** For the documentation, made anew by every run of the tests. */
for (const [name, card, scheme] of [
  ["card-default", "default", "light"],
  ["card-default-dark", "default", "dark"],
  ["card-report", "report", "light"],
] as const) {
  test(`a picture of ${name}`, async ({ page }) => {
    await mkdir(SCREENSHOTS, { recursive: true });
    await page.setViewportSize({ width: 1120, height: 900 });
    await files.open(page, card, scheme);
    await expect(page.locator(".part").last()).toBeVisible();
    if (card === "report") await expect(page.locator("svg.marks")).toHaveCount(2);
    const path = `${SCREENSHOTS}/${name}.png`;
    const picture = await page.screenshot({ path, fullPage: true, animations: "disabled" });
    expect(picture.length).toBeGreaterThan(8_000);
  });
}
