// A carrier's SMSC, played by the package `smpp`: texts come in, replies go out, receipts come back, and an SMSC
// that restarts loses and doubles nothing.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import smpp from "smpp";
import { Account, BASE_URL } from "./dwell.mjs";

const DESK = "+4930555000";
const PHONE = "+4915550001";
const RECEIPT = 0x04;
const HEADED = 0x40;
/** Longest wait for what must come: sessions are looked after every few seconds. */
const PATIENCE = 60_000;

/** What `look` finds, once it finds something. */
async function until(what, look) {
  const deadline = Date.now() + PATIENCE;
  for (;;) {
    const found = await look();
    if (found) {
      return found;
    }
    assert.ok(Date.now() < deadline, `no ${what}`);
    await pause(50);
  }
}

/** An SMSC that takes what it is sent, on a port that stays its own. */
class Smsc {
  taken = [];
  binds = [];
  #count = 0;
  #server;
  #session;

  async start(port = 0) {
    this.#server = smpp.createServer((session) => this.#serve(session));
    await new Promise((listening) => this.#server.listen(port, "127.0.0.1", listening));
    this.port = this.#server.address().port;
  }

  #serve(session) {
    session.on("error", () => {});
    session.on("close", () => {
      this.#session = this.#session === session ? undefined : this.#session;
    });
    session.on("bind_transceiver", (pdu) => {
      this.binds.push({ system_id: pdu.system_id, password: pdu.password });
      session.send(pdu.response());
      this.#session = session;
    });
    session.on("enquire_link", (pdu) => session.send(pdu.response()));
    session.on("unbind", (pdu) => session.send(pdu.response()));
    session.on("submit_sm", (pdu) => {
      this.#count += 1;
      const id = `00AB${this.#count.toString(16).padStart(6, "0").toUpperCase()}`;
      this.taken.push({ id, pdu });
      session.send(pdu.response({ message_id: id }));
    });
  }

