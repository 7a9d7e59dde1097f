// Webhooks, called by a real server, and checked as the official package checks them.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import twilio from "twilio";
import { Account } from "./dwell.mjs";

const TOLD = { xTwilioWebhookEnabled: "true" };
const FILTERS = ["onMessageAdded", "onParticipantAdded", "onConversationUpdated", "onConversationStateUpdated"];
const BODIES = ["plain", "ÄÖÜ – 漢字 🕰 & = + % \"'\\ <a>", "  blank  ", "two\nlines\r\n\ttab", "x".repeat(1_600), "a=b&c=d"];
/** Longest wait for a delivery. */
const PATIENCE = 30_000;

/** A program that webhooks call: it keeps every call. */
async function receiver(context) {
  const calls = [];
  const server = createServer(async (request, response) => {
    let body = "";
    request.setEncoding("utf8");
    for await (const part of request) {
      body += part;
    }
    const url = `http://${request.headers.host}${request.url}`;
    const form = Object.fromEntries(new URLSearchParams(body));
    const signature = request.headers["x-twilio-signature"];
    calls.push({ method: request.method, url, form, signature });
    response.end();
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  context.after(() => server.close());
  const waitFor = async (count) => {
    const deadline = Date.now() + PATIENCE;
    while (calls.length < count) {
      assert.ok(Date.now() < deadline, `only ${calls.length} calls of ${count}`);
      await pause(10);
    }
    return calls;
  };
  return { url: `http://127.0.0.1:${server.address().port}`, waitFor };
}

/** The text with one byte of it changed, at a few places. */
function flipped(text) {
  const places = [0, Math.floor(text.length / 2), text.length - 1];
  return places.map((at) => text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1));
}

/** The package takes the call as it came, and nothing that differs in a byte. */
function check(account, { method, url, form, signature }) {
  const valid = (token, signature, url, form) => twilio.validateRequest(token, signature, url, form);
  assert.ok(valid(account.token, signature, url, form), `${method} ${url} ${JSON.stringify(form)}`);
  assert.ok(!valid(`${account.token.slice(1)}0`, signature, url, form) || account.token === "0".repeat(32));
  // The last letter of base64 without its filling holds bits that count for nothing.
  for (const wrong of flipped(signature.slice(0, 26))) {
    assert.ok(!valid(account.token, wrong + signature.slice(26), url, form), wrong);
  }
  const { origin } = new URL(url);
  for (const wrong of flipped(url.slice(origin.length + 1) || "a")) {
    assert.ok(!valid(account.token, signature, `${origin}/${wrong}`, form), wrong);
  }
  for (const [name, value] of Object.entries(form)) {
    for (const wrong of value === "" ? ["x"] : flipped(value)) {
      assert.ok(!valid(account.token, signature, url, { ...form, [name]: wrong }), `${name}: ${wrong}`);
    }
  }
  if (method === "POST") {
    assert.ok(!valid(account.token, signature, url, { ...form, Also: "1" }));
  }
}

for (const level of ["account", "service", "conversation"]) {
  for (const method of ["POST", "GET"]) {
    test(`the official validator takes every ${method} to a webhook of the ${level}`, async (context) => {
      const account = await Account.create();
      const { root } = await account.tree(level === "account" ? "account" : "service");
      const { url, waitFor } = await receiver(context);
      const target = `${url}/hook?a=1&b=two%20words&c=%C3%BC&empty=`;
      if (level === "account") {
        await account.v1.configuration.webhooks().update({ postWebhookUrl: target, method, filters: FILTERS });
      } else if (level === "service") {
        await root.configuration.webhooks().update({ postWebhookUrl: target, method, filters: FILTERS });
      }
      const made = await root.conversations.create({ friendlyName: "Zürich" });
      const room = root.conversations(made.sid);
      if (level === "conversation") {
        await room.webhooks.create({
          target: "webhook",
          "configuration.url": target,
          "configuration.method": method.toLowerCase(),
          "configuration.filters": FILTERS,
        });
      }
      await room.participants.create({ identity: "änn", ...TOLD });
      for (const body of BODIES) {
        await room.messages.create({ author: "änn", body, attributes: '{"a":"& = +"}', ...TOLD });
      }
      await room.messages.create({ body: "not told" });
      await room.update({ state: "closed", ...TOLD });
      const calls = await waitFor(BODIES.length + 3);
      assert.equal(calls.length, BODIES.length + 3);
      for (const call of calls) {
        assert.equal(call.method, method);
        check(account, call);
      }
      const told = calls.map(({ url, form }) => (method === "POST" ? form : Object.fromEntries(new URL(url).searchParams)));
      assert.deepEqual(told.filter((one) => one.Body !== undefined).map((one) => one.Body), BODIES, "in order");
      assert.deepEqual(new Set(told.map((one) => one.EventType)), new Set(FILTERS));
    });
  }
}
