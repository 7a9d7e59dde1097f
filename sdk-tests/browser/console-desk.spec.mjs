// The desk in a real Chromium, against a real server, on the clock of a test account: nothing is waited for but the
// five seconds in which an act can be undone.
import { expect } from "@playwright/test";
import { Account, contextOf, DESKTOP, expectAccessible, open, OwnServer, PHONE, server, signIn, test } from "./shared.mjs";

/** Within which one browser shows what was done in another. */
const SECOND = { timeout: 1_000 };
const GRACE = "+15017122661";
const LINUS = "+15017122662";
/** A red dot. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==",
  "base64",
);

/** An account with a rep desk, whose clock stands still, and whose queue people take from. */
async function deskAccount(at = server) {
  const account = await Account.create(at);
  await account.freeze();
  await account.number();
  await account.policy();
  await account.desk("manual");
  return account;
}

const row = (page, text) => page.getByRole("option").filter({ hasText: text });
const pane = (page) => page.getByRole("region", { name: "Conversation" });
const thread = (page) => page.getByRole("region", { name: "Messages" });
const field = (page) => page.getByRole("textbox", { name: "Message" });
const list = (page, name) => page.getByRole("link", { name });
const more = (page) => page.getByRole("button", { name: "More ways to leave the customer" });

/** A conversation that this person has. */
async function accepted(account, page, from = GRACE, body = "Where is my parcel?") {
  const conversation = await account.writes(from, body);
  await page.goto(`/console/desk?open=${conversation}`);
  await page.getByRole("button", { name: "Accept" }).click();
  await expect(field(page)).toBeFocused();
  return conversation;
}

test("a customer is taken from the queue, answered, left, comes back and is done", async ({ page }) => {
  const account = await deskAccount();
  const ada = await account.person("agent", "Ada");
  await account.writes(GRACE, "Where is my parcel?");
  await page.goto("/console/desk");
  await signIn(page, ada);

  await list(page, "Queue 1").click();
  await expect(row(page, GRACE)).toContainText("Where is my parcel?");
  await page.getByRole("button", { name: "Take next" }).click();
  await expect(list(page, "Mine active 1")).toBeVisible();
  await expect(page.getByText("1 of 4 used").first()).toBeVisible();
  await expect(thread(page)).toContainText("Accepted — by Ada");
  await expect(page.getByText("is yours now"), "who takes it knows").toHaveCount(0);

  await expect(field(page)).toBeFocused();
  await page.keyboard.type("It will be there");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("tomorrow.");
  await page.keyboard.press("Enter");
  await expect(thread(page).getByText("It will be there\ntomorrow.")).toBeVisible();
  await expect(field(page)).toHaveValue("");
  await expect(pane(page)).toContainText("inactive in 5:00");

  await more(page).click();
  await page.getByRole("menuitem", { name: "Customer inactive, and tell them" }).click();
  await page.getByLabel("What the customer reads").fill("We pause here.");
  await page.getByLabel("Reason").fill("no answer");
  await page.getByRole("button", { name: "Tell them and mark inactive" }).click();
  await expect(thread(page)).toContainText("We pause here.");
  await expect(thread(page)).toContainText("Inactive — by Ada: no answer");
  await expect(list(page, "Mine inactive 1")).toBeVisible();
  await expect(page.getByText("0 of 4 used").first()).toBeVisible();
  await expect(pane(page)).toContainText("When the customer writes, it comes back to you.");
  await expect(field(page)).toBeHidden();
  await expect(page.getByRole("button", { name: "Reopen and write" })).toBeVisible();

  await account.advance("PT2H");
  await account.writes(GRACE, "It has come!");
  await expect(page.getByText(`${GRACE} wrote again: this became inactive 2 h ago (no answer).`)).toBeVisible();
  await expect(list(page, "Mine active 1")).toBeVisible();
  await expect(thread(page)).toContainText("Active — customer wrote");

  await page.getByRole("button", { name: "End", exact: true }).click();
  await expect(pane(page)).toContainText("Nothing has been sent yet.");
  await expect(pane(page)).toContainText("closed for good", { timeout: 8_000 });
  await expect(thread(page)).toContainText("Ended — by Ada");
  await expect(list(page, "Mine active 0")).toBeVisible();
});

