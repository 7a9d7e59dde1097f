// What the tests share: test accounts of a running server, with keys and a conversation.

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const { DWELL_BIN, DWELL_HOME, DWELL_URL } = process.env;
if (!DWELL_URL) {
  throw new Error("no server: run `sdk-tests/with-server npm --prefix sdk-tests/mcp test`");
}

export const URL_OF_MCP = `${DWELL_URL}/mcp`;
export const BIN = DWELL_BIN;
export const STORY = JSON.parse(await readFile(new URL("calls.json", import.meta.url), "utf8"));

/** The environment without anybody's credentials, and with these. */
export function environment(credentials) {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("TWILIO_"));
  const names = credentials?.[0].startsWith("AC")
    ? ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"]
    : ["TWILIO_API_KEY", "TWILIO_API_SECRET"];
  const given = (credentials ?? []).map((value, place) => [names[place], value]);
  return Object.fromEntries([...kept, ...given]);
}

async function dwell(...command) {
  const options = { cwd: DWELL_HOME, env: environment(), timeout: 60_000 };
  return JSON.parse((await promisify(execFile)(DWELL_BIN, [...command, "--json"], options)).stdout);
}

/** A test account with a conversation, and those who visit it. */
export class World {
  static async create() {
    const world = new World();
    const { account_sid, auth_token } = await dwell("account", "create", "--test");
    const key = async (...options) => {
      const { key_sid, key_secret } = await dwell("key", "create", "--account", account_sid, ...options);
      return [key_sid, key_secret];
    };
    world.credentials = {
      nobody: undefined,
      "read key": await key("--read-only"),
      account: [account_sid, auth_token],
      "full key": await key(),
    };
    const made = await fetch(`${DWELL_URL}/v1/Conversations`, {
      method: "POST",
      headers: { Authorization: basic([account_sid, auth_token]) },
      body: new URLSearchParams({ UniqueName: "parcel-4711" }),
    });
    world.names = { $SID: (await made.json()).sid, $NAME: "parcel-4711" };
    return world;
  }

  filled(value) {
    let text = JSON.stringify(value);
    for (const [name, what] of Object.entries(this.names)) {
      text = text.replaceAll(name, what);
    }
    return JSON.parse(text);
  }
}

export function basic(credentials) {
  return `Basic ${Buffer.from(credentials.join(":")).toString("base64")}`;
}
