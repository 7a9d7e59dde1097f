// What the tests share: accounts of a running server, their clients and their clocks.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import twilio from "twilio";

const { DWELL_BIN, DWELL_HOME, DWELL_URL } = process.env;
if (!DWELL_URL) {
  throw new Error("no server: run `sdk-tests/with-server npm --prefix sdk-tests/node test`");
}

export const BASE_URL = DWELL_URL;

/** A test account: everything in it, its clock included, is its own. */
export class Account {
  constructor(sid, token) {
    this.sid = sid;
    this.token = token;
    this.clock = new Clock(sid, token);
  }

  static async create() {
    const command = ["account", "create", "--test", "--json"];
    const made = await promisify(execFile)(DWELL_BIN, command, { cwd: DWELL_HOME, timeout: 60_000 });
    const { account_sid, auth_token } = JSON.parse(made.stdout);
    return new Account(account_sid, auth_token);
  }

  client({ account_sid = this.sid, auth_token = this.token } = {}) {
    const client = twilio(account_sid, auth_token);
    client.conversations.baseUrl = BASE_URL;
    return client;
  }

  get v1() {
    return this.client().conversations.v1;
  }

  /** The root of the short tree (`account`) or of a new service's own, and the names known in it. */
  async tree(tree) {
    const { v1 } = this;
    const service =
      tree === "account"
        ? (await v1.configuration().fetch()).defaultChatServiceSid
        : (await v1.services.create({ friendlyName: "A service of its own" })).sid;
    const names = { base: BASE_URL, account: this.sid, service };
    return { root: tree === "account" ? v1 : v1.services(service), names };
  }
}

/** The clock of a test account, moved by plain HTTP with the account's own credentials. */
class Clock {
  #authorization;

  constructor(sid, token) {
    this.#authorization = `Basic ${Buffer.from(`${sid}:${token}`).toString("base64")}`;
  }

  freeze() {
    return this.#post("Freeze");
  }

  resume() {
    return this.#post("Resume");
  }

  /** Moves by an ISO 8601 duration; resolves when every transition due by then is carried out. */
  advance(by) {
    return this.#post("Advance", { By: by });
  }

  /** Moves to an instant in RFC 3339, or to `next`: the account's next transition. */
  advanceTo(to) {
    return this.#post("Advance", { To: to });
  }

  async #post(action, form = {}) {
    const answer = await fetch(`${BASE_URL}/dwell/v1/TestClock/${action}`, {
      method: "POST",
      headers: { Authorization: this.#authorization },
      body: new URLSearchParams(form),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await answer.text();
    if (answer.status !== 200) {
      throw new Error(`${action} ${JSON.stringify(form)}: ${answer.status} ${text}`);
    }
  }
}

/** The dates a conversation shows, as milliseconds, without the prefix `date_`. */
export function timers(conversation) {
  const dates = Object.entries(conversation.timers);
  return Object.fromEntries(dates.map(([name, text]) => [name.replace("date_", ""), Date.parse(text)]));
}

/** The SIDs of a list. */
export function sids(list) {
  return list.map((one) => one.sid);
}

export const SECOND = 1_000;
export const DAY = 86_400 * SECOND;
export const MONTH = 30 * DAY;
