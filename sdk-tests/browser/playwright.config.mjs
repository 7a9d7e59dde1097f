import { defineConfig } from "@playwright/test";

// The system's Chromium, as scripts/setup installs it; CHROMIUM names another one.
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

export default defineConfig({
  testDir: ".",
  timeout: 180_000,
  fullyParallel: true,
  workers: 2,
  reporter: [["list"]],
  outputDir: "../../target/browser-tests",
  use: {
    baseURL: process.env.DWELL_URL,
    launchOptions: { executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] },
    permissions: ["clipboard-read", "clipboard-write"],
  },
});
