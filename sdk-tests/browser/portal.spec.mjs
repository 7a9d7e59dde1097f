// The documentation portal in a real Chromium: DWELL_URL and the credentials come from `with-server`.
import { expect } from "@playwright/test";
import { DESKTOP, expectAccessible, PHONE, test } from "./shared.mjs";

const CREATE = "/docs/api/conversations/create";
const PAGES = ["/docs", "/docs/api", CREATE, "/docs/api/conversations/messages/list", "/docs/errors", "/docs/errors/50353",
  "/docs/settings", "/docs/guides/webhooks", "/docs/guides/quick-start", "/docs/search?q=timer", "/docs/none"];

/** Makes the account known to the page. */
async function signIn(page, token = process.env.TWILIO_AUTH_TOKEN) {
  await page.getByLabel("Account SID or key").fill(process.env.TWILIO_ACCOUNT_SID);
  await page.getByLabel("Auth token or secret").fill(token);
}

for (const colorScheme of ["light", "dark"]) {
  for (const viewport of [DESKTOP, PHONE]) {
    test(`every kind of page is accessible: ${colorScheme}, ${viewport.width} wide`, async ({ browser }) => {
      const context = await browser.newContext({ colorScheme, viewport });
      const page = await context.newPage();
      for (const address of PAGES) {
        await page.goto(process.env.DWELL_URL + address);
        await expectAccessible(page, address);
      }
      await context.close();
    });
  }
}

test("results come while one types, and with the keyboard one opens one", async ({ page }) => {
  await page.goto("/docs");
  await page.keyboard.press("/");
  await page.keyboard.type("add mess");
  const results = page.getByRole("listbox");
  await expect(results.getByRole("option").first()).toContainText("Add a message");
  await page.keyboard.press("ArrowDown");
  await expect(results.getByRole("option").first()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/docs\/api\/conversations\/messages\/create$/);
  await page.getByRole("combobox").first().fill("50353");
  await expect(results.getByRole("option").first()).toContainText("50353");
  await page.keyboard.press("Escape");
  await expect(results).toBeHidden();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Search" })).toBeVisible();
  await expect(page.getByRole("main").getByRole("link", { name: /^50353/ })).toBeVisible();
});

test("without JavaScript everything can be read and searched", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(process.env.DWELL_URL + CREATE);
  for (const text of ["curl -fsS -X POST", "from twilio.rest import Client", "import twilio from", "dwell api --url"]) {
    await expect(page.getByText(text).first()).toBeVisible();
  }
  await expect(page.locator("#try")).toBeHidden();
  await page.getByLabel("Search the documentation").fill("drain");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page.getByRole("link", { name: "drain_seconds" })).toBeVisible();
  await context.close();
});

test("try it calls this server, and credentials stay in the tab", async ({ page }) => {
  await page.goto(CREATE);
  await signIn(page);
  await page.getByLabel("FriendlyName").fill("From a browser");
  const sent = page.waitForRequest((request) => request.method() === "POST");
  await page.getByRole("button", { name: "Send POST" }).click();
  const request = await sent;
  expect(request.url()).toBe(`${process.env.DWELL_URL}/v1/Conversations`);
  await expect(page.locator("#try output")).toContainText("201");
  await expect(page.locator("#try output")).toContainText("From a browser");
  expect(page.url()).not.toContain("AC");
  const kept = await page.evaluate(() => [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie]);
  expect(kept[0]).not.toContain(process.env.TWILIO_AUTH_TOKEN);
  expect(kept[1]).toContain(process.env.TWILIO_AUTH_TOKEN);
  expect(kept[2]).toBe("");
  // The account is in the examples of the next page, and of a new tab not.
  await page.goto("/docs/api/conversations/list");
  await expect(page.locator("code[data-language=curl]")).toContainText(process.env.TWILIO_ACCOUNT_SID);
  await page.getByRole("button", { name: "Send GET" }).click();
  await expect(page.locator("#try output")).toContainText("From a browser");
  const other = await page.context().newPage();
  await other.goto(CREATE);
  await expect(other.locator("code[data-language=curl]")).toContainText("$TWILIO_ACCOUNT_SID");
});

test("try it shows refusals, with a link to what they mean", async ({ page }) => {
  await page.goto("/docs/api/conversations/fetch");
  await signIn(page);
  await page.getByLabel("ConversationSid").fill("a name/with a slash");
  await page.getByRole("button", { name: "Send GET" }).click();
  await expect(page.locator("#try output")).toContainText("404");
  await page.getByRole("link", { name: "What 20404 means" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("20404");
  await page.goto("/docs/api/conversations/fetch");
  await signIn(page, "wrong");
  await page.getByLabel("ConversationSid").fill("x");
  await page.getByRole("button", { name: "Send GET" }).click();
  await expect(page.locator("#try output")).toContainText("401");
});

test("code is copied as it is shown", async ({ page }) => {
  await page.goto(CREATE);
  await page.getByRole("tab", { name: "Python" }).click();
  const block = page.locator(".example:visible .code");
  await block.hover();
  await block.getByRole("button", { name: "Copy" }).click();
  await expect(block.getByRole("button")).toHaveText("Copied");
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toBe(await block.locator("code").textContent());
  expect(copied).toContain("from twilio.rest import Client");
  // The language stays.
  await page.goto("/docs/api/users/list");
  await expect(page.getByRole("tab", { name: "Python" })).toHaveAttribute("aria-selected", "true");
});

test("the keyboard is enough: skip link, tabs, form", async ({ page }) => {
  await page.goto(CREATE);
  await page.keyboard.press("Tab");
  await expect(page.getByText("Skip to content")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#main")).toBeFocused();
  await page.getByRole("tab", { name: "curl" }).focus();
  await page.keyboard.press("ArrowRight");
  await expect(page.getByRole("tab", { name: "Python" })).toBeFocused();
  await expect(page.getByText("from twilio.rest import Client")).toBeVisible();
  await page.getByLabel("Account SID or key").focus();
  await page.keyboard.type(process.env.TWILIO_ACCOUNT_SID);
  await page.keyboard.press("Tab");
  await page.keyboard.type(process.env.TWILIO_AUTH_TOKEN);
  await page.keyboard.press("Enter");
  await expect(page.locator("#try output")).toContainText("201");
  // Whatever has the focus shows it.
  const width = await page.evaluate(() => getComputedStyle(document.activeElement).outlineWidth);
  expect(width).toBe("2px");
});

test("on a phone the menu opens and closes", async ({ page }) => {
  await page.setViewportSize(PHONE);
  await page.goto(CREATE);
  const guide = page.locator("#nav").getByRole("link", { name: "Webhooks", exact: true });
  await expect(guide).toBeHidden();
  await page.getByRole("link", { name: "Menu", exact: true }).click();
  await expect(guide).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(guide).toBeHidden();
  await page.getByRole("link", { name: "Menu", exact: true }).click();
  await guide.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Webhooks");
});

test("the theme follows the system until one is chosen", async ({ page }) => {
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto("/docs");
  const dark = await background();
  await page.emulateMedia({ colorScheme: "light" });
  const light = await background();
  expect(dark).not.toBe(light);
  await page.getByRole("button", { name: "Use the dark theme" }).click();
  expect(await background()).toBe(dark);
  await page.reload();
  expect(await background()).toBe(dark);
});
