// The overview's plots, against a real server on the test clock.
import { expect } from "@playwright/test";
import { Account, DESKTOP, expectAccessible, open, PHONE, test } from "./shared.mjs";

const PLOTS = ["Conversations by state", "Transitions per hour", "Lateness of timers", "Time to the first reply", "Conversations per identity"];

/** An account in which things happened: three silent conversations, one of them woken, and a customer with an answer. */
async function busy() {
  const account = await Account.create();
  await account.freeze();
  const [sam, ana] = [await account.person("supervisor", "Sam"), await account.person("agent", "Ana")];
  await account.desk("manual");
  await account.policy();
  const sids = [];
  for (const name of ["One", "Two", "Three"]) {
    const { sid } = await account.post("/v1/Conversations", { FriendlyName: name, "Timers.Inactive": "PT5M" });
    await account.post(`/v1/Conversations/${sid}/Participants`, { Identity: "ana" });
    sids.push(sid);
  }
  await account.advance("PT10M");
  await account.post(`/v1/Conversations/${sids[0]}/Messages`, { Author: "ana", Body: "Still there?" });
  await account.number();
  const asked = await account.writes("+4915112345678", "Hello");
  await account.advance("PT2M");
  await account.post(`/dwell/v1/Conversations/${asked}/Assign`, { To: "ana" });
  return { account, sam, ana, asked };
}

const plot = (page, name) => page.getByRole("region", { name });

async function done(page) {
  expect(page.complaints).toEqual([]);
  await page.context().close();
}

for (const colorScheme of ["light", "dark"]) {
  for (const viewport of [DESKTOP, PHONE]) {
    test(`the overview is accessible: ${colorScheme}, ${viewport.width} wide`, async ({ browser }) => {
      const { sam } = await busy();
      const page = await open(browser, sam, "/overview", { colorScheme, viewport });
      for (const name of PLOTS) await expect(plot(page, name)).toBeVisible();
      await expectAccessible(page, "plots");
      for (const summary of await page.getByText("The figures as a table").all()) await summary.click();
      await expectAccessible(page, "tables");
      await done(page);
    });
  }
}

test("an account in which nothing happened has no empty axes, but says so", async ({ browser }) => {
  const account = await Account.create();
  const page = await open(browser, await account.person("viewer", "Vera"), "/overview");
  for (const text of ["No conversation changed its state", "No timer ended", "No session got its first reply", "No identity is in"]) {
    await expect(page.getByText(text)).toBeVisible();
  }
  await done(page);
});

test("what happened is in the plots, for the eyes, the keyboard and as a table", async ({ browser }) => {
  const { sam } = await busy();
  const page = await open(browser, sam, "/overview");
  await expect(page.getByRole("list", { name: "Now" }).getByRole("listitem")).toHaveText([/Active\s*2/, /Inactive\s*2/, /Closed\s*0/, /Waiting\s*0/, /Overdue timers\s*0/]);
  const transitions = plot(page, "Transitions per hour");
  await expect(transitions).toContainText("4 in all: 0 by the API, 3 by timers, 1 by messages.");
  const values = transitions.getByRole("slider");
  await values.focus();
  const bars = Number(await values.getAttribute("aria-valuemax"));
  await expect(values).toHaveAttribute("aria-valuenow", String(bars));
  await page.keyboard.press("Home");
  await expect(values).toHaveAttribute("aria-valuetext", /API 0, Timer 0, Message 0$/);
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  await expect(values).toHaveAttribute("aria-valuenow", String(bars - 1));
  await transitions.getByText("The figures as a table").click();
  const totals = await transitions.locator("tbody tr").evaluateAll((found) =>
    found.map((row) => [...row.querySelectorAll("td")].map((cell) => Number(cell.textContent))).reduce((a, b) => a.map((n, i) => n + b[i])),
  );
  expect(totals).toEqual([0, 3, 1]);
  await expect(plot(page, "Conversations per identity").getByRole("row", { name: /ana/ })).toContainText(/of 1,000/);
  await done(page);
});

test("a series can be taken out, but not the last one", async ({ browser }) => {
  const { sam } = await busy();
  const page = await open(browser, sam, "/overview");
  const transitions = plot(page, "Transitions per hour");
  const series = (name) => transitions.getByRole("button", { name });
  await expect(transitions.locator("svg rect").first()).toBeVisible();
  await series("Timer").click();
  await expect(series("Timer")).toHaveAttribute("aria-pressed", "false");
  await expect(transitions.getByRole("slider")).not.toHaveAttribute("aria-valuetext", /Timer/);
  await series("API").click();
  await series("Message").click();
  await expect(series("Message")).toHaveAttribute("aria-pressed", "true");
  await done(page);
});

test("it follows the account's clock, and shows more time when asked", async ({ browser }) => {
  const { account, sam } = await busy();
  const page = await open(browser, sam, "/overview");
  await expect(plot(page, "Transitions per hour")).toContainText("4 in all");
  await account.advance("P3D");
  await expect(plot(page, "Transitions per hour")).not.toContainText("4 in all");
  await page.getByRole("button", { name: /\bTime$/ }).click();
  await page.getByRole("option", { name: "30 days" }).click();
  const days = plot(page, "Transitions per day");
  await expect(days).toContainText(/by timers, 1 by messages/);
  await expect(days.getByRole("slider")).toHaveAttribute("aria-valuemax", "29");
  await expect(page.getByText("Days are days of UTC.")).toBeVisible();
  await done(page);
});

test("a figure of now leads to what it counts", async ({ browser }) => {
  const { sam } = await busy();
  const page = await open(browser, sam, "/overview");
  await page.getByRole("list", { name: "Now" }).getByRole("link", { name: /Inactive/ }).click();
  await expect(page.getByRole("grid", { name: "Conversations" }).getByRole("rowgroup").getByRole("row")).toHaveCount(2);
  await done(page);
});
