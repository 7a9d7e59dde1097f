// A conversation and its participants in one call, carried out in the background.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { Account } from "./dwell.mjs";

const PHONE = { address: "+15551230001", proxy_address: "+15559990001" };
const MILLISECONDS_MAX = 10_000;
const BETWEEN_LOOKS_MILLISECONDS = 20;

/** The conversation as soon as it is no longer being set up. */
async function settled(root, sid) {
  const deadline = Date.now() + MILLISECONDS_MAX;
  for (;;) {
    const conversation = await root.conversations(sid).fetch();
    if (conversation.state !== "initializing") {
      return conversation;
    }
    assert.ok(Date.now() < deadline, `still initializing after ${MILLISECONDS_MAX} ms`);
    await setTimeout(BETWEEN_LOOKS_MILLISECONDS);
  }
}

for (const tree of ["account", "service"]) {
  test(`it becomes active with its participants, in the ${tree} tree`, async () => {
    const account = await Account.create();
    const { root, names } = await account.tree(tree);
    const answer = await root.conversationWithParticipants.createWithHttpInfo({
      friendlyName: "Order 42",
      uniqueName: "order-42",
      attributes: '{"order":42}',
      participant: ['{"identity":"alice"}', '{"identity":"bob"}', JSON.stringify({ messaging_binding: PHONE })],
    });
    const made = answer.body;
    assert.deepEqual([answer.statusCode, made.state], [202, "initializing"]);
    assert.deepEqual([made.friendlyName, made.uniqueName, made.attributes], ["Order 42", "order-42", '{"order":42}']);
    assert.deepEqual([made.accountSid, made.chatServiceSid], [account.sid, names.service]);
    assert.deepEqual(Object.keys(made.links).toSorted(), ["messages", "participants", "webhooks"]);

    const conversation = await settled(root, made.sid);
    assert.deepEqual([conversation.state, conversation.url], ["active", made.url]);
    const participants = await root.conversations("order-42").participants.list();
    assert.deepEqual(new Set(participants.map((one) => one.identity)), new Set(["alice", "bob", null]));
    const phone = participants.find((one) => one.identity === null);
    assert.deepEqual(phone.messagingBinding, { type: "sms", ...PHONE });
    const changed = await root.conversations(made.sid).update({ friendlyName: "Order 43" });
    assert.equal(changed.friendlyName, "Order 43");
  });

  test(`without participants it is there at once, in the ${tree} tree`, async () => {
    const { root } = await (await Account.create()).tree(tree);
    const given = { friendlyName: "Empty", "timers.closed": "P1D" };
    const answer = await root.conversationWithParticipants.createWithHttpInfo(given);
    assert.deepEqual([answer.statusCode, answer.body.state], [201, "active"]);
    assert.deepEqual(Object.keys(answer.body.timers), ["date_closed"]);
    assert.equal((await root.conversations(answer.body.sid).fetch()).friendlyName, "Empty");
  });
}

test("it is closed when a participant cannot be added", async () => {
  const { v1 } = await Account.create();
  const holder = await v1.conversations.create();
  await v1.conversations(holder.sid).participants.create({
    "messagingBinding.address": PHONE.address,
    "messagingBinding.proxyAddress": PHONE.proxy_address,
  });
  const participant = [JSON.stringify({ messaging_binding: PHONE })];
  const made = await v1.conversationWithParticipants.create({ participant });
  assert.equal((await settled(v1, made.sid)).state, "closed");
});

test("a unique name that is taken is refused at once", async () => {
  const { v1 } = await Account.create();
  await v1.conversations.create({ uniqueName: "front-desk" });
  const given = { uniqueName: "front-desk", participant: ['{"identity":"alice"}'] };
  await assert.rejects(v1.conversationWithParticipants.create(given), { status: 409, code: 50353 });
  assert.equal((await v1.conversations.list()).length, 1);
});
