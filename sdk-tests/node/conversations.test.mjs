// Create, fetch, update, delete; account defaults; participants.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Account, MONTH, SECOND, BASE_URL, sids, timers } from "./dwell.mjs";

const phone = { "messagingBinding.address": "+15551230001", "messagingBinding.proxyAddress": "+15559990001" };

test("a bare conversation", async () => {
  const account = await Account.create();
  const { v1 } = account;
  const made = await v1.conversations.create();

  assert.match(made.sid, /^CH[0-9a-f]{32}$/);
  assert.equal(made.accountSid, account.sid);
  assert.equal(made.chatServiceSid, (await v1.configuration().fetch()).defaultChatServiceSid);
  assert.deepEqual([made.state, made.timers, made.attributes], ["active", {}, "{}"]);
  assert.deepEqual([made.friendlyName, made.uniqueName], [null, null]);
  assert.deepEqual(made.dateCreated, made.dateUpdated);
  assert.equal(made.url, `${BASE_URL}/v1/Conversations/${made.sid}`);
  for (const link of ["participants", "messages", "webhooks"]) {
    assert.ok(made.links[link].startsWith(`${made.url}/`), link);
  }
});

test("create, fetch, update, delete", async () => {
  const { v1 } = await Account.create();
  const made = await v1.conversations.create({
    friendlyName: "Zoë’s ☎ order",
    uniqueName: "order/42 & more",
    attributes: JSON.stringify({ order: 42 }),
  });

  const conversation = v1.conversations(made.sid);
  const bySid = await conversation.fetch();
  assert.equal(bySid.friendlyName, "Zoë’s ☎ order");
  assert.deepEqual(JSON.parse(bySid.attributes), { order: 42 });

  const changed = await conversation.update({ friendlyName: "Order 42", uniqueName: "order-42", attributes: '{"paid":true}' });
  assert.deepEqual([changed.sid, changed.friendlyName, changed.uniqueName], [made.sid, "Order 42", "order-42"]);
  assert.deepEqual(JSON.parse(changed.attributes), { paid: true });
  assert.equal((await v1.conversations("order-42").fetch()).sid, made.sid);

  const unchanged = await v1.conversations("order-42").update();
  assert.deepEqual([unchanged.friendlyName, unchanged.state], ["Order 42", "active"]);

  assert.equal(await conversation.remove(), true);
  await assert.rejects(conversation.fetch(), { status: 404, code: 20404 });
  assert.notEqual((await v1.conversations.create({ uniqueName: "order-42" })).sid, made.sid);
});

test("dates go in and come out as Date objects", async () => {
  const { v1 } = await Account.create();
  const dates = { dateCreated: new Date("2020-02-28T12:30:45Z"), dateUpdated: new Date("2020-02-29T12:30:45Z") };
  const room = await v1.conversations.create(dates);
  const { messages, participants } = v1.conversations(room.sid);
  const said = await messages.create({ body: "imported", ...dates });
  const alice = await participants.create({ identity: "alice", ...dates });
  const all = [v1.conversations(room.sid), messages(said.sid), participants(alice.sid)];
  const read = await Promise.all(all.map((one) => one.fetch()));
  for (const { dateCreated, dateUpdated } of [room, said, alice, ...read]) {
    assert.deepEqual({ dateCreated, dateUpdated }, dates);
  }
  const day = { startDate: "2020-02-28T00:00:00Z", endDate: "2020-02-28T23:59:59Z" };
  assert.deepEqual(sids(await v1.conversations.list(day)), [room.sid]);
  assert.deepEqual(await v1.conversations.list({ startDate: "2020-02-29T00:00:00Z" }), []);
});

test("account defaults reach new conversations only", async () => {
  const { v1, clock } = await Account.create();
  await clock.freeze();
  const before = await v1.conversations.create();

  const kept = await v1.configuration().update({ defaultInactiveTimer: "P30D", defaultClosedTimer: "PT60000S" });
  assert.deepEqual([kept.defaultInactiveTimer, kept.defaultClosedTimer], ["P30D", "PT60000S"]);
  assert.equal((await v1.configuration().fetch()).defaultClosedTimer, "PT60000S");

  const after = await v1.conversations.create();
  const inactive = after.dateCreated.getTime() + MONTH;
  assert.deepEqual(timers(after), { inactive, closed: inactive + 60_000 * SECOND });
  assert.deepEqual((await v1.conversations(before.sid).fetch()).timers, {});

  const own = await v1.conversations.create({ "timers.inactive": "PT0S", "timers.closed": "PT10M" });
  assert.deepEqual(timers(own), { closed: own.dateCreated.getTime() + 600 * SECOND });

  await v1.configuration().update({ defaultInactiveTimer: "PT0S", defaultClosedTimer: "PT0S" });
  assert.deepEqual((await v1.conversations.create()).timers, {});
});

test("a refused default changes nothing", async () => {
  const { v1 } = await Account.create();
  await v1.configuration().update({ defaultInactiveTimer: "P30D" });
  const wrong = { defaultInactiveTimer: "", defaultClosedTimer: "P30D" };
  await assert.rejects(v1.configuration().update(wrong), { status: 400, code: 50379 });
  const kept = await v1.configuration().fetch();
  assert.deepEqual([kept.defaultInactiveTimer, kept.defaultClosedTimer], ["P30D", null]);
});

const releases = {
  "after closing": (holder) => holder.update({ state: "closed" }),
  "after deleting": (holder) => holder.remove(),
  "after removing the participant": (holder, bound) => holder.participants(bound.sid).remove(),
};
for (const [moment, release] of Object.entries(releases)) {
  test(`an address is free again ${moment}`, async () => {
    const { v1 } = await Account.create();
    const holder = v1.conversations((await v1.conversations.create()).sid);
    const bound = await holder.participants.create(phone);
    await release(holder, bound);

    const next = v1.conversations((await v1.conversations.create()).sid);
    assert.notEqual((await next.participants.create(phone)).sid, bound.sid);
  });
}

test("accounts do not see each other", async () => {
  const { v1 } = await Account.create();
  const made = await v1.conversations.create({ uniqueName: "shared-name" });
  const stranger = (await Account.create()).v1;

  await assert.rejects(stranger.conversations(made.sid).fetch(), { status: 404, code: 20404 });
  assert.deepEqual(await stranger.conversations.list(), []);
  assert.notEqual((await stranger.conversations.create({ uniqueName: "shared-name" })).sid, made.sid);
});