test("two browsers see each other's acts within a second", async ({ browser }) => {
  const account = await deskAccount();
  const [ada, ben] = [await account.person("agent", "Ada"), await account.person("supervisor", "Ben")];
  const [one, other] = [await open(browser, ada), await open(browser, ben, "/desk?list=queue")];
  await expect(one.getByText("You have no active conversations.")).toBeVisible();
  await expect(other.getByText("Nobody is waiting.")).toBeVisible();
  await other.keyboard.press("n");
  await expect(other.getByText("Nobody is waiting for you.")).toBeVisible();

  const conversation = await account.writes(GRACE, "Hello?");
  await expect(row(other, GRACE)).toContainText("Hello?", SECOND);
  await expect(list(one, "Queue 1")).toBeVisible(SECOND);
  await row(other, GRACE).click();

  await one.goto(`/console/desk?open=${conversation}`);
  await one.getByRole("button", { name: "Accept" }).click();
  await expect(row(other, GRACE)).toBeHidden(SECOND);
  await expect(pane(other)).toContainText("with ada", SECOND);

  await field(one).fill("Good morning");
  await expect(other.getByText("ada is typing…")).toBeVisible(SECOND);
  await one.keyboard.press("Enter");
  await expect(thread(other)).toContainText("Good morning", SECOND);

  await other.getByRole("button", { name: "Hold" }).click();
  await expect(pane(one)).toContainText("held", SECOND);
  await other.getByRole("button", { name: "Release" }).click();
  await expect(pane(one)).toContainText("inactive in", SECOND);
  await other.getByRole("button", { name: "Transfer…" }).click();
  await other.getByRole("radio", { name: "A queue" }).click({ force: true });
  await other.getByRole("button", { name: "Transfer", exact: true }).click();
  await expect(list(one, "Mine active 0")).toBeVisible(SECOND);
  await expect(list(one, "Queue 1")).toBeVisible(SECOND);
  expect([...one.complaints, ...other.complaints]).toEqual([]);
});

test("what a role may not do is hidden, and what the server refuses is said", async ({ browser }) => {
  const account = await deskAccount();
  const [ada, eve, vic] = [
    await account.person("agent", "Ada"),
    await account.person("agent", "Eve"),
    await account.person("viewer", "Vic"),
  ];
  const page = await open(browser, ada);
  const conversation = await accepted(account, page);

  const others = await open(browser, eve, `/desk?open=${conversation}`);
  await expect(pane(others)).toContainText("ada has this conversation. You can read, not write.");
  for (const name of ["End", "Hold", "Transfer…", "Accept"]) {
    await expect(others.getByRole("button", { name, exact: true })).toBeHidden();
  }

  const viewers = await open(browser, vic, "/desk?list=queue");
  await account.writes(LINUS, "Anybody there?");
  await row(viewers, LINUS).click();
  await expect(pane(viewers)).toContainText("Nobody has this conversation yet.");
  await expect(viewers.getByRole("button", { name: "Accept" })).toBeHidden();
  await expect(viewers.getByRole("button", { name: "Take next" })).toBeHidden();
  await expect(viewers.getByRole("switch")).toBeHidden();

  // The switch is turned while the page still shows the button.
  await account.post("/dwell/v1/RolePermissions/agent", { CanInactivate: false });
  await more(page).click();
  await page.getByRole("menuitem", { name: "Customer inactive", exact: true }).click();
  await expect(page.getByRole("alertdialog")).toContainText(/role|permi/i);
  await page.reload();
  await more(page).click();
  await expect(page.getByRole("menuitem", { name: "End, with a reason" })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: /Customer inactive/ })).toHaveCount(0);
});

