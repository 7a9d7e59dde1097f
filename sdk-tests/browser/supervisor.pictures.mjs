// The pictures of docs/console.md.
import { test } from "@playwright/test";
import { Account, open } from "./shared.mjs";

const FOLDER = "../../docs/pictures";
const VIEW = { viewport: { width: 1360, height: 860 }, timezoneId: "Europe/Berlin", locale: "en-GB" };
const TALL = { ...VIEW, viewport: { width: 1180, height: 1180 } };
/** The evening before the day that is shown. */
const BEGIN = "2027-01-11T20:00:00Z";
const HOURS = 24;

const CASES = [
  ["Order 4711", "Is it on its way yet?"],
  ["Refund for a lamp", "Thank you, that helped a lot!"],
  ["Where is my parcel?", "I have been waiting since Tuesday and nobody called back."],
  ["Bike repair", "Could you send me the invoice again?"],
  ["Wrong size", "It is a 42, I ordered a 40."],
  ["Delivery to a new address", "Yes, the blue one please."],
  ["Invoice 2027-118", "The VAT number is missing."],
  ["Question about the warranty", "It stopped working yesterday."],
];

async function picture(page, name) {
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `${FOLDER}/${name}.png`, animations: "disabled" });
}

/** Somebody who writes about the case of this number. */
async function ask(account, number) {
  const [name, body] = CASES[number % CASES.length];
  const sid = await account.writes(`+49151${String(10_000_000 + number * 7919).slice(-8)}`, body);
  await account.post(`/v1/Conversations/${sid}`, { FriendlyName: name });
  return sid;
}

async function team() {
  const account = await Account.create();
  await account.freeze();
  await account.post("/dwell/v1/TestClock/Advance", { To: BEGIN });
  const sam = await account.person("supervisor", "Sam");
  for (const name of ["Ana", "Ben", "Chloe", "Dmitri"]) await account.person("agent", name);
  await account.desk("manual", 5);
  await account.policy();
  await account.number();
  return { account, sam };
}

const assign = (account, sid, to) => account.post(`/dwell/v1/Conversations/${sid}/Assign`, { To: to });
const answer = (account, sid, by) =>
  account.post(`/v1/Conversations/${sid}/Messages`, { Author: by, Body: "Let me look, one moment please." });

test("the supervisor and a conversation", async ({ browser }) => {
  const { account, sam } = await team();
  const agents = ["ana", "ben", "chloe", "dmitri"];
  const sids = [];
  for (let n = 0; n < 16; n += 1) {
    sids.push(await ask(account, n));
    await account.advance("PT1M");
    if (n % 4 === 3) continue;
    const who = n < 12 ? agents[n % 2] : agents[n % 4];
    await assign(account, sids[n], who);
    await answer(account, sids[n], who);
  }
  await account.post(`/dwell/v1/Conversations/${sids[1]}/End`, { Reason: "Refunded" });
  await account.post("/dwell/v1/Agents/chloe", { Available: false });
  await account.post("/dwell/v1/Agents/dmitri", { Available: true, Limit: 4, Queues: "repairs" });
  for (const who of ["ana", "ben"]) await account.post(`/dwell/v1/Agents/${who}`, { Available: true });

  const page = await open(browser, sam, "/supervisor", { ...VIEW, colorScheme: "light" });
  await page.getByRole("grid", { name: "Sessions" }).getByRole("row").nth(5).waitFor();
  await picture(page, "supervisor-light");
  await page.getByRole("tab", { name: "Agents" }).click();
  await page.getByText("Dmitri", { exact: true }).waitFor();
  await page.setViewportSize({ width: 1360, height: 590 });
  await picture(page, "supervisor-agents-light");
  await page.context().close();

  const dark = await open(browser, sam, "/supervisor", { ...VIEW, colorScheme: "dark" });
  await dark.getByRole("group", { name: "Status" }).getByRole("button", { name: /Waiting/ }).click();
  await dark.getByRole("button", { name: "Choose all that match" }).click();
  await dark.getByRole("button", { name: "End…" }).click();
  await dark.getByLabel("Reason").fill("The shop is closed for the season");
  await dark.getByRole("button", { name: "Preview" }).click();
  await dark.getByRole("region", { name: "Preview" }).waitFor();
  await picture(dark, "supervisor-bulk-dark");
  await dark.context().close();

  // One that was woken once, and is silent again after the jump.
  const [, , told] = sids;
  await account.advance("PT40M");
  await account.writes(`+49151${String(10_000_000 + 2 * 7919).slice(-8)}`, "Any news?");
  await answer(account, told, "ana");
  const one = await open(browser, sam, `/conversations/${told}`, { ...VIEW, viewport: { width: 1120, height: 800 } });
  await one.getByRole("button", { name: "Jump to the next transition" }).click();
  await one.getByText("The jump carried out").waitFor();
  await picture(one, "developer-light");
  await one.context().close();
});

// Timers of a turned clock are never late, and that is what the picture shows.
test("the overview", async ({ browser }) => {
  test.slow();
  const { account, sam } = await team();
  for (let hour = 0; hour < HOURS; hour += 1) {
    // More is asked at noon than at night.
    const asked = Math.round(1.5 + 6 * Math.max(0, Math.sin(((hour - 9) / 14) * Math.PI)));
    const sids = [];
    for (let n = 0; n < asked; n += 1) sids.push(await ask(account, hour * 10 + n));
    await account.advance(`PT${2 + (hour % 3)}M`);
    for (const [n, sid] of sids.entries()) {
      const who = ["ana", "ben", "ana", "chloe"][n % 4];
      await account.post(`/v1/Conversations/${sid}/Participants`, { Identity: who });
      await assign(account, sid, who);
      if (n % 3 === 2) await account.advance("PT3M");
      await answer(account, sid, who);
      if (n % 2 === 0 && hour > 2) await account.post(`/dwell/v1/Conversations/${sid}/End`);
    }
    await account.advance("PT25M");
    for (let n = 1; n < asked; n += 3) await ask(account, hour * 10 + n);
    await account.advance("PT20M");
  }
  const page = await open(browser, sam, "/overview", { ...TALL, colorScheme: "light" });
  const values = page.getByRole("slider", { name: "Conversations by state" });
  await values.waitFor();
  await picture(page, "overview-light");
  await page.context().close();
  const dark = await open(browser, sam, "/overview", { ...VIEW, colorScheme: "dark" });
  await dark.getByRole("slider", { name: "Conversations by state" }).focus();
  for (let n = 0; n < 6; n += 1) await dark.keyboard.press("ArrowLeft");
  await dark.screenshot({ path: `${FOLDER}/overview-dark.png`, animations: "disabled" });
  await dark.context().close();
});
