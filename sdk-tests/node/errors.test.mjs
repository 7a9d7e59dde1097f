// Every refusal of `cases.json`: the SDK throws its own exception with the right code and status.

import assert from "node:assert/strict";
import { test } from "node:test";
import twilio from "twilio";
import { Account } from "./dwell.mjs";
import { filled, perform, told } from "./steps.mjs";

for (const { name, given = [], credentials, when, then } of told("cases.json")) {
  test(name, async () => {
    const account = await Account.create();
    const { root, names } = await account.tree("account");
    for (const step of given) {
      await perform(root, step, names);
    }

    const v1 = account.client(credentials).conversations.v1;
    await assert.rejects(perform(v1, when, names), (refused) => {
      assert.ok(refused instanceof twilio.RestException, refused.stack);
      assert.deepEqual([refused.status, refused.code], [then.status, then.code], refused.message);
      const said = filled(then.message ?? "", names);
      assert.ok(refused.message.includes(said), refused.message);
      assert.equal(refused.moreInfo, `https://www.twilio.com/docs/errors/${then.code}`);
      return true;
    });
  });
}
