// The pictures of docs/timers.md.
import { test } from "@playwright/test";
import { Account, open } from "./console.mjs";

const FOLDER = "../../docs/pictures";
const VIEW = { viewport: { width: 1180, height: 800 }, deviceScaleFactor: 1.5 };

async function picture(page, name) {
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.activeElement.blur());
  await page.screenshot({ path: `${FOLDER}/${name}.png`, animations: "disabled" });
}

for (const colorScheme of ["light", "dark"]) {
  test(`settings, ${colorScheme}`, async ({ browser }) => {
    const account = await Account.create();
    const admin = await account.person("admin", "Ada");
    const page = await open(browser, admin, "/settings/defaults", { ...VIEW, colorScheme });
    await page.getByRole("button", { name: /^Rep desk/ }).click();
    await picture(page, `defaults-${colorScheme}`);
    await page.getByLabel("Default closed timer").fill("5 min");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await picture(page, `defaults-mistake-${colorScheme}`);

    const warnings = JSON.stringify([{ before: "PT1M", body: "Are you still there?" }]);
    const week = Object.fromEntries(["mon", "tue", "wed", "thu", "fri"].map((day) => [day, [["09:00", "17:00"]]]));
    await account.freeze();
    await account.post("/dwell/v1/LifecyclePolicies", {
      FriendlyName: "Support by text", Preset: "rep_desk", ChannelType: "sms", Warnings: warnings, Farewell: "Write to us again whenever you like.",
      Hours: JSON.stringify({ time_zone: "Europe/Berlin", week }),
    });
    await account.post("/dwell/v1/LifecyclePolicies", { FriendlyName: "Long-term", Preset: "long_term" });
    await page.goto("/console/settings/policies");
    await page.getByRole("button", { name: "Support by text", exact: true }).waitFor();
    await picture(page, `policies-${colorScheme}`);
    await page.getByRole("button", { name: "Support by text", exact: true }).click();
    const preview = page.getByRole("region", { name: "What will happen" });
    await preview.getByRole("listitem").last().waitFor();
    await preview.screenshot({ path: `${FOLDER}/policy-preview-${colorScheme}.png`, animations: "disabled" });
    await page.context().close();
  });
}
