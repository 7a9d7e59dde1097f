// The page of a conversation for developers, against a real server on the test clock.
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { promisify } from "node:util";
import { expect } from "@playwright/test";
import { Account, DESKTOP, expectAccessible, open, PHONE, server, test } from "./shared.mjs";

let account;
let sam;
let ada;

test.beforeAll(async () => {
  account = await Account.create();
  await account.freeze();
  sam = await account.person("supervisor", "Sam");
  ada = await account.person("admin", "Ada");
});

/** A conversation that is idle after 5 minutes and closed an hour later. */
async function conversation(name = "Parcel") {
  const form = { FriendlyName: name, "Timers.Inactive": "PT5M", "Timers.Closed": "PT1H" };
  return (await account.post("/v1/Conversations", form)).sid;
}

const timeline = (page) => page.getByRole("list", { name: "What happened, newest first" });
const clock = (page) => page.getByRole("region", { name: "Test clock" });
const life = (page) => page.getByRole("region", { name: "Life", exact: true });

async function done(page) {
  expect(page.complaints).toEqual([]);
  await page.context().close();
}

for (const colorScheme of ["light", "dark"]) {
  for (const viewport of [DESKTOP, PHONE]) {
    test(`the page is accessible: ${colorScheme}, ${viewport.width} wide`, async ({ browser }) => {
      const sid = await conversation();
      await account.post(`/v1/Conversations/${sid}/Messages`, { Author: "ana", Body: "Hello" });
      const page = await open(browser, sam, `/conversations/${sid}`, { colorScheme, viewport });
      await expect(timeline(page)).toContainText("Message added: ana: Hello");
      await timeline(page).getByText("Message added").click();
      await expectAccessible(page, "timeline");
      for (const tab of ["Webhooks", "JSON"]) {
        await page.getByRole("tab", { name: tab }).click();
        await expect(page.getByRole("tabpanel").locator(".loading")).toHaveCount(0);
        await expectAccessible(page, tab);
      }
      await done(page);
    });
  }
}

test("a jump to the next transition shows what it carried out, and why", async ({ browser }) => {
  const own = await Account.create();
  await own.freeze();
  const person = await own.person("supervisor", "Sam");
  const form = { FriendlyName: "Parcel", "Timers.Inactive": "PT5M", "Timers.Closed": "PT1H" };
  const { sid } = await own.post("/v1/Conversations", form);
  const page = await open(browser, person, `/conversations/${sid}`);
  await expect(page.getByRole("region", { name: "Timers" })).toContainText(/5:0[01]until inactive/);
  await expect(life(page).getByRole("listitem")).toHaveText([/active.*so far/, /inactive.*for 1 hour/, /closed/]);

  await clock(page).getByRole("button", { name: "Jump to the next transition" }).click();
  await expect(clock(page).getByRole("status")).toContainText("5 minutes passed");
  await expect(clock(page).getByRole("status")).toContainText("1 transition in the account, and here:");
  await expect(clock(page).getByRole("status")).toContainText("active → inactive");
  await expect(timeline(page).getByRole("listitem").first()).toContainText(/active.*inactive.*by timer/s);
  await expect(page.getByRole("region", { name: "Timers" })).toContainText("until closed");

  await clock(page).getByRole("button", { name: "Jump to the next transition" }).click();
  await expect(clock(page).getByRole("status")).toContainText("1 hour passed");
  await expect(life(page).locator('[aria-current="step"]')).toContainText("closed");
  await clock(page).getByRole("button", { name: "Jump to the next transition" }).click();
  await expect(clock(page).getByRole("status")).toContainText("No timer is armed in the account");
  await done(page);
});

test("the clock advances by what a person writes, freezes and runs on", async ({ browser }) => {
  const own = await Account.create();
  await own.freeze();
  const person = await own.person("admin", "Ada");
  const { sid } = await own.post("/v1/Conversations", { "Timers.Inactive": "PT5M" });
  const page = await open(browser, person, `/conversations/${sid}`);
  const before = Date.parse((await own.get("/dwell/v1/TestClock")).now);
  const by = clock(page).getByLabel("Advance by");
  await by.fill("5");
  await by.press("Enter");
  await expect(clock(page)).toContainText("Say the unit");
  await by.fill("2 days 3 h");
  await expect(clock(page)).toContainText("P2DT3H");
  await by.press("Enter");
  await expect(clock(page).getByRole("status")).toContainText("2 days 3 hours passed");
  const { now, status } = await own.get("/dwell/v1/TestClock");
  expect([Date.parse(now) - before, status]).toEqual([51 * 3_600_000, "frozen"]);
  await clock(page).getByRole("button", { name: "Resume" }).click();
  await expect(clock(page)).toContainText("running");
  expect((await own.get("/dwell/v1/TestClock")).status).toBe("running");
  await clock(page).getByRole("button", { name: "Freeze" }).click();
  await expect(clock(page)).toContainText("frozen");
  await done(page);
});

test("what happens elsewhere is in the timeline within a second, with its cause and who did it", async ({ browser }) => {
  const sid = await conversation("Live");
  const page = await open(browser, sam, `/conversations/${sid}`);
  await expect(timeline(page)).toContainText("Conversation added");
  await account.post(`/v1/Conversations/${sid}/Messages`, { Author: "ben", Body: "Are you there?" });
  await expect(timeline(page)).toContainText("Message added: ben: Are you there?", { timeout: 1_000 });
  await account.post(`/v1/Conversations/${sid}`, { State: "closed" });
  const first = timeline(page).getByRole("listitem").first();
  await expect(timeline(page)).toContainText(/active\s*→\s*to\s*closed|active.*closed/s, { timeout: 1_000 });
  await expect(life(page).locator('[aria-current="step"]')).toContainText("closed");
  await page.getByRole("button", { name: "Transitions" }).click();
  await expect(timeline(page).getByRole("listitem")).toHaveCount(1);
  await expect(first).toContainText("by API");
  await expect(first).toContainText(account.sid);
  await done(page);
});

