// Sign-in and the settings of the console, against a real server.
import { expect } from "@playwright/test";
import { Account, DESKTOP, expectAccessible, open, PHONE, signIn, test } from "./shared.mjs";

const SECTIONS = ["defaults", "policies", "desk", "services", "users", "roles", "addresses", "channels", "webhooks", "people",
  "permissions", "keys", "audit", "password"];

let account;
let admin;

test.beforeAll(async () => {
  account = await Account.create();
  admin = await account.person("admin", "Ada");
});

const settings = (browser, section, options) => open(browser, admin, `/settings/${section}`, options);
const configuration = () => account.get("/v1/Configuration");
const timersOf = ({ default_inactive_timer, default_closed_timer }) => [default_inactive_timer, default_closed_timer];
const field = (page, label) => page.getByLabel(label, { exact: true });
const inactive = (page) => field(page, "Default inactive timer");
const closed = (page) => field(page, "Default closed timer");
const save = (page) => page.getByRole("button", { name: "Save", exact: true });

/** Ends with the page, which must have complained about nothing. */
async function done(page) {
  expect(page.complaints).toEqual([]);
  await page.context().close();
}

async function choose(page, label, option) {
  await page.getByRole("button", { name: label }).click();
  await page.getByRole("option", { name: option }).click();
}

