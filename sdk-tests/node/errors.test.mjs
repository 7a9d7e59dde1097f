// Every refusal of `cases.json`: the SDK throws its own exception with the right code and status.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import twilio from "twilio";
import { Account } from "./dwell.mjs";

const cases = JSON.parse(readFileSync(new URL("../cases.json", import.meta.url), "utf8"));

for (const { name, given = [], credentials, when, then } of cases) {
  test(name, async () => {
    const account = await Account.create();
    const names = {};
    for (const step of given) {
      await perform(account.v1, step, names);
    }

    const v1 = account.client(credentials).conversations.v1;
    await assert.rejects(perform(v1, when, names), (refused) => {
      assert.ok(refused instanceof twilio.RestException, refused.stack);
      assert.deepEqual([refused.status, refused.code], [then.status, then.code], refused.message);
      const said = (then.message ?? "").replace(/\{(\w+)\}/g, (_, role) => names[role]);
      assert.ok(refused.message.includes(said), refused.message);
      assert.equal(refused.moreInfo, `https://www.twilio.com/docs/errors/${then.code}`);
      return true;
    });
  });
}

/** One call of a case, on the SDK: `conversations.update` of whatever an earlier step named. */
async function perform(v1, step, names) {
  const sid = (role) => names[step[role]] ?? step[role];
  const [collection, action] = step.call.split(".");
  const parent = "in" in step ? v1.conversations(sid("in")) : v1;
  let resource = parent[collection];
  if (action !== "create") {
    resource = "on" in step ? resource(sid("on")) : resource();
  }
  const parameters = Object.entries(step.with ?? {}).map(([wire, value]) => [nodeName(wire), value]);
  const method = action === "delete" ? "remove" : action;
  const result = parameters.length ? await resource[method](Object.fromEntries(parameters)) : await resource[method]();
  if (step.as) {
    names[step.as] = result.sid;
  }
}

/** `MessagingBinding.ProxyAddress` -> `messagingBinding.proxyAddress`. */
function nodeName(wire) {
  return wire.replace(/(^|\.)[A-Z]/g, (start) => start.toLowerCase());
}
