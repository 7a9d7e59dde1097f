// Users, and services beside the default one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Account, BASE_URL, sids } from "./dwell.mjs";

test("a chat participant brings a user", async () => {
  const { v1 } = await Account.create();
  const room = await v1.conversations.create();
  await v1.conversations(room.sid).participants.create({ identity: "bob" });
  assert.equal((await v1.users("bob").fetch()).identity, "bob");
});

test("a service keeps its own conversations", async () => {
  const { v1 } = await Account.create();
  const shop = await v1.services.create({ friendlyName: "Shop" });
  const { conversations } = v1.services(shop.sid);
  const room = await conversations.create({ uniqueName: "till" });

  assert.equal(room.chatServiceSid, shop.sid);
  assert.equal(room.url, `${BASE_URL}/v1/Services/${shop.sid}/Conversations/${room.sid}`);
  assert.equal((await conversations("till").fetch()).sid, room.sid);
  assert.deepEqual(sids(await conversations.list()), [room.sid]);
  assert.deepEqual(await v1.conversations.list(), []);
  assert.notEqual((await v1.conversations.create({ uniqueName: "till" })).sid, room.sid);

  const alice = await conversations("till").participants.create({ identity: "alice" });
  const said = await conversations("till").messages.create({ author: "alice", body: "hello" });
  assert.deepEqual([alice.chatServiceSid, said.chatServiceSid], [shop.sid, shop.sid]);
  assert.equal(said.participantSid, alice.sid);
  assert.deepEqual((await v1.services(shop.sid).users.list()).map((one) => one.identity), ["alice"]);

  assert.equal(await conversations(room.sid).remove(), true);
  await assert.rejects(conversations(room.sid).fetch(), {
    code: 20404,
    message: `The requested resource /Services/${shop.sid}/Conversations/${room.sid} was not found`,
  });
});
