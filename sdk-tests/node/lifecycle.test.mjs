// Active, inactive, closed: months pass in a second on the account's own clock.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Account, DAY, MONTH, SECOND, sids, timers } from "./dwell.mjs";

/** An account whose time passes only when the test says so. */
async function frozen() {
  const account = await Account.create();
  await account.clock.freeze();
  return account;
}

test("thirty days of silence, twice", async () => {
  const { v1, clock } = await frozen();
  await v1.configuration().update({ defaultInactiveTimer: "P30D", defaultClosedTimer: "P30D" });
  const made = await v1.conversations.create({ friendlyName: "Order 42", uniqueName: "order-42" });
  const room = v1.conversations(made.sid);
  const born = made.dateCreated.getTime();
  assert.equal(made.state, "active");
  assert.deepEqual(timers(made), { inactive: born + MONTH, closed: born + 2 * MONTH });

  await clock.advance("P29D");
  assert.equal((await room.fetch()).state, "active");

  await clock.advance("P1D");
  let seen = await room.fetch();
  assert.equal(seen.state, "inactive");
  assert.deepEqual(timers(seen), { inactive: born + MONTH, closed: born + 2 * MONTH });
  assert.deepEqual(sids(await v1.conversations.list({ state: "inactive" })), [made.sid]);

  const said = await room.messages.create({ body: "Are you still there?" });
  assert.equal(said.dateCreated.getTime(), born + MONTH);
  seen = await room.fetch();
  assert.equal(seen.state, "active");
  assert.deepEqual(timers(seen), { inactive: born + 2 * MONTH, closed: born + 3 * MONTH });

  await clock.advance("P30D");
  assert.equal((await room.fetch()).state, "inactive");
  await clock.advance("P30D");
  seen = await room.fetch();
  assert.equal(seen.state, "closed");
  assert.equal(seen.dateUpdated.getTime(), born + 3 * MONTH);
  assert.deepEqual(timers(seen), { inactive: born + 2 * MONTH, closed: born + 3 * MONTH });

  await assert.rejects(room.messages.create({ body: "Too late" }), { status: 400, code: 50377 });
  assert.deepEqual((await room.messages.list()).map((one) => one.body), ["Are you still there?"]);
  assert.deepEqual(sids(await v1.conversations.list({ state: "closed" })), [made.sid]);

  assert.equal(await room.remove(), true);
  assert.equal((await v1.conversations.create({ uniqueName: "order-42" })).state, "active");
});

test("messages keep a conversation active", async () => {
  const { v1, clock } = await frozen();
  const made = await v1.conversations.create({ "timers.inactive": "P30D", "timers.closed": "P30D" });
  const room = v1.conversations(made.sid);
  for (let month = 0; month < 12; month += 1) {
    await clock.advance("P29D");
    const said = await room.messages.create({ body: "still here" });
    const seen = await room.fetch();
    assert.equal(seen.state, "active");
    assert.equal(timers(seen).inactive, said.dateCreated.getTime() + MONTH);
  }
});

test("a lone closed timer is not postponed", async () => {
  const { v1, clock } = await frozen();
  const made = await v1.conversations.create({ "timers.closed": "P30D" });
  const room = v1.conversations(made.sid);
  const due = { closed: made.dateCreated.getTime() + MONTH };
  assert.deepEqual(timers(made), due);

  await clock.advance("P29D");
  await room.messages.create({ body: "one day left" });
  assert.deepEqual(timers(await room.fetch()), due);
  await clock.advance("PT23H59M59S");
  assert.equal((await room.fetch()).state, "active");
  await clock.advance("PT1S");
  assert.equal((await room.fetch()).state, "closed");
});

test("a lone inactive timer never closes", async () => {
  const { v1, clock } = await frozen();
  const made = await v1.conversations.create({ "timers.inactive": "PT1M" });
  const room = v1.conversations(made.sid);
  await clock.advance("PT1M");
  const seen = await room.fetch();
  assert.equal(seen.state, "inactive");
  assert.deepEqual(timers(seen), { inactive: made.dateCreated.getTime() + 60 * SECOND });
  await clock.advance("P3650D");
  assert.equal((await room.fetch()).state, "inactive");
});

test("one leap carries out everything in order", async () => {
  const { v1, clock } = await frozen();
  const made = await v1.conversations.create({ "timers.inactive": "PT60S", "timers.closed": "PT600S" });
  const room = v1.conversations(made.sid);
  const born = made.dateCreated.getTime();
  await clock.advance("P30D");
  const seen = await room.fetch();
  assert.equal(seen.state, "closed");
  assert.deepEqual(timers(seen), { inactive: born + 60 * SECOND, closed: born + 660 * SECOND });
  assert.equal(seen.dateUpdated.getTime(), born + 660 * SECOND);
});

test("step by step to the next transition", async () => {
  const { v1, clock } = await frozen();
  const made = await v1.conversations.create({ "timers.inactive": "P30D", "timers.closed": "P365D" });
  const room = v1.conversations(made.sid);
  await clock.advanceTo("next");
  assert.equal((await room.fetch()).state, "inactive");
  await clock.advanceTo("next");
  assert.equal((await room.fetch()).state, "closed");
});

test("a state set by hand starts both clocks anew", async () => {
  const { v1, clock } = await frozen();
  const made = await v1.conversations.create({ "timers.inactive": "P30D", "timers.closed": "P30D" });
  const room = v1.conversations(made.sid);
  const born = made.dateCreated.getTime();
  await clock.advance("P10D");
  let seen = await room.update({ state: "inactive" });
  assert.equal(seen.state, "inactive");
  assert.equal(timers(seen).closed, born + 10 * DAY + MONTH);

  await clock.advance("P10D");
  seen = await room.update({ state: "active" });
  assert.deepEqual(timers(seen), { inactive: born + 20 * DAY + MONTH, closed: born + 20 * DAY + 2 * MONTH });
});

test("changed timers run from the change", async () => {
  const { v1, clock } = await frozen();
  const made = await v1.conversations.create({ "timers.inactive": "P30D" });
  const room = v1.conversations(made.sid);
  await clock.advance("P10D");
  let seen = await room.update({ "timers.inactive": "P5D" });
  assert.deepEqual(timers(seen), { inactive: made.dateCreated.getTime() + 15 * DAY });
  seen = await room.update({ "timers.inactive": "PT0S" });
  assert.deepEqual(timers(seen), {});
  await clock.advance("P3650D");
  assert.equal((await room.fetch()).state, "active");
});

test("every account has its own time", async () => {
  const { v1, clock } = await frozen();
  const here = await v1.conversations.create({ "timers.inactive": "P30D" });
  const other = await Account.create();
  const there = await other.v1.conversations.create({ "timers.inactive": "P30D" });

  await clock.advance("P30D");
  assert.equal((await v1.conversations(here.sid).fetch()).state, "inactive");
  assert.equal((await other.v1.conversations(there.sid).fetch()).state, "active");
});

test("a resumed clock runs on", async () => {
  const { v1, clock } = await frozen();
  await clock.advance("P30D");
  const before = (await v1.conversations.create()).dateCreated;
  await clock.resume();
  const after = (await v1.conversations.create()).dateCreated;
  assert.ok(after >= before && after - before < 300 * SECOND, `${before} ${after}`);
});
