// Send, list, edit, delete.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Account, sids } from "./dwell.mjs";

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
