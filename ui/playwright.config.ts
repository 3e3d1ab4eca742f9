import { defineConfig } from "@playwright/test";

/** The browser of the system; none is fetched. */
const executablePath = process.env.SPINLOOM_CHROMIUM ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.spec.ts",
  outputDir: "test-results",
  globalSetup: "./e2e/support/setup.ts",
  reporter: [["list"]],
  workers: process.env.CI ? 2 : 1,
  // A browser on a busy machine is not always in time.
  retries: process.env.CI ? 2 : 0,
  timeout: 90_000,
  expect: {
    timeout: 20_000,
    // Another version of the browser shades edges otherwise; what is missing, moved or coloured otherwise is more than that.
    toHaveScreenshot: { animations: "disabled", maxDiffPixelRatio: 0.01 },
  },
  snapshotPathTemplate: "{testDir}/pictures/{testFileName}/{arg}{ext}",
  forbidOnly: !!process.env.CI,
  use: {
    browserName: "chromium",
    launchOptions: { executablePath, args: ["--no-sandbox"] },
    viewport: { width: 1280, height: 720 },
    locale: "en-GB",
    timezoneId: "Europe/Rome",
    trace: "retain-on-failure",
    screenshot: "only-on-failure",
  },
});
