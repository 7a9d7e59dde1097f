// Send, list, edit, delete.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Account, sids } from "./dwell.mjs";

test("a message", async () => {
  const account = await Account.create();
  const room = await account.v1.conversations.create();
  const { messages } = account.v1.conversations(room.sid);
  const said = await messages.create({ body: "Grüße, 世界 🌍", attributes: '{"draft":false}' });

  assert.match(said.sid, /^IM[0-9a-f]{32}$/);
  assert.deepEqual([said.accountSid, said.conversationSid], [account.sid, room.sid]);
  assert.deepEqual([said.index, said.author, said.body], [0, "system", "Grüße, 世界 🌍"]);
  assert.deepEqual([said.participantSid, said.media, said.delivery], [null, null, null]);
  assert.deepEqual(JSON.parse(said.attributes), { draft: false });
  assert.deepEqual(said.dateCreated, said.dateUpdated);
  assert.equal((await messages(said.sid).fetch()).body, said.body);
});

test("the author is recognised", async () => {
  const { v1 } = await Account.create();
  const { participants, messages } = v1.conversations((await v1.conversations.create()).sid);
  const alice = await participants.create({ identity: "alice" });

  const own = await messages.create({ author: "alice", body: "hello" });
  assert.equal(own.participantSid, alice.sid);
  const other = await messages.create({ author: "someone else", body: "hello" });
  assert.equal(other.participantSid, null);
});

test("edit and delete keep the index", async () => {
  const { v1 } = await Account.create();
  const { messages } = v1.conversations((await v1.conversations.create()).sid);
  const first = await messages.create({ body: "message 0" });
  const second = await messages.create({ body: "message 1" });
  const third = await messages.create({ body: "message 2" });

  const edited = await messages(second.sid).update({ body: "edited", author: "editor" });
  const expected = [second.sid, 1, "edited", "editor"];
  assert.deepEqual([edited.sid, edited.index, edited.body, edited.author], expected);

  assert.equal(await messages(third.sid).remove(), true);
  assert.deepEqual(sids(await messages.list()), [first.sid, second.sid]);
  assert.equal((await messages.create({ body: "after the hole" })).index, 3);
  const backwards = await messages.list({ order: "desc" });
  assert.deepEqual(backwards.map((one) => one.index), [3, 1, 0]);
});

test("a conversation is addressed by its unique name", async () => {
  const { v1 } = await Account.create();
  const made = await v1.conversations.create({ uniqueName: "help desk" });
  const said = await v1.conversations("help desk").messages.create({ body: "hello" });

  assert.equal(said.conversationSid, made.sid);
  assert.deepEqual(sids(await v1.conversations(made.sid).messages.list()), [said.sid]);
});
