// The life of every resource as `scenarios.json` tells it: create, fetch, list, update, delete.
// Number 26 of the contract's black-box checks, together with `paging.test.mjs`.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Account, BASE_URL } from "./dwell.mjs";
import { camelCase, expect, filled, perform, resource, shown, told } from "./steps.mjs";

for (const scenario of told("scenarios.json")) {
  for (const tree of scenario.trees ?? ["account", "service"]) {
    test(`check 26: ${scenario.name} in the ${tree} tree`, () => live(scenario, tree));
  }
}

async function live(scenario, tree) {
  const { root, names } = await (await Account.create()).tree(tree);
  for (const step of scenario.given ?? []) {
    await perform(root, step, names);
  }

  let made;
  if (scenario.create) {
    made = await perform(root, { call: `${scenario.list}.create`, with: scenario.create, as: "sid" }, names);
    assert.deepEqual(made.dateCreated, made.dateUpdated);
  }
  // Where the one resource is that the scenario is about.
  const path = scenario.instance ?? `${scenario.list}(<sid>)`;
  const instance = resource(root, path, names);
  const fetched = await instance.fetch();
  if (made) {
    assert.deepEqual(shown(made), shown(fetched));
  }
  expectCommon(fetched, scenario, tree, names);
  expect(fetched, scenario.made ?? {}, names);
  for (const other of scenario.same_as ?? []) {
    assert.deepEqual(shown(await resource(root, other, names).fetch()), shown(fetched), other);
  }
  if (scenario.list) {
    const everyone = (await resource(root, scenario.list, names).list()).map(shown);
    assert.equal(everyone.length, 1 + (scenario.beside ?? 0));
    assert.deepEqual(everyone.find((one) => one.url === fetched.url), shown(fetched));
  }
  for (const step of scenario.also ?? []) {
    await perform(root, step, names);
  }

  if (scenario.empty_update ?? "update" in scenario) {
    assert.deepEqual(shown(await instance.update()), shown(fetched));
  }
  if (scenario.update) {
    const updated = await perform(root, { call: `${path}.update`, with: scenario.update }, names);
    expect(updated, scenario.changed, names);
    const excepted = ["dateUpdated", ...Object.keys(scenario.changed).map(camelCase)];
    assert.deepEqual(without(shown(updated), excepted), without(shown(fetched), excepted));
    assert.deepEqual(shown(await instance.fetch()), shown(updated));
  }

  if (scenario.list) {
    assert.equal(await instance.remove(), true);
    await assert.rejects(instance.fetch(), { status: 404, code: 20404 });
    assert.equal((await resource(root, scenario.list, names).list()).length, scenario.beside ?? 0);
  }
}

/** What holds for all resources of an account, a service and a tree. */
function expectCommon(fetched, scenario, tree, names) {
  const below = filled(scenario.url, names);
  const top = tree === "account" ? `${BASE_URL}/v1` : `${BASE_URL}/v1/Services/${names.service}`;
  assert.equal(fetched.url, top + below);
  assert.equal(fetched.accountSid ?? names.account, names.account);
  assert.equal(fetched.chatServiceSid ?? names.service, names.service);
}

function without(object, names) {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}
