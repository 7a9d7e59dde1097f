// Lists follow `next_page_url` by themselves, far past one page.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { Account } from "./dwell.mjs";

const MANY = 260;
const indexes = Array.from({ length: MANY }, (_, index) => index);

describe("messages", () => {
  let messages;

  before(async () => {
    const { v1 } = await Account.create();
    messages = v1.conversations((await v1.conversations.create()).sid).messages;
    for (const index of indexes) {
      await messages.create({ body: String(index) });
    }
  });

  const listed = async (options) => (await messages.list(options)).map((one) => one.index);

  test("are listed whole, whatever the page", async () => {
    assert.deepEqual(await listed(), indexes);
    assert.deepEqual(await listed({ pageSize: 100 }), indexes);
    assert.deepEqual(await listed({ pageSize: 7, order: "desc" }), indexes.toReversed());
    assert.deepEqual(await listed({ limit: 123 }), indexes.slice(0, 123));
  });

  test("are handed over one by one", async () => {
    const bodies = [];
    await new Promise((resolve, reject) => {
      const done = (error) => (error ? reject(error) : resolve());
      messages.each({ pageSize: 30, done }, (one) => bodies.push(one.body));
    });
    assert.deepEqual(bodies, indexes.map(String));
  });

  test("page forward and back", async () => {
    const shown = (page) => page.instances.map((one) => one.index);
    const first = await messages.page({ pageSize: 100 });
    assert.ok(!first.previousPageUrl);
    assert.deepEqual(shown(first), indexes.slice(0, 100));

    const second = await first.nextPage();
    assert.deepEqual(shown(second), indexes.slice(100, 200));
    const last = await messages.getPage(second.nextPageUrl);
    assert.deepEqual(shown(last), indexes.slice(200));
    assert.ok(!last.nextPageUrl);
    assert.deepEqual(shown(await second.previousPage()), indexes.slice(0, 100));
  });
});

test("conversations", async () => {
  const { v1 } = await Account.create();
  const made = new Set();
  for (const index of indexes) {
    made.add((await v1.conversations.create({ friendlyName: String(index) })).sid);
  }
  for (const options of [{}, { pageSize: 100 }, { pageSize: 33 }]) {
    const listed = await v1.conversations.list(options);
    assert.equal(listed.length, MANY);
    assert.deepEqual(new Set(listed.map((one) => one.sid)), made);
  }
});