test("an end can be undone for five seconds, and is carried out when one leaves", async ({ browser }) => {
  const account = await deskAccount();
  const page = await open(browser, await account.person("agent", "Ada"));
  const conversation = await accepted(account, page);
  const sent = [];
  page.on("request", (request) => request.method() === "POST" && sent.push(new URL(request.url()).pathname.split("/").at(-1)));

  await page.getByRole("button", { name: "End", exact: true }).click();
  await pane(page).getByRole("button", { name: "Undo" }).click();
  await expect(field(page)).toBeVisible();
  await more(page).click();
  await page.getByRole("menuitem", { name: "Customer inactive", exact: true }).click();
  await expect(page.getByRole("button", { name: "Reopen and write" })).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(field(page)).toBeVisible();
  await expect(pane(page)).toContainText("Active");
  expect(sent).not.toContain("End");
  expect(sent.filter((act) => act === "Reopen")).toHaveLength(1);

  // A customer who writes meanwhile is not cut off.
  await page.getByRole("button", { name: "End", exact: true }).click();
  await account.writes(GRACE, "One more thing");
  await expect(page.getByText("wrote just now, so it was not ended")).toBeVisible();
  await expect(field(page)).toBeVisible();

  await page.getByRole("button", { name: "End", exact: true }).click();
  await expect(pane(page)).toContainText("Nothing has been sent yet.");
  await page.goto("about:blank");
  const status = async (of) => (await account.get(`/dwell/v1/Sessions?ConversationSid=${of}`)).sessions[0].status;
  await expect.poll(() => status(conversation)).toBe("ended");

  const next = await accepted(account, page, LINUS, "Next");
  await page.getByRole("button", { name: "End", exact: true }).click();
  await page.getByRole("button", { name: /sign out$/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  expect(await status(next)).toBe("ended");
});

test("deadlines count down, stand out and are announced in the last minute, and stand still when held", async ({ browser }) => {
  const account = await deskAccount();
  const page = await open(browser, await account.person("agent", "Ada"));
  await accepted(account, page);
  await field(page).fill("Anything else?");
  await page.keyboard.press("Enter");
  await expect(pane(page)).toContainText("inactive in 5:00");
  await account.advance("PT2M");
  await expect(pane(page)).toContainText("inactive in 3:00");
  await account.advance("PT2M20S");
  await expect(pane(page).locator(".urgent")).toHaveText("inactive in 0:40");
  await expect(page.getByText(`The conversation with ${GRACE} becomes inactive in less than a minute.`)).toBeAttached();

  await page.getByRole("button", { name: "Hold" }).click();
  await expect(pane(page).locator(".held")).toBeVisible();
  await account.advance("P2D");
  await expect(pane(page).getByText("Active", { exact: true })).toBeVisible();
  await page.getByRole("button", { name: "Release" }).click();
  await expect(pane(page)).toContainText("inactive in 0:40");
  await page.getByRole("button", { name: "Extend…" }).click();
  await page.getByLabel("By how long").fill("10 min");
  await page.getByRole("button", { name: "Extend", exact: true }).click();
  await expect(pane(page)).toContainText("inactive in 10:40");
  await account.advance("PT10M40S");
  await expect(thread(page)).toContainText("Inactive — by timer");
  await expect(pane(page)).toContainText("closes in 24 h");
});

test("over the capacity is shown", async ({ browser }) => {
  const account = await deskAccount();
  await account.desk("manual", 1);
  const page = await open(browser, await account.person("agent", "Ada"));
  await accepted(account, page);
  await more(page).click();
  await page.getByRole("menuitem", { name: "Customer inactive", exact: true }).click();
  await expect(page.getByText("0 of 1 used").first()).toBeVisible();
  await accepted(account, page, LINUS, "Me too");
  await account.writes(GRACE, "Back again");
  await expect(page.getByText("2 of 1 used").first()).toBeVisible();
  await expect(page.getByText("1 over capacity")).toBeVisible();
});

test("files go out and come in: pictures in place, others to save", async ({ browser }) => {
  const account = await deskAccount();
  const page = await open(browser, await account.person("agent", "Ada"));
  await accepted(account, page);
  await page.getByLabel("File", { exact: true }).setInputFiles({ name: "dot.png", mimeType: "image/png", buffer: PNG });
  await field(page).fill("The label");
  await page.keyboard.press("Enter");
  const picture = thread(page).getByRole("img", { name: "dot.png" });
  await expect(picture).toBeVisible();
  await expect.poll(() => picture.evaluate((image) => image.naturalWidth)).toBe(5);
  await page.getByLabel("File", { exact: true }).setInputFiles({ name: "terms.txt", mimeType: "text/plain", buffer: Buffer.from("Terms") });
  await page.getByRole("button", { name: "Send" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), thread(page).getByRole("link", { name: /terms\.txt/ }).click()]);
  expect(download.suggestedFilename()).toBe("terms.txt");
  expect(page.complaints).toEqual([]);
});

test("a long conversation is read backwards, and a draft stays", async ({ browser }) => {
  const account = await deskAccount();
  const page = await open(browser, await account.person("agent", "Ada"));
  const conversation = await accepted(account, page);
  for (let at = 1; at <= 120; at += 1) {
    await account.post(`/v1/Conversations/${conversation}/Messages`, { Author: "bot", Body: `Note ${at}` });
  }
  await page.reload();
  await expect(thread(page).getByText("Note 120", { exact: true })).toBeVisible();
  await field(page).fill("Half a thought");
  await expect(thread(page).getByText("Where is my parcel?")).toHaveCount(0);
  await thread(page).hover();
  await expect(async () => {
    await page.mouse.wheel(0, -2_000);
    await expect(thread(page).getByText("Where is my parcel?")).toBeVisible({ timeout: 200 });
  }).toPass({ timeout: 20_000 });
  await page.reload();
  await expect(field(page)).toHaveValue("Half a thought");
});

test("after a restart of the server nothing is lost and nothing is there twice", async ({ browser }) => {
  const own = await OwnServer.start();
  try {
    const account = await deskAccount(own);
    const page = await open(browser, await account.person("agent", "Ada"), "/desk", { at: own });
    const conversation = await accepted(account, page);
    // A message is in the thread from the moment it is written: what has arrived, the server knows.
    const arrived = async (...bodies) => {
      const onServer = async () => {
        const { messages } = await account.get(`/v1/Conversations/${conversation}/Messages`);
        return messages.filter((one) => one.author === "ada").map((one) => one.body);
      };
      await expect.poll(onServer).toEqual(bodies);
    };
    await field(page).fill("Before");
    await page.keyboard.press("Enter");
    await arrived("Before");

    // One whose answer is lost on the way has arrived all the same.
    await page.route(/\/Reply$/, async (route) => {
      await route.fetch();
      await route.abort("connectionreset");
    }, { times: 1 });
    await field(page).fill("Answer lost");
    await page.keyboard.press("Enter");
    await arrived("Before", "Answer lost");

    // One that did not get through goes out by itself, and none overtakes it.
    await page.route(/\/Reply$/, (route) => route.abort("connectionreset"), { times: 1 });
    await field(page).fill("Lost on the way");
    await page.keyboard.press("Enter");
    await expect(thread(page)).toContainText("Not sent yet");
    await field(page).fill("Right after");
    await page.keyboard.press("Enter");
    await arrived("Before", "Answer lost", "Lost on the way", "Right after");

    await own.stop();
    await expect(page.getByText("Reconnecting…")).toBeVisible();
    await field(page).fill("While it was down");
    await page.keyboard.press("Enter");
    await expect(thread(page)).toContainText("Not sent yet");
    await own.start();
    await account.writes(GRACE, "Are you there?");
    await expect(page.getByText("Reconnecting…")).toBeHidden({ timeout: 60_000 });
    await expect(thread(page).getByText("Are you there?")).toHaveCount(1);
    await expect(thread(page).getByText("Not sent yet")).toHaveCount(0, { timeout: 15_000 });
    const bodies = ["Before", "Answer lost", "Lost on the way", "Right after", "While it was down"];
    await arrived(...bodies);
    for (const body of bodies) await expect(thread(page).getByText(body, { exact: true })).toHaveCount(1);
  } finally {
    await own.remove();
  }
});

test("everything is done with the keyboard alone", async ({ browser }) => {
  const account = await deskAccount();
  const page = await open(browser, await account.person("agent", "Ada"));
  await account.writes(LINUS, "First");
  await account.advance("PT1M");
  await account.writes(GRACE, "Second");
  const { keyboard } = page;

  await expect(list(page, "Queue 2")).toBeVisible();
  await keyboard.press("3");
  await expect(page.getByRole("listbox", { name: "Queue" })).toBeFocused();
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: GRACE })).toBeVisible();
  await keyboard.press("Escape");
  await keyboard.press("n");
  await expect(page.getByRole("heading", { name: LINUS })).toBeVisible();
  await expect(field(page)).toBeFocused();
  // Letters are letters while one types.
  await keyboard.type("Keine Eile, i e h 1 ?");
  await keyboard.press("Enter");
  await expect(thread(page)).toContainText("Keine Eile, i e h 1 ?");
  await keyboard.press("Escape");
  await expect(thread(page)).toBeFocused();
  await keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Shortcuts and sound" })).toBeVisible();
  await keyboard.press("Escape");
  await keyboard.press("i");
  await expect(list(page, "Mine inactive 1")).toBeVisible();
  await keyboard.press("z");
  await expect(list(page, "Mine active 1")).toBeVisible();
  await keyboard.press("h");
  await expect(pane(page).locator(".held")).toBeVisible();
  await keyboard.press("h");
  await expect(pane(page).locator(".held")).toBeHidden();
  await keyboard.press("t");
  await expect(page.getByLabel("What the customer reads")).toBeFocused();
  await keyboard.press("Tab");
  await keyboard.type("gone");
  await keyboard.press("Enter");
  await expect(thread(page)).toContainText("Inactive — by Ada: gone");
  await keyboard.press("r");
  await expect(field(page)).toBeFocused();
  await keyboard.press("Escape");
  await keyboard.press("e");
  await expect(pane(page)).toContainText("Nothing has been sent yet.");
  await keyboard.press("z");
  await expect(field(page)).toBeVisible();
  expect(page.complaints).toEqual([]);
});