for (const colorScheme of ["light", "dark"]) {
  for (const viewport of [DESKTOP, PHONE]) {
    test(`every page of the settings is accessible: ${colorScheme}, ${viewport.width} wide`, async ({ browser }) => {
      const page = await settings(browser, "defaults", { colorScheme, viewport });
      for (const section of SECTIONS) {
        await page.goto(`/console/settings/${section}`);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
        await expectAccessible(page, section);
      }
      await page.goto("/console/settings/policies?item=new");
      await page.getByText("runs in business hours only").click();
      await page.getByRole("button", { name: "Add a warning" }).click();
      await expectAccessible(page, "the form of a policy");
      await page.goto("/console/settings/people");
      await page.getByRole("button", { name: "New person" }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectAccessible(page, "a dialog");
      await done(page);
    });
  }
}

test.describe("sign-in", () => {
  test("is asked for where one wanted to go, and leads there", async ({ page }) => {
    await page.goto("/console/settings/roles");
    await expectAccessible(page, "sign-in");
    await signIn(page, { ...admin, password: "wrong" });
    await expect(page.getByRole("alert")).toContainText("do not belong together");
    await signIn(page, admin);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Roles");
    await expect(page).toHaveURL(/\/console\/settings\/roles$/);
  });

  test("through a provider of identities leads to where one wanted to go, too", async ({ page }) => {
    const provider = { name: "Example", url: "/console/openid/start" };
    await page.route("**/console/session", async (route) => {
      const response = await route.fetch();
      const body = await response.json();
      await route.fulfill({ response, json: body.sign_in ? { ...body, sign_in: { password: true, openid_connect: provider } } : body });
    });
    await page.route("**/console/openid/start", async (route) => {
      await page.context().request.post("/console/session", { form: { Email: admin.email, Password: admin.password } });
      await route.fulfill({ contentType: "text/html", body: '<meta http-equiv="refresh" content="0;url=/console">' });
    });
    await page.goto("/console/settings/roles");
    await page.getByRole("link", { name: "Sign in with Example" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Roles");
  });

  test("comes up when the session is lost, and one is back after it", async ({ browser }) => {
    const page = await settings(browser, "roles");
    await expect(page.getByRole("button", { name: "channel user" })).toBeVisible();
    await page.context().clearCookies();
    await page.getByRole("link", { name: "Users" }).click();
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await signIn(page, admin);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Users");
    await page.context().close();
  });

  test("ends with signing out, in this browser and on the server", async ({ browser }) => {
    const page = await settings(browser, "defaults");
    await page.getByRole("button", { name: /^Ada:/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
    expect((await page.context().request.get("/console/session")).status()).toBe(401);
    await page.context().close();
  });
});

test.describe("default timers", () => {
  test("a preset is shown, meant, drawn, saved, and lived by", async ({ browser }) => {
    const page = await settings(browser, "defaults");
    await page.getByRole("button", { name: /^Rep desk/ }).click();
    await expect(page.getByText("PT5M", { exact: true })).toBeVisible();
    await expect(page.getByText("P1D", { exact: true })).toBeVisible();
    const meaning = page.getByRole("region", { name: "What will happen" });
    await expect(meaning).toContainText("After 5 minutes of silence a conversation becomes inactive");
    await expect(meaning).toContainText("After 1 day of being inactive it is closed");
    await expect(meaning.getByRole("listitem")).toHaveCount(3);
    await save(page).click();
    await expect(page.getByText("Saved. New conversations get these timers.")).toBeVisible();
    expect(timersOf(await configuration())).toEqual(["PT5M", "P1D"]);
    const { sid } = await account.post("/v1/Conversations");
    const { timers } = await account.get(`/dwell/v1/Conversations/${sid}/Lifecycle`);
    expect(timers).toEqual({ inactive: "PT5M", closed: "P1D" });
    await page.reload();
    await expect(inactive(page)).toHaveValue("5 minutes");
    await expect(page.getByRole("button", { name: /^Rep desk/ })).toHaveAttribute("aria-pressed", "true");
    await done(page);
  });

  test("a closed timer alone is said to count from the creation, and off is PT0S", async ({ browser }) => {
    const page = await settings(browser, "defaults");
    await inactive(page).fill("off");
    await closed(page).fill("30 days");
    await expect(page.getByText("closed 30 days after its creation, whatever is said in it")).toBeVisible();
    await inactive(page).fill("PT0S");
    await closed(page).fill("never");
    await expect(page.getByText("Conversations stay active for ever.")).toBeVisible();
    await done(page);
  });

  // What the page takes and refuses is what the API takes and refuses.
  for (const [kind, label, texts] of [
    ["Inactive", "Default inactive timer", ["PT1M", "PT59S", "P1W", "P1M", "PT1.5M", "-PT5M", "P30D", "PT0M", "pt5m", "P36525D", "P36526D"]],
    ["Closed", "Default closed timer", ["PT10M", "PT9M59S", "P1Y", "PT600S", "P0D"]],
  ]) {
    test(`says beside the ${kind.toLowerCase()} timer exactly what the API would refuse`, async ({ browser }) => {
      const other = await Account.create();
      const page = await open(browser, await other.person("admin", "Eva"), "/settings/defaults");
      for (const text of texts) {
        const isTaken = await other.post("/v1/Configuration", { [`Default${kind}Timer`]: text }).then(() => true, () => false);
        await field(page, label).fill(text);
        await field(page, label).blur();
        const isWrong = page.getByLabel(label).and(page.locator("[aria-invalid=true]"));
        await expect(isWrong, text).toHaveCount(isTaken ? 0 : 1);
      }
      await done(page);
    });
  }

  test("a mistake is explained at its field, which gets the focus, and nothing is sent", async ({ browser }) => {
    const page = await settings(browser, "defaults");
    const before = timersOf(await configuration());
    for (const [text, why] of [["5", "Say the unit"], ["1 month", "Months differ in length"], ["1.5h", "Only whole numbers"],
      ["5 min", "10 minutes or more"], ["", "Enter a duration"]]) {
      await closed(page).fill(text);
      await save(page).click();
      await expect(page.getByText(why)).toBeVisible();
      await expect(closed(page)).toBeFocused();
    }
    expect(timersOf(await configuration())).toEqual(before);
    await done(page);
  });

  test("the keyboard is enough", async ({ browser }) => {
    const page = await settings(browser, "defaults");
    await expect(inactive(page)).toBeVisible();
    await page.keyboard.press("Tab");
    await expect(page.getByText("Skip to content")).toBeFocused();
    await page.keyboard.press("Enter");
    const reach = async (target) => {
      for (let i = 0; i < 40; i += 1) {
        if (await target.evaluate((element) => element === document.activeElement)) return;
        await page.keyboard.press("Tab");
      }
      throw new Error("not reached with the keyboard");
    };
    await reach(page.getByRole("button", { name: /^Long-term/ }));
    await page.keyboard.press("Space");
    await reach(inactive(page));
    await expect(inactive(page)).toHaveValue("30 days");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("20 days");
    const width = await page.evaluate(() => getComputedStyle(document.activeElement).outlineWidth);
    expect(width).toBe("2px");
    await page.keyboard.press("Enter");
    await expect(page.getByText("Saved. New conversations get these timers.")).toBeVisible();
    expect(timersOf(await configuration())).toEqual(["P20D", "P365D"]);
    await done(page);
  });

  test("are applied to existing conversations after a preview", async ({ browser }) => {
    const other = await Account.create();
    for (const name of ["one", "two", "three"]) await other.post("/v1/Conversations", { FriendlyName: name });
    await other.post("/v1/Configuration", { DefaultInactiveTimer: "PT5M", DefaultClosedTimer: "P1D" });
    const page = await open(browser, await other.person("admin", "Eva"), "/settings/defaults");
    await page.getByRole("button", { name: "Apply to existing…" }).click();
    const dialog = page.getByRole("dialog");
    await expect(dialog.getByText("3 conversations", { exact: true })).toBeVisible();
    await expect(dialog.getByText("two")).toBeVisible();
    await dialog.getByRole("button", { name: "Apply to 3 conversations" }).click();
    await expect(dialog.getByText("Done: 3 of 3")).toBeVisible();
    const { conversations } = await other.get("/v1/Conversations");
    for (const { sid } of conversations) {
      const { timers } = await other.get(`/dwell/v1/Conversations/${sid}/Lifecycle`);
      expect(timers).toEqual({ inactive: "PT5M", closed: "P1D" });
    }
    await done(page);
  });
});

test.describe("policies", () => {
  test("one is made from a preset, with a warning and business hours, previewed, changed and deleted", async ({ browser }) => {
    const page = await settings(browser, "policies");
    await page.getByRole("button", { name: "New policy" }).click();
    await page.getByRole("button", { name: "Rep desk" }).click();
    await field(page, "Name").fill("Support by text");
    await choose(page, /Channel/, "sms");
    await page.getByText("runs in business hours only").click();
    await field(page, "Time zone").fill("Europe/Berlin");
    await field(page, "Monday, until").fill("18:00");
    await page.getByRole("button", { name: "Add a warning" }).click();
    await field(page, "Text").fill("Are you still there?");
    await field(page, "Farewell").fill("Good bye!");
    const preview = page.getByRole("region", { name: "What will happen" });
    await expect(preview).toContainText("Are you still there?");
    await expect(preview).toContainText("Good bye!");
    await page.getByRole("button", { name: "Make policy" }).click();
    await expect(page.getByRole("row", { name: /Support by text/ })).toContainText("5 minutes of the customer's silence");
    const [made] = (await account.get("/dwell/v1/LifecyclePolicies")).lifecycle_policies;
    expect(made).toMatchObject({ friendly_name: "Support by text", channel_type: "sms", counts: "customer", idle_after: "PT5M",
      end_inactive_after: "P1D", farewell: "Good bye!", warnings: [{ before: "PT1M", body: "Are you still there?" }] });
    expect(made.hours.time_zone).toBe("Europe/Berlin");
    expect(made.hours.week.mon).toEqual([["09:00", "18:00"]]);
    await page.getByRole("button", { name: "Support by text", exact: true }).click();
    await field(page, "Silence until then").fill("10 min");
    await save(page).click();
    await expect(page.getByRole("row", { name: /Support by text/ })).toContainText("10 minutes");
    await page.getByRole("button", { name: "Support by text", exact: true }).click();
    await page.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
    await expect(page.getByText("There are no policies yet.")).toBeVisible();
    await done(page);
  });

  test("one is applied to conversations that began before it, after a preview", async ({ browser }) => {
    const other = await Account.create();
    await other.number();
    const conversation = await other.writes("+15017122661", "Hello?");
    const { sid } = await other.policy({ FriendlyName: "Texts", ChannelType: "sms" });
    const page = await open(browser, await other.person("admin", "Eva"), "/settings/policies");
    await page.getByRole("button", { name: "Apply Texts…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Apply to 1 conversation" }).click();
    await expect(dialog.getByText("Done: 1 of 1")).toBeVisible();
    const lifecycle = await other.get(`/dwell/v1/Conversations/${conversation}/Lifecycle`);
    expect(JSON.stringify(lifecycle)).toContain(sid);
    await done(page);
  });

  test("leaving with unsaved changes asks first", async ({ browser }) => {
    const page = await settings(browser, "policies?item=new");
    await field(page, "Name").fill("Half");
    await page.getByRole("link", { name: "Defaults" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Cancel" }).click();
    await expect(field(page, "Name")).toHaveValue("Half");
    await page.getByRole("link", { name: "Defaults" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Leave" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Default timers");
    await done(page);
  });

  test("mistakes are explained at their fields", async ({ browser }) => {
    const page = await settings(browser, "policies?item=new");
    await field(page, "Silence until then").fill("30 s");
    await page.getByRole("button", { name: "Add a warning" }).click();
    await field(page, "Text").fill("x");
    await page.getByRole("button", { name: "Make policy" }).click();
    await expect(page.getByText("A name is required.")).toBeVisible();
    await expect(page.getByText("1 minute or more, or “off”.")).toBeVisible();
    await expect(page.getByText("Some fields need a correction.")).toBeVisible();
    await expect(field(page, "Name")).toBeFocused();
    await done(page);
  });
});

test.describe("lists and forms", () => {
  test("a role is made, found, changed and deleted", async ({ browser }) => {
    const page = await settings(browser, "roles");
    await page.getByRole("button", { name: "New role" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Make role" }).click();
    await expect(dialog.getByText("Name is required.")).toBeVisible();
    await field(dialog, "Name").fill("reader");
    await dialog.getByText("leaveConversation").click();
    await dialog.getByRole("button", { name: "Make role" }).click();
    await expect(dialog).toBeHidden();
    await field(page, "Find in the list").fill("read");
    await page.getByRole("button", { name: "reader" }).click();
    await dialog.getByText("sendMessage").click();
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(dialog).toBeHidden();
    const { roles } = await account.get("/v1/Roles");
    expect(roles.find((role) => role.friendly_name === "reader").permissions).toEqual(["leaveConversation", "sendMessage"]);
    await page.getByRole("button", { name: "reader" }).click();
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
    await expect(page.getByText("Nothing in the list has this text.")).toBeVisible();
    await done(page);
  });

  test("a refusal of the API is shown at the form", async ({ browser }) => {
    const page = await settings(browser, "users");
    await account.post("/v1/Users", { Identity: "taken" });
    await page.getByRole("button", { name: "New user" }).click();
    const dialog = page.getByRole("dialog");
    await field(dialog, "Identity").fill("taken");
    await dialog.getByRole("button", { name: "Make user" }).click();
    await expect(dialog.getByRole("alert")).toBeVisible();
    await expect(dialog.getByRole("link", { name: /^What \d+ means$/ })).toHaveAttribute("href", /^\/docs\/errors\/\d+$/);
    await done(page);
  });

  test("services, addresses, channels and webhooks are written as they were entered", async ({ browser }) => {
    const page = await settings(browser, "services");
    const dialog = page.getByRole("dialog");
    await page.getByRole("button", { name: "New service" }).click();
    await field(dialog, "Name").fill("Second");
    await dialog.getByRole("button", { name: "Make service" }).click();
    await expect(page.getByRole("button", { name: "Second" })).toBeVisible();

    await page.getByRole("link", { name: "Addresses" }).click();
    await page.getByRole("button", { name: "New address" }).click();
    await field(dialog, "Address").fill("+15017122690");
    await choose(dialog, /^.*The conversation begins with/, "A webhook").catch(async () => {
      await page.getByRole("option", { name: "A webhook" }).click();
    });
    await field(dialog, "Webhook").fill("example.com");
    await dialog.getByRole("button", { name: "Make address" }).click();
    await expect(dialog.getByText("An absolute address")).toBeVisible();
    await field(dialog, "Webhook").fill("https://example.com/new");
    await dialog.getByText("onMessageAdded").click();
    await dialog.getByRole("button", { name: "Make address" }).click();
    await expect(page.getByRole("row", { name: /15017122690/ })).toContainText("make a conversation");
    const [address] = (await account.get("/v1/Configuration/Addresses")).address_configurations;
    expect(address.auto_creation).toMatchObject({ enabled: true, type: "webhook", webhook_url: "https://example.com/new", webhook_filters: ["onMessageAdded"] });

    await page.getByRole("link", { name: "Channels" }).click();
    await page.getByRole("button", { name: "New channel" }).click();
    await field(dialog, "Addresses").fill("+15017122690\n+15017122691");
    await dialog.getByRole("button", { name: "Make channel" }).click();
    await expect(page.getByRole("row", { name: /loopback/ })).toContainText("+15017122690, +15017122691");

    await page.getByRole("link", { name: "Webhooks" }).click();
    const all = page.getByRole("region", { name: "All services" });
    await field(all, "Told after something happened").fill("https://example.com/told");
    await all.getByText("onConversationStateUpdated").click();
    await all.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText("Saved.")).toBeVisible();
    const hooks = await account.get("/v1/Configuration/Webhooks");
    expect(hooks).toMatchObject({ post_webhook_url: "https://example.com/told", filters: ["onConversationStateUpdated"] });
    await done(page);
  });

  test("the secret of a key is shown once and works", async ({ browser }) => {
    const page = await settings(browser, "keys");
    await page.getByRole("button", { name: "New key" }).click();
    const dialog = page.getByRole("dialog");
    await field(dialog, "Name").fill("Importer");
    await dialog.getByRole("button", { name: "Make key" }).click();
    await expect(dialog).toContainText("the only time");
    const [sid, secret] = await dialog.locator(".resource-secret").allTextContents();
    await dialog.getByRole("button", { name: "Done" }).click();
    const other = new Account(sid, secret);
    expect(timersOf(await other.get("/v1/Configuration"))).toHaveLength(2);
    await page.getByRole("button", { name: "Importer" }).click();
    await expect(dialog).not.toContainText(secret);
    await dialog.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
    await expect(page.getByRole("button", { name: "Importer" })).toHaveCount(0);
    await done(page);
  });

  test("a person is made, signs in, and what an admin did is in the audit log", async ({ browser }) => {
    const page = await settings(browser, "people");
    await page.getByRole("button", { name: "New person" }).click();
    const dialog = page.getByRole("dialog");
    const email = `rita.${Date.now()}@example.com`;
    await field(dialog, "Email").fill(email);
    await field(dialog, "Name").fill("Rita Rep");
    await field(dialog, "Password").fill("short");
    await dialog.getByRole("button", { name: "Make person" }).click();
    await expect(dialog.getByText("At least 12 characters.", { exact: true })).toBeVisible();
    await field(dialog, "Password").fill("a long enough password");
    await dialog.getByRole("button", { name: "Make person" }).click();
    await expect(page.getByRole("row", { name: /Rita Rep/ })).toContainText("agent");
    const rita = await open(browser, { email, password: "a long enough password" }, "/settings/password");
    await expect(rita.getByRole("heading", { level: 1 })).toHaveText("Password");
    // What is the admins' alone is not in her menu.
    await expect(rita.getByRole("link", { name: "People" })).toHaveCount(0);
    await done(rita);
    await page.getByRole("link", { name: "Audit log" }).click();
    await expect(page.getByRole("row", { name: /Ada/ }).filter({ hasText: "/dwell/v1/People" }).first()).toBeVisible();
    await field(page, "From").fill("2099-01-01T00:00");
    await expect(page.getByText("There is nothing here yet.")).toBeVisible();
    await field(page, "From").fill("");
    await choose(page, /Who/, "Rita Rep");
    await expect(page.getByRole("row", { name: /Ada/ })).toHaveCount(0);
    await expect(page.getByRole("row", { name: /Rita Rep/ }).first()).toContainText("/console/session");
    await done(page);
  });

  test("a switch of a role is written, and the desk's settings too", async ({ browser }) => {
    const page = await settings(browser, "permissions");
    const bulk = page.getByRole("checkbox", { name: "supervisor: Act on many at once" });
    const was = await bulk.isChecked();
    await page.getByRole("row", { name: /supervisor/ }).locator(".check").last().click();
    await expect(bulk).toBeChecked({ checked: !was });
    const { role_permissions: roles } = await account.get("/dwell/v1/RolePermissions");
    expect(roles.find((one) => one.role === "supervisor").can_bulk).toBe(!was);
    await page.getByRole("navigation", { name: "Settings" }).getByRole("link", { name: "Desk" }).click();
    await field(page, "Sessions for each agent").fill("7");
    await save(page).click();
    await expect(page.getByText("Saved.")).toBeVisible();
    expect(await account.get("/dwell/v1/Desk")).toMatchObject({ limit_default: 7 });
    await done(page);
  });
});

test("who may only look sees the settings and changes nothing", async ({ browser }) => {
  const page = await open(browser, await account.person("viewer", "Vera"), "/settings/defaults");
  await expect(inactive(page)).toBeDisabled();
  await expect(save(page)).toHaveCount(0);
  await expect(page.getByText("Only an admin changes the default timers.")).toBeVisible();
  await page.goto("/console/settings/people");
  await expect(page.getByText("your role does not see it")).toBeVisible();
  await done(page);
});

test("on a phone the menu of the settings unfolds", async ({ browser }) => {
  const page = await settings(browser, "defaults", { viewport: PHONE });
  const link = page.getByRole("link", { name: "Webhooks" });
  await expect(link).toBeHidden();
  await page.getByRole("button", { name: "Settings: Defaults" }).click();
  await link.click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Webhooks");
  await expect(link).toBeHidden();
  await done(page);
});

test("the theme follows the system until one is chosen, and the choice stays", async ({ browser }) => {
  const page = await settings(browser, "defaults", { colorScheme: "light" });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByRole("button", { name: /^Ada:/ }).click();
  await page.getByRole("menuitem", { name: "Use the dark theme" }).click();
  await expect.poll(background).not.toBe(light);
  await page.reload();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  expect(await background()).not.toBe(light);
  await done(page);
});
