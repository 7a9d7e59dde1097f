// Lists follow `next_page_url` by themselves, far past one page: every collection of `collections.json`.
// Number 26 of the contract's black-box checks, together with `scenarios.test.mjs`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Account } from "./dwell.mjs";
import { camelCase, filled, nodeName, perform, resource, told } from "./steps.mjs";

const NUMBERS = Array.from({ length: 260 }, (_, number) => String(number + 100));
const WORKERS = 8;

for (const collection of told("collections.json")) {
  test(`check 26: more than 250 ${collection.name}`, async () => {
    const { root, names } = await (await Account.create()).tree(collection.tree);
    for (const step of collection.given ?? []) {
      await perform(root, step, names);
    }
    await fill(root, collection, names);
    for (const view of collection.lists) {
      await expectAll(resource(root, view.list, names), view);
    }
  });
}

/** Makes one item for each number, several at a time. */
async function fill(root, collection, names) {
  const left = [...NUMBERS];
  const work = async () => {
    while (left.length > 0) {
      const known = { ...names, n: left.shift() };
      for (const step of collection.each) {
        await perform(root, step, known);
      }
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, work));
}

/** All that the SDK promises of a list: whole, limited, one by one, page by page. */
async function expectAll(listed, view) {
  const where = Object.fromEntries(Object.entries(view.with ?? {}).map(([wire, value]) => [nodeName(wire), value]));
  const [[name, shows]] = Object.entries(view.shows);
  const keys = (instances) => instances.map((one) => one[camelCase(name)]);
  const list = async (options) => keys(await listed.list({ ...where, ...options }));

  const everyone = await list({});
  assert.equal(everyone.length, NUMBERS.length + (view.beside ?? 0));
  const met = new Set(everyone);
  assert.equal(met.size, everyone.length);
  assert.deepEqual(NUMBERS.filter((n) => !met.has(filled(shows, { n }))), []);

  assert.deepEqual(await list({ pageSize: 33 }), everyone);
  assert.deepEqual(await list({ pageSize: 1000 }), everyone);
  assert.deepEqual(await list({ limit: 123 }), everyone.slice(0, 123));
  assert.deepEqual(await list({ limit: 123, pageSize: 10 }), everyone.slice(0, 123));
  assert.deepEqual(keys(await oneByOne(listed, { ...where, pageSize: 30 })), everyone);

  const size = view.page_size_max;
  const first = await listed.page({ ...where, pageSize: 1000 });
  assert.ok(!first.previousPageUrl);
  let page = first;
  for (let start = 0; start < everyone.length; start += size) {
    assert.deepEqual(keys(page.instances), everyone.slice(start, start + size), `from ${start} on`);
    page = await page.nextPage();
  }
  assert.equal(page, undefined);

  const second = await listed.getPage(first.nextPageUrl);
  assert.deepEqual(keys(second.instances), everyone.slice(size, 2 * size));
  assert.deepEqual(keys((await second.previousPage()).instances), everyone.slice(0, size));
}

async function oneByOne(listed, options) {
  const met = [];
  await new Promise((resolve, reject) => {
    const done = (error) => (error ? reject(error) : resolve());
    listed.each({ ...options, done }, (one) => met.push(one));
  });
  return met;
}

test("messages in order", async () => {
  const { v1 } = await Account.create();
  const { messages } = v1.conversations((await v1.conversations.create()).sid);
  for (const body of NUMBERS) {
    await messages.create({ body });
  }
  const indexes = NUMBERS.map((_, index) => index);
  const listed = async (options) => (await messages.list(options)).map((one) => one.index);
  assert.deepEqual(await listed(), indexes);
  assert.deepEqual(await listed({ pageSize: 7, order: "desc" }), indexes.toReversed());
});