for (const colorScheme of ["light", "dark"]) {
  for (const viewport of [DESKTOP, PHONE]) {
    test(`the desk is accessible: ${colorScheme}, ${viewport.width} wide`, async ({ browser }) => {
      const account = await deskAccount();
      const page = await open(browser, await account.person("agent", "Ada"), "/desk", { colorScheme, viewport });
      const conversation = await accepted(account, page);
      await field(page).fill("It is on its way.");
      await page.keyboard.press("Enter");
      await expect(pane(page)).toContainText("inactive in 5:00");
      await account.writes(LINUS, "Hello");
      await account.advance("PT4M30S");
      await expect(pane(page).locator(".urgent")).toBeVisible();
      await expectAccessible(page, "a conversation");
      await more(page).click();
      await expect(page.getByRole("menu")).toBeVisible();
      await expectAccessible(page, "the menu");
      await page.getByRole("menuitem", { name: "Customer inactive, and tell them" }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectAccessible(page, "the dialog");
      await page.getByRole("button", { name: "Tell them and mark inactive" }).click();
      await expect(page.getByRole("button", { name: "Reopen and write" })).toBeVisible();
      await expectAccessible(page, "an inactive one, with a notice");
      for (const name of ["active", "inactive", "queue"]) {
        await page.goto(`/console/desk?list=${name}`);
        await expect(page.getByRole("option").or(page.getByText("You have no active"))).toBeVisible();
        await expectAccessible(page, `the list ${name}`);
      }
      if (viewport === PHONE) {
        await page.goto(`/console/desk?list=inactive&open=${conversation}`);
        await page.getByRole("button", { name: "Back to the list" }).click();
        await expect(row(page, GRACE)).toBeVisible();
        await expect(pane(page)).toBeHidden();
      }
      expect(page.complaints).toEqual([]);
    });
  }
}

test("a list of ten thousand scrolls: only what is seen is there", async ({ browser }) => {
  const account = await deskAccount();
  const ada = await account.person("agent", "Ada");
  await account.writes(GRACE, "Hello");
  const { sessions } = await account.get("/dwell/v1/Sessions");
  const [sample] = sessions;
  const total = 10_000;
  const context = await contextOf(browser, ada);
  const page = await context.newPage();
  // Ten thousand real ones would take minutes to make; the pages of the list are what the server would answer.
  await page.route(/\/dwell\/v1\/Sessions\?.*Status=waiting/, (route) => {
    const url = new URL(route.request().url());
    const size = Number(url.searchParams.get("PageSize"));
    const from = Number(url.searchParams.get("PageToken") ?? 0);
    const page = Array.from({ length: Math.min(size, total - from) }, (_, at) => ({
      ...sample,
      sid: `DS${String(from + at).padStart(32, "0")}`,
      date_waiting: new Date(Date.UTC(2026, 0, 1) + (from + at) * 1000).toISOString(),
      conversation: { ...sample.conversation, friendly_name: `Customer ${from + at}` },
    }));
    url.searchParams.set("PageToken", String(from + size));
    const next = from + size < total ? url.href : null;
    return route.fulfill({ json: { sessions: page, meta: { key: "sessions", page: 0, page_size: size, next_page_url: next } } });
  });
  await page.goto("/console/desk?list=queue");
  await expect(page.getByRole("option").first()).toContainText("Customer 0");
  const listbox = page.getByRole("listbox", { name: "Queue" });
  await expect(page.getByRole("option").first()).toHaveAttribute("aria-setsize", "-1");

  const steps = 60;
  const most = await listbox.evaluate(async (element, steps) => {
    let most = 0;
    for (let step = 1; step <= steps; step += 1) {
      element.scrollTop = (element.scrollHeight / steps) * step;
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      most = Math.max(most, element.querySelectorAll("[role=option]").length);
    }
    return most;
  }, steps);
  expect(most).toBeLessThan(60);
  // The pages of the list come while one scrolls towards its end.
  await expect(async () => {
    await listbox.evaluate((element) => (element.scrollTop = element.scrollHeight));
    await expect(row(page, "Customer 9999")).toBeVisible({ timeout: 100 });
  }).toPass();
  await expect(page.getByRole("option").first()).toHaveAttribute("aria-setsize", String(total));
  await listbox.focus();
  await page.keyboard.press("Home");
  await expect(row(page, /^Customer 0/)).toBeVisible();
  await context.close();
});
