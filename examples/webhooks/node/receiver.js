// A receiver of webhooks: Node's own library, and the official package for the signature.
//
//     npm install
//     TWILIO_AUTH_TOKEN=… node receiver.js        # listens on http://127.0.0.1:4000
//
// Set up with that URL and a path:
//
//     /events   told after something happened: each event is handled once, however often it comes
//     /before   asked before something happens: refuses messages that say "forbidden", takes "hush" out of others
//
// What is handled is printed, one JSON object a line.

"use strict";

const { createServer } = require("node:http");
const twilio = require("twilio");

const PORT = Number(process.env.PORT ?? 4000);
// What the outside calls: another one when a proxy or a tunnel stands between.
const PUBLIC_URL = process.env.PUBLIC_URL ?? `http://127.0.0.1:${PORT}`;
const AUTH_TOKEN = process.env.TWILIO_AUTH_TOKEN;
if (!AUTH_TOKEN) {
  throw new Error("TWILIO_AUTH_TOKEN is not set");
}
const BODY_BYTES_MAX = 1_000_000;
const TOKENS_MAX = 100_000;

/** The tokens of what was handled. A real program keeps them in its database, in the transaction of its work. */
const seen = new Set();

function isNew(token) {
  if (seen.has(token)) {
    return false;
  }
  seen.add(token);
  if (seen.size > TOKENS_MAX) {
    seen.delete(seen.values().next().value);
  }
  return true;
}

/** Whatever is to be done about an event. It has five seconds; what takes longer belongs into a queue. */
function handle(event) {
  console.log(JSON.stringify(event));
}

/** The status and the JSON to answer with: 200 and {} lets it happen, 200 and new values change it, 4xx refuses it. */
function before({ Body: body = "" }) {
  if (body.includes("forbidden")) {
    return [403];
  }
  return body.includes("hush") ? [200, { body: body.replaceAll("hush", "***") }] : [200, {}];
}

async function read(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > BODY_BYTES_MAX) {
      return undefined;
    }
    parts.push(part);
  }
  return Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString()));
}

async function receive(request) {
  const form = await read(request);
  if (form === undefined) {
    return [413];
  }
  // First of all: did this come from the server that knows the token?
  const signature = request.headers["x-twilio-signature"] ?? "";
  if (!twilio.validateRequest(AUTH_TOKEN, signature, PUBLIC_URL + request.url, form)) {
    return [403];
  }
  const { pathname, searchParams } = new URL(PUBLIC_URL + request.url);
  const event = request.method === "POST" ? form : Object.fromEntries(searchParams);
  if (pathname === "/before") {
    return before(event);
  }
  if (pathname !== "/events") {
    return [404];
  }
  if (isNew(request.headers["i-twilio-idempotency-token"])) {
    handle(event);
  }
  return [200];
}

const server = createServer(async (request, response) => {
  const [status, body] = await receive(request).catch(() => [500]);
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(body === undefined ? "" : JSON.stringify(body));
});
server.listen(PORT, "127.0.0.1", () => console.log(JSON.stringify({ listening: PUBLIC_URL })));
