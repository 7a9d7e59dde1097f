import { defineConfig } from "@playwright/test";

// The system's Chromium, as scripts/setup installs it; CHROMIUM names another one.
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: ".",
  timeout: 180_000,
  // A machine under load is slow, not wrong; what is not there by then will not come.
  expect: { timeout: 15_000 },
  fullyParallel: true,
  workers: 2,
  reporter: [["list"]],
  outputDir: "../../target/browser-tests",
  use: {
    actionTimeout: 30_000,
    baseURL: process.env.DWELL_URL,
    launchOptions: { executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] },
    permissions: ["clipboard-read", "clipboard-write"],
  },
});