test("JSON is what the API says, and is copied as it is", async ({ browser }) => {
  const sid = await conversation("Copied");
  const page = await open(browser, sam, `/conversations/${sid}`, { permissions: ["clipboard-read", "clipboard-write"] });
  await page.getByRole("tab", { name: "JSON" }).click();
  const panel = page.getByRole("region", { name: "Conversation", exact: true });
  await expect(panel).toContainText('"Copied"');
  await panel.getByRole("button", { name: "JSON" }).click();
  const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
  await expect.poll(clipboard).toContain("Copied");
  const copied = JSON.parse(await clipboard());
  const said = await account.get(`/v1/Conversations/${sid}`);
  expect({ ...copied, url: null, links: null }).toEqual({ ...said, url: null, links: null });
  const links = panel.getByText("links:");
  await expect(panel.getByText("participants:")).toBeVisible();
  await links.click();
  await expect(panel.getByText("participants:")).toBeHidden();
  await done(page);
});

test("webhook deliveries have their attempts and are sent again", async ({ browser }) => {
  await account.number();
  const sid = await account.writes("+4915112345678", "Hello");
  const told = [];
  let code = 410;
  const hook = createServer((request, answer) => {
    told.push(request.headers["i-twilio-idempotency-token"]);
    answer.writeHead(code).end("no longer here");
  });
  await new Promise((resolve) => hook.listen(0, "127.0.0.1", resolve));
  try {
    await account.post(`/v1/Conversations/${sid}/Webhooks`, {
      Target: "webhook",
      "Configuration.Url": `http://127.0.0.1:${hook.address().port}/hook`,
      "Configuration.Filters": "onMessageAdded",
    });
    await account.writes("+4915112345678", "Are you there?");
    await expect.poll(() => told.length).toBe(1);
    const page = await open(browser, ada, `/conversations/${sid}`);
    await page.getByRole("tab", { name: "Webhooks" }).click();
    const delivery = page.getByRole("tabpanel").getByRole("listitem").first();
    await expect(delivery).toContainText("failed");
    await delivery.getByText("onMessageAdded").first().click();
    await expect(delivery.getByRole("table")).toContainText("410");
    await expect(delivery.getByRole("table")).toContainText("no longer here");
    code = 200;
    await delivery.getByRole("button", { name: "Send again" }).click();
    await expect(delivery).toContainText("delivered");
    expect(told).toHaveLength(2);
    expect(told[1], "the token stays").toBe(told[0]);
    await done(page);
  } finally {
    hook.close();
  }
});

test("an account in real time is told why its clock cannot be turned", async ({ browser }) => {
  const { stdout } = await promisify(execFile)(process.env.DWELL_BIN, ["account", "create", "--json"], { cwd: server.home });
  const made = JSON.parse(stdout);
  const real = new Account(made.account_sid, made.auth_token);
  const person = await real.person("admin", "Ada");
  const { sid } = await real.post("/v1/Conversations", { FriendlyName: "Real" });
  const page = await open(browser, person, `/conversations/${sid}`);
  await expect(clock(page)).toContainText("This account lives in real time");
  await expect(clock(page).getByRole("button")).toHaveCount(0);
  await done(page);
});

test("a viewer reads everything, and is told who turns the clock; the server says so too", async ({ browser }) => {
  const sid = await conversation("Read");
  const page = await open(browser, await account.person("viewer", "Vera"), `/conversations/${sid}`);
  await expect(clock(page)).toContainText("Supervisors and admins turn the clock");
  await expect(clock(page).getByRole("button")).toHaveCount(0);
  await expect(timeline(page)).toContainText("Conversation added");
  const { csrf_token } = await (await page.request.get("/console/session")).json();
  const headers = { "X-Dwell-CSRF": csrf_token };
  expect((await page.request.post("/dwell/v1/TestClock/Freeze", { headers })).status()).toBe(403);
  await done(page);
});

test("with the keyboard alone one jumps, reads the timeline and its details", async ({ browser }) => {
  const own = await Account.create();
  await own.freeze();
  const person = await own.person("supervisor", "Sam");
  const { sid } = await own.post("/v1/Conversations", { "Timers.Inactive": "PT5M" });
  const page = await open(browser, person, `/conversations/${sid}`);
  const jump = clock(page).getByRole("button", { name: "Jump to the next transition" });
  await expect(jump).toBeVisible();
  for (let n = 0; n < 60 && !(await jump.evaluate((element) => element === document.activeElement)); n += 1) {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await expect(clock(page).getByRole("status")).toContainText("1 transition in the account");
  for (let n = 0; n < 60 && (await timeline(page).locator("summary:focus").count()) === 0; n += 1) {
    await page.keyboard.press("Shift+Tab");
  }
  await page.keyboard.press("Enter");
  await expect(timeline(page).locator("li > details[open]").getByText("payload:")).toBeVisible();
  await done(page);
});

test("a conversation that is not there is a refusal with its number, and a way back", async ({ browser }) => {
  const page = await open(browser, sam, `/conversations/CH${"0".repeat(32)}`);
  await expect(page.getByRole("alert")).toContainText("20404");
  await page.getByRole("link", { name: "To all conversations" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Supervisor");
  await page.context().close();
});
