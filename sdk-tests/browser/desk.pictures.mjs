// The pictures of docs/desk.md.
import { expect, test } from "@playwright/test";
import { Account, actsOf, open, PHONE } from "./shared.mjs";

const FOLDER = "../../docs/pictures";
const VIEW = { viewport: { width: 1360, height: 800 } };
/** In business hours. */
const MONDAY = "2027-01-04T09:00:00Z";
const CUSTOMERS = [
  ["+15017122661", "Grace Hopper", "Where is my parcel? It was to come on Friday."],
  ["+15017122662", "Alan Turing", "The code on the letter does not work."],
  ["+15017122663", "Edsger Dijkstra", "Is the shop in the Marktstraat open today?"],
  ["+15017122664", "Barbara Liskov", "I should like to return the lamp."],
  ["+15017122665", "Radia Perlman", "Can I pay by bank transfer?"],
  ["+15017122666", "Ken Thompson", "Which plug does it have?"],
];

/** A desk at work: Ada has three, waits for one, and two wait for her. Returns what the pictures need. */
async function morning(browser) {
  const account = await Account.create();
  await account.freeze();
  await account.post("/dwell/v1/TestClock/Advance", { To: MONDAY });
  await account.number();
  await account.policy();
  await account.desk("manual", 4);
  const ada = await account.person("agent", "Ada");
  const acts = await actsOf(browser, ada);
  await acts("/dwell/v1/Agents/ada", { Available: true });
  const conversations = [];
  for (const [address, name, body] of CUSTOMERS) {
    const conversation = await account.writes(address, body);
    await account.post(`/v1/Conversations/${conversation}`, { FriendlyName: name });
    conversations.push(conversation);
    await account.advance("PT7S");
  }
  const act = (at, name, form) => acts(`/dwell/v1/Conversations/${conversations[at]}/${name}`, form);
  for (const at of [0, 1, 2, 3]) await act(at, "Accept");
  await account.advance("PT20S");
  await act(3, "Reply", { Body: "Of course. The label is in your mail." });
  await act(1, "Reply", { Body: "Which of the two? The long one is only for the app." });
  await account.advance("PT2M");
  await act(3, "Inactivate", { Reason: "sends it back" });
  await account.advance("PT2M15S");
  await act(2, "Reply", { Body: "Yes, until six. One moment, I ask whether they have it." });
  await act(2, "Hold");
  await act(0, "Reply", { Body: "Good morning! I am looking it up." });
  await account.advance("PT12S");
  await act(0, "Reply", { Body: "It is in Rotterdam and will be with you tomorrow before noon." });
  return { account, ada, conversations };
}

async function picture(page, name) {
  await page.mouse.move(0, 0);
  await page.screenshot({ path: `${FOLDER}/${name}.png`, animations: "disabled" });
}

const thread = (page) => page.getByRole("region", { name: "Messages" });

test("the desk in both themes, what one says to who is silent, and who comes back", async ({ browser }) => {
  const { account, ada, conversations } = await morning(browser);
  for (const colorScheme of ["light", "dark"]) {
    const page = await open(browser, ada, `/desk?open=${conversations[0]}`, { ...VIEW, colorScheme });
    await expect(thread(page)).toContainText("Rotterdam");
    await expect(thread(page)).toContainText("Accepted — by Ada");
    await expect(page.getByRole("option")).toHaveCount(3);
    await picture(page, `desk-${colorScheme}`);
    await page.context().close();
  }
  const page = await open(browser, ada, `/desk?open=${conversations[1]}`, VIEW);
  await page.getByRole("button", { name: "Shortcuts and sound (?)" }).click();
  const sheet = page.getByRole("dialog", { name: "Shortcuts and sound" });
  await sheet.screenshot({ path: `${FOLDER}/desk-keys.png`, animations: "disabled" });
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "More ways to leave the customer" }).click();
  await picture(page, "desk-leave");
  await page.getByRole("menuitem", { name: "Customer inactive, and tell them" }).click();
  await page.getByLabel("Reason").fill("looks for the letter");
  await page.getByRole("dialog").screenshot({ path: `${FOLDER}/desk-tell.png`, animations: "disabled" });
  await page.getByRole("button", { name: "Tell them and mark inactive" }).click();
  await expect(page.getByRole("button", { name: "Reopen and write" })).toBeVisible();
  await page.getByRole("link", { name: /Mine inactive/ }).click();
  await expect(page.getByRole("option")).toHaveCount(2);
  await picture(page, "desk-inactive");
  await page.getByRole("link", { name: /Mine active/ }).click();
  await account.advance("PT2H");
  await account.writes(CUSTOMERS[3][0], "Found the label. Where do I take it?");
  await expect(page.getByText("wrote again").first()).toBeVisible();
  await page.getByRole("button", { name: "Open" }).last().click();
  await expect(thread(page)).toContainText("Active — customer wrote");
  await account.writes(CUSTOMERS[1][0], "The short one, then!");
  await expect(page.getByText("Alan Turing wrote again")).toBeVisible();
  await picture(page, "desk-returned");
});

test("the desk on a phone", async ({ browser }) => {
  const { ada, conversations } = await morning(browser);
  const page = await open(browser, ada, "/desk", { viewport: PHONE });
  await expect(page.getByRole("option")).toHaveCount(3);
  await picture(page, "desk-phone-list");
  await page.goto(`/console/desk?open=${conversations[0]}`);
  await expect(thread(page)).toContainText("Rotterdam");
  await expect(thread(page)).toContainText("Accepted — by Ada");
  await picture(page, "desk-phone");
});
