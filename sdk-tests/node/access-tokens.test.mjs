// Access tokens as the official package makes them: a server must take them as they are.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import twilio from "twilio";
import { Account, BASE_URL } from "./dwell.mjs";

const { AccessToken } = twilio.jwt;
const { ChatGrant } = AccessToken;

async function keyOf(account) {
  const command = ["key", "create", "--account", account.sid, "--json"];
  const made = await promisify(execFile)(process.env.DWELL_BIN, command, { cwd: process.env.DWELL_HOME });
  return JSON.parse(made.stdout);
}

async function verify(account, token) {
  const authorization = `Basic ${Buffer.from(`${account.sid}:${account.token}`).toString("base64")}`;
  const body = new URLSearchParams({ Token: token.toJwt() });
  const answer = await fetch(`${BASE_URL}/dwell/v1/AccessTokens/Verify`, {
    method: "POST",
    headers: { authorization },
    body,
  });
  return { status: answer.status, ...(await answer.json()) };
}

test("access tokens", async () => {
  const account = await Account.create();
  const key = await keyOf(account);
  const { defaultChatServiceSid } = await account.v1.configuration().fetch();
  const token = (options, secret = key.key_secret) => {
    const made = new AccessToken(account.sid, key.key_sid, secret, { identity: "ann", ttl: 600, ...options });
    made.addGrant(new ChatGrant({ serviceSid: defaultChatServiceSid }));
    return made;
  };
  const granted = await verify(account, token());
  assert.deepEqual([granted.identity, granted.chat_service_sid], ["ann", defaultChatServiceSid]);
  assert.equal(granted.key_sid, key.key_sid);

  const now = Math.floor(Date.now() / 1000);
  for (const [code, wrong] of [
    [20104, token({ ttl: 86_401 })],
    [20105, token({ nbf: now + 600 })],
    [20107, token({}, "another secret")],
  ]) {
    const refused = await verify(account, wrong);
    assert.deepEqual([refused.status, refused.code], [401, code], refused.message);
  }
});
