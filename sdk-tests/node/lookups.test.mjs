// What is only looked up: conversations of a participant, receipts, bindings; and addresses by their own text.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Account } from "./dwell.mjs";

const PHONE = "+15551230001";
const PROXY = "+15559990001";
const BINDING = { "messagingBinding.address": PHONE, "messagingBinding.proxyAddress": PROXY };

for (const tree of ["account", "service"]) {
  test(`conversations of a participant, in the ${tree} tree`, async () => {
    const account = await Account.create();
    const { root, names } = await account.tree(tree);
    const closed = await root.conversations.create({ friendlyName: "First", attributes: '{"n":1}' });
    const inClosed = root.conversations(closed.sid);
    const said = await inClosed.participants.create(BINDING);
    await inClosed.participants.create({ identity: "alice" });
    await inClosed.update({ state: "closed" });
    const open = await root.conversations.create({ uniqueName: "second", "timers.inactive": "P1D" });
    await root.conversations(open.sid).participants.create(BINDING);
    const alice = await root.conversations(open.sid).participants.create({ identity: "alice" });
    const other = await root.conversations.create();
    await root.conversations(other.sid).participants.create({ identity: "bob" });

    const byIdentity = await root.participantConversations.list({ identity: "alice" });
    const byAddress = await root.participantConversations.list({ address: PHONE });
    for (const found of [byIdentity, byAddress]) {
      const sids = found.map((one) => one.conversationSid);
      assert.deepEqual(sids, [closed.sid, open.sid].toSorted(), "closed ones too, by SID");
      assert.deepEqual(new Set(found.map((one) => one.conversationState)), new Set(["active", "closed"]));
      assert.ok(found.every((one) => one.accountSid === account.sid && one.chatServiceSid === names.service));
    }

    const chat = byIdentity.find((one) => one.conversationSid === open.sid);
    assert.deepEqual([chat.participantSid, chat.participantIdentity], [alice.sid, "alice"]);
    assert.equal(chat.participantUserSid, (await root.users("alice").fetch()).sid);
    assert.deepEqual([chat.conversationUniqueName, chat.conversationFriendlyName], ["second", null]);
    assert.deepEqual([chat.conversationAttributes, chat.conversationCreatedBy], ["{}", "system"]);
    assert.deepEqual(chat.conversationTimers, (await root.conversations("second").fetch()).timers);
    assert.deepEqual(chat.conversationDateCreated, open.dateCreated);
    assert.equal(chat.links.conversation, open.url);
    assert.equal(chat.links.participant, `${open.url}/Participants/${alice.sid}`);

    const phone = byAddress.find((one) => one.conversationSid === closed.sid);
    assert.deepEqual([phone.participantSid, phone.participantIdentity], [said.sid, null]);
    assert.deepEqual(phone.participantMessagingBinding, {
      type: "sms",
      address: PHONE,
      proxy_address: PROXY,
      projected_address: null,
      name: null,
      level: null,
    });
    assert.deepEqual(await root.participantConversations.list({ identity: "nobody" }), []);
    assert.deepEqual(await root.participantConversations.list({ address: "+15550000000" }), []);
  });

  test(`receipts can be read, in the ${tree} tree`, async () => {
    const { root } = await (await Account.create()).tree(tree);
    const room = await root.conversations.create();
    const { participants, messages } = root.conversations(room.sid);
    await participants.create({ identity: "alice" });
    await participants.create(BINDING);
    const said = await messages.create({ author: "alice", body: "hello" });
    const { deliveryReceipts } = messages(said.sid);
    // There is none before a channel has carried the message.
    for (const receipt of await deliveryReceipts.list()) {
      const fetched = await deliveryReceipts(receipt.sid).fetch();
      const expected = [receipt.sid, said.sid, room.sid];
      assert.deepEqual([fetched.sid, fetched.messageSid, fetched.conversationSid], expected);
      assert.equal(fetched.url, `${said.url}/Receipts/${receipt.sid}`);
    }
  });
}

for (const [where, code] of [[{ identity: "alice", address: PHONE }, 50451], [{}, 20001]]) {
  test(`one of identity and address must be given, not ${JSON.stringify(where)}`, async () => {
    const { v1 } = await Account.create();
    await assert.rejects(v1.participantConversations.list(where), { status: 400, code });
  });
}

test("an address is found by its text, however it is written", async () => {
  const { v1 } = await Account.create();
  const made = await v1.addressConfigurations.create({ type: "sms", address: "+15017122661" });
  for (const text of ["+15017122661", "%2B15017122661"]) {
    assert.equal((await v1.addressConfigurations(text).fetch()).sid, made.sid);
  }
  const changed = await v1.addressConfigurations("+15017122661").update({ friendlyName: "Help" });
  assert.equal(changed.friendlyName, "Help");
  assert.equal(await v1.addressConfigurations("+15017122661").remove(), true);
  assert.deepEqual(await v1.addressConfigurations.list(), []);
});

test("bindings can be listed", async () => {
  const { root } = await (await Account.create()).tree("service");
  assert.deepEqual(await root.bindings.list(), []);
  const where = { bindingType: ["fcm", "apn"], identity: ["alice", "bob"], pageSize: 100 };
  assert.deepEqual(await root.bindings.list(where), []);
});
