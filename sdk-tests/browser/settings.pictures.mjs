// The pictures of docs/timers.md.
import { test } from "@playwright/test";
import { Account, open } from "./shared.mjs";

const FOLDER = "../../docs/pictures";
const VIEW = { viewport: { width: 1360, height: 860 }, deviceScaleFactor: 1.25 };
/** In business hours. */
const MONDAY = "2027-01-04T09:00:00Z";

async function picture(page, name) {
  await page.mouse.move(0, 0);
  await page.evaluate(() => document.activeElement.blur());
  await page.screenshot({ path: `${FOLDER}/${name}.png`, animations: "disabled" });
}

test("default timers in both themes", async ({ browser }) => {
  const account = await Account.create();
  const admin = await account.person("admin", "Ada");
  for (const colorScheme of ["light", "dark"]) {
    const page = await open(browser, admin, "/settings/defaults", { ...VIEW, colorScheme });
    await page.getByRole("button", { name: /^Rep desk/ }).click();
    await picture(page, `defaults-${colorScheme}`);
    await page.context().close();
  }
});

test("a mistake, policies, a preview", async ({ browser }) => {
  const account = await Account.create();
  const admin = await account.person("admin", "Ada");
  await account.freeze();
  await account.post("/dwell/v1/TestClock/Advance", { To: MONDAY });
  const page = await open(browser, admin, "/settings/defaults", VIEW);
  await page.getByLabel("Default closed timer").fill("5 min");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await picture(page, "defaults-mistake");

  const warnings = JSON.stringify([{ before: "PT1M", body: "Are you still there?" }]);
  const week = Object.fromEntries(["mon", "tue", "wed", "thu", "fri"].map((day) => [day, [["09:00", "17:00"]]]));
  await account.policy({
    FriendlyName: "Support by text", ChannelType: "sms", Warnings: warnings, Farewell: "Write to us again whenever you like.",
    Hours: JSON.stringify({ time_zone: "Europe/Berlin", week }),
  });
  await account.post("/dwell/v1/LifecyclePolicies", { FriendlyName: "Long-term relationship", Preset: "long_term" });
  await page.goto("/console/settings/policies");
  const support = page.getByRole("button", { name: "Support by text", exact: true });
  await support.waitFor();
  await picture(page, "policies");
  await support.click();
  const preview = page.getByRole("region", { name: "What will happen" });
  await preview.getByRole("listitem").last().waitFor();
  await preview.screenshot({ path: `${FOLDER}/policy-preview.png`, animations: "disabled" });
});