  bound() {
    return until("session", () => this.#session);
  }

  /** Sends something to the desk: the status of the answer. */
  async deliver(message) {
    const session = await this.bound();
    return new Promise((answered) => session.deliver_sm(from(PHONE, message), (pdu) => answered(pdu.command_status)));
  }

  /** Sends something to the desk and goes down before it can be answered. */
  async deliverAndDie(message) {
    const session = await this.bound();
    await new Promise((written) => session.deliver_sm(from(PHONE, message), undefined, written));
    await this.stop();
  }

  async stop() {
    const closed = new Promise((closed) => this.#server.close(closed));
    this.#session?.destroy();
    await closed;
  }
}

function from(phone, message) {
  return {
    source_addr_ton: 1,
    source_addr_npi: 1,
    source_addr: phone.slice(1),
    dest_addr_ton: 1,
    dest_addr_npi: 1,
    destination_addr: DESK.slice(1),
    ...message,
  };
}

/** The text of parts, put together by their headers. */
function joined(parts) {
  assert.ok(parts.every(({ pdu }) => pdu.esm_class & HEADED));
  const placed = parts.map(({ pdu }) => ({ udh: [...pdu.short_message.udh[0]], text: pdu.short_message.message }));
  const [{ udh: [element, length, reference, total] }] = placed;
  assert.deepEqual(placed.map(({ udh }) => udh), parts.map((_, at) => [element, length, reference, total, at + 1]));
  assert.deepEqual([element, length, total], [0, 3, parts.length]);
  return placed.map(({ text }) => text).join("");
}

async function post(account, path, form) {
  const authorization = `Basic ${Buffer.from(`${account.sid}:${account.token}`).toString("base64")}`;
  const body = new URLSearchParams(form);
  const answer = await fetch(`${BASE_URL}${path}`, { method: "POST", headers: { Authorization: authorization }, body });
  assert.equal(answer.status, 201, await answer.clone().text());
  return answer.json();
}

async function scene(context) {
  const [account, smsc] = [await Account.create(), new Smsc()];
  await smsc.start();
  context.after(() => smsc.stop());
  const settings = { host: "127.0.0.1", port: smsc.port, system_id: "desk", password: "s3cr3t" };
  const channel = { Provider: "smpp", Addresses: DESK, Settings: JSON.stringify(settings) };
  await post(account, "/dwell/v1/Channels", channel);
  const { v1 } = account;
  await v1.addressConfigurations.create({
    type: "sms",
    address: DESK,
    "autoCreation.enabled": true,
    "autoCreation.type": "default",
  });
  await smsc.bound();
  assert.deepEqual(smsc.binds, [{ system_id: "desk", password: "s3cr3t" }]);
  const conversation = async () => {
    const [held] = await v1.participantConversations.list({ address: PHONE });
    return v1.conversations(held.conversationSid);
  };
  return { v1, smsc, conversation };
}

test("a text comes in, a reply goes out and a receipt comes back", async (context) => {
  const { smsc, conversation } = await scene(context);
  assert.equal(await smsc.deliver({ short_message: "Hello, [you] – Grüße €" }), 0);
  const talk = await conversation();
  const [first] = await talk.messages.list();
  assert.deepEqual([first.author, first.body], [PHONE, "Hello, [you] – Grüße €"]);

  const reply = await talk.messages.create({ author: "agent", body: "Grüße zurück {€}" });
  const [{ id, pdu }] = await until("reply", () => smsc.taken.length && smsc.taken);
  assert.deepEqual([pdu.source_addr, pdu.destination_addr], [DESK.slice(1), PHONE.slice(1)]);
  assert.deepEqual([pdu.source_addr_ton, pdu.dest_addr_ton, pdu.registered_delivery], [1, 1, 1]);
  assert.deepEqual([pdu.data_coding, pdu.short_message.message], [0, "Grüße zurück {€}"]);
  const status = (wanted) => async () => {
    const [receipt] = await talk.messages(reply.sid).deliveryReceipts.list();
    return receipt?.status === wanted && receipt;
  };
  await until("status `sent`", status("sent"));
  const text = `id:${id.toLowerCase()} sub:001 dlvrd:001 submit date:2611211700 done date:2611211701 stat:DELIVRD err:000 text:x`;
  assert.equal(await smsc.deliver({ esm_class: RECEIPT, short_message: text }), 0);
  const delivered = await until("status `delivered`", status("delivered"));
  assert.equal(delivered.errorCode, 0);
});

test("long texts go and come in parts", async (context) => {
  const { smsc, conversation } = await scene(context);
  const [one, two] = ["a".repeat(100), "b".repeat(50)];
  const part = (number, text) => ({ esm_class: HEADED, short_message: { udh: Buffer.from([5, 0, 3, 9, 2, number]), message: text } });
  assert.equal(await smsc.deliver(part(2, two)), 0);
  assert.equal(await smsc.deliver(part(1, one)), 0);
  const talk = await conversation();
  const bodies = (await talk.messages.list()).map((message) => message.body);
  assert.deepEqual(bodies, [one + two]);

  for (const body of ["x".repeat(400), "漢字 🕰 ".repeat(40)]) {
    smsc.taken = [];
    await talk.messages.create({ author: "agent", body });
    const count = body.startsWith("x") ? 3 : Math.ceil(body.length / 66);
    await until("parts", () => smsc.taken.length >= count);
    assert.equal(joined(smsc.taken), body);
    assert.deepEqual(
      smsc.taken.map(({ pdu }) => pdu.registered_delivery),
      smsc.taken.map((_, at) => Number(at === smsc.taken.length - 1)),
    );
  }
});

test("an SMSC that restarts loses nothing and doubles nothing", async (context) => {
  const { smsc, conversation } = await scene(context);
  assert.equal(await smsc.deliver({ short_message: "one" }), 0);
  const talk = await conversation();
  await smsc.deliverAndDie({ short_message: "two" });
  await talk.messages.create({ author: "agent", body: "while you were away" });
  await pause(500);
  await smsc.start(smsc.port);
  // It has no answer to it, so it sends it again.
  assert.equal(await smsc.deliver({ short_message: "two" }), 0);
  assert.equal(await smsc.deliver({ short_message: "three" }), 0);
  await until("reply", () => smsc.taken.length);
  await talk.messages.create({ author: "agent", body: "and now" });
  await until("second reply", () => smsc.taken.length > 1);
  const sent = smsc.taken.map(({ pdu }) => pdu.short_message.message);
  assert.deepEqual(sent, ["while you were away", "and now"]);
  const bodies = (await talk.messages.list()).map((message) => message.body);
  assert.deepEqual([...bodies].sort(), ["and now", "one", "three", "two", "while you were away"]);
});
