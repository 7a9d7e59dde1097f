// What the tests in the browser share: pages, accessibility, accounts, people who sign in, customers who write, the clock.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import AxeBuilder from "@axe-core/playwright";
import { test as base, expect } from "@playwright/test";

const { DWELL_BIN, DWELL_HOME, DWELL_URL } = process.env;
const WAIT_MS_MAX = 60_000;
const PASSWORD = "correct horse battery staple";

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

/** The server of `with-server`. */
export const server = { url: DWELL_URL, home: DWELL_HOME };

/** A page on which no script fails and nothing is complained about, refusals that a test asks for aside. */
export const test = base.extend({
  page: async ({ page }, use) => {
    const complaints = watch(page);
    await use(page);
    expect(complaints).toEqual([]);
  },
});

/** Gathers what a page complains about. */
export function watch(page) {
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    const isAnswer = /status of 40[0-9]/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !isAnswer) complaints.push(message.text());
  });
  return complaints;
}

let made = 0;
/** A number that nothing else of this run has. */
const unique = () => `${process.pid}${Date.now() % 1e7}${(made += 1)}`;

/** A test account: everything in it, its clock included, is its own. `at` is its server. */
export class Account {
  #authorization;

  constructor(sid, token, at = server) {
    this.sid = sid;
    this.token = token;
    this.at = at;
    this.#authorization = `Basic ${Buffer.from(`${sid}:${token}`).toString("base64")}`;
  }

  static async create(at = server) {
    const command = ["account", "create", "--test", "--json"];
    const { stdout } = await promisify(execFile)(DWELL_BIN, command, { cwd: at.home, timeout: WAIT_MS_MAX });
    const { account_sid, auth_token } = JSON.parse(stdout);
    return new Account(account_sid, auth_token, at);
  }

  /** One request with the account's credentials; `form` is an object, or JSON as a text. Refusals are thrown. */
  async call(method, path, form) {
    const headers = { Authorization: this.#authorization };
    const isJson = typeof form === "string";
    if (isJson) headers["Content-Type"] = "application/json";
    const body = form === undefined || isJson ? form : new URLSearchParams(form);
    const answer = await fetch(this.at.url + path, { method, headers, body, signal: AbortSignal.timeout(WAIT_MS_MAX) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  get = (path) => this.call("GET", path);
  post = (path, form = {}) => this.call("POST", path, form);

  /** Makes somebody who may sign in. The identity is the name in lower case. */
  async person(role, name) {
    const email = `${name.toLowerCase()}.${unique()}@example.com`;
    const identity = name.toLowerCase();
    const form = { Email: email, FriendlyName: name, Identity: identity, Role: role, Password: PASSWORD };
    const { sid } = await this.post("/dwell/v1/People", form);
    return { sid, email, identity, name, role, password: PASSWORD };
  }

  /** Whether the server hands out what waits, or people take it; and how many a person has room for. */
  desk(routing, limit = 4) {
    return this.post("/dwell/v1/Desk", { Routing: routing, LimitDefault: limit });
  }

  freeze() {
    return this.post("/dwell/v1/TestClock/Freeze");
  }

  /** Turns the clock; resolves when everything that was due by then is done. */
  advance(by) {
    return this.post("/dwell/v1/TestClock/Advance", { By: by });
  }

  /** A rep desk: idle after 5 minutes of the customer's silence, ended a day later. */
  policy(more = {}) {
    const form = { FriendlyName: "Rep desk", Preset: "rep_desk", OnReturn: "same_agent", ...more };
    return this.post("/dwell/v1/LifecyclePolicies", form);
  }

  /** Lets conversations begin for who writes to this number. */
  async number(address = "+15017122680") {
    await this.post("/v1/Configuration/Addresses", { Type: "sms", Address: address, "AutoCreation.Enabled": true });
    return address;
  }

  /** A customer's text, as a channel brings it. Returns the conversation's SID. */
  async writes(from, body, to = "+15017122680") {
    const answer = await this.post("/dwell/v1/Inbound", JSON.stringify({ from, to, body, message_id: `m${unique()}` }));
    return answer.conversation_sid;
  }
}

/** What somebody does without a page: `await acts("/dwell/v1/Conversations/CH…/Accept")`. */
export async function actsOf(browser, person, options = {}) {
  const { request } = await contextOf(browser, person, options);
  const { csrf_token: token } = await (await request.get("/console/session")).json();
  return async (path, form = {}) => {
    const answer = await request.post(path, { form, headers: { "X-Dwell-CSRF": token } });
    expect(answer.ok(), `${path}: ${answer.status()} ${await answer.text()}`).toBe(true);
    return answer.json();
  };
}

/** A context in which somebody is signed in already. */
export async function contextOf(browser, person, { at = server, ...options } = {}) {
  const context = await browser.newContext({ baseURL: at.url, viewport: DESKTOP, ...options });
  const form = { Email: person.email, Password: person.password };
  const answer = await context.request.post("/console/session", { form });
  expect(answer.status(), await answer.text()).toBe(200);
  return context;
}

/** A page of the console for somebody, signed in; `path` below `/console`. */
export async function open(browser, person, path = "/desk", options = {}) {
  const context = await contextOf(browser, person, options);
  const page = await context.newPage();
  page.complaints = watch(page);
  await page.goto(`/console${path}`);
  return page;
}

/** Signs in as a person does, on the page that comes up. */
export async function signIn(page, person) {
  await page.getByLabel("Email").fill(person.email);
  await page.getByLabel("Password").fill(person.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Waits until what comes in or goes out has done so: half transparent, it has half its contrast. */
async function settle(page) {
  await expect(page.locator("[data-entering], [data-exiting]")).toHaveCount(0);
  await page.evaluate(() => {
    const ends = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Number.POSITIVE_INFINITY);
    return Promise.allSettled(ends.map((one) => one.finished));
  });
}

/** No violations of the levels A and AA, and nothing wider than the window. */
export async function expectAccessible(page, what) {
  await settle(page);
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
  const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
  const told = violations.map((one) => `${one.impact} ${one.id}: ${one.nodes.map((node) => node.target).join(", ")}`);
  expect(told, what).toEqual([]);
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(overflow, `${what} is wider than the window`).toBeLessThanOrEqual(0);
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const listener = createServer();
    listener.on("error", reject);
    listener.listen(0, "127.0.0.1", () => {
      const { port } = listener.address();
      listener.close(() => resolve(port));
    });
  });

/** A server of one's own that can be stopped and started again with what it has. */
export class OwnServer {
  static async start() {
    const one = new OwnServer();
    one.home = await mkdtemp(join(tmpdir(), "dwell-console-"));
    one.url = `http://127.0.0.1:${await freePort()}`;
    await one.start();
    return one;
  }

  async start() {
    const serve = ["serve", "--dev", "--listen", this.url.replace("http://", "")];
    const env = { ...process.env, DWELL_PUBLIC_BASE_URL: this.url };
    this.process = spawn(DWELL_BIN, serve, { cwd: this.home, stdio: "ignore", env });
    const deadline = Date.now() + WAIT_MS_MAX;
    const isReady = () => fetch(`${this.url}/readyz`).then((answer) => answer.ok, () => false);
    while (!(await isReady())) {
      if (Date.now() > deadline || this.process.exitCode !== null) throw new Error("the server did not become ready");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async stop() {
    // A test that fails while it is down stops it twice.
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGTERM");
    await ended;
  }

  async remove() {
    await this.stop();
    await rm(this.home, { recursive: true, force: true });
  }
}
