import { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, test, vi } from "vitest";
import type { FormFields } from "../../api/client";
import { ApiError, Unreachable } from "../../api/client";
import { discard, outgoing, retry, sendMessage, sendWaiting } from "./outbox";

/** What the server has, in order, and what it says to the next requests. */
let arrived: { body: string; attributes: string }[] = [];
let answers: ("taken" | "lost" | Error)[] = [];
let asked = 0;

vi.mock("./messages", () => ({
  newestMessages: async () => arrived,
  putMessage: () => undefined,
}));
vi.mock("./data", () => ({ takeSession: () => undefined }));
vi.mock("../../api/client", async (original) => ({
  ...(await original<object>()),
  post: async (_: string, form: FormFields) => {
    asked += 1;
    const answer = answers.shift() ?? "taken";
    if (answer instanceof Error) throw answer;
    const message = { body: String(form["Body"]), attributes: String(form["Attributes"]) };
    arrived.push(message);
    if (answer === "lost") throw new Unreachable();
    return { session: {}, message };
  },
}));

let conversation = 0;
const write = (body: string, me = "ada"): void =>
  sendMessage({ queries: new QueryClient(), me, service: "IS1" }, `CH${conversation}`, body, null);
const bodies = (): string[] => arrived.map((one) => one.body);
const states = (): string[] => outgoing(`CH${conversation}`).map((one) => `${one.body}: ${one.state}`);
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

beforeEach(() => {
  conversation += 1;
  [arrived, answers, asked] = [[], [], 0];
});

test("what is written goes out in its order, and is in the box until it is there", async () => {
  write("one");
  write("two");
  expect(states()).toEqual(["one: sending", "two: sending"]);
  await settled();
  expect([bodies(), states()]).toEqual([["one", "two"], []]);
});

test("a message that waits is not overtaken, and says so until it is sent", async () => {
  answers = [new Unreachable(), new ApiError(503, 0, "later"), new ApiError(429, 20429, "slowly")];
  write("one");
  write("two");
  await settled();
  expect([bodies(), states(), asked]).toEqual([[], ["one: waiting", "two: waiting"], 1]);
  for (const asks of [2, 3]) {
    sendWaiting("ada");
    sendWaiting("ada");
    expect(states(), "nothing flickers").toEqual(["one: waiting", "two: waiting"]);
    await settled();
    expect([bodies(), asked], "each stands in the line once").toEqual([[], asks]);
  }
  sendWaiting("ada");
  await settled();
  expect([bodies(), states()]).toEqual([["one", "two"], []]);
});

test("one whose answer was lost has arrived, and is not sent twice", async () => {
  answers = ["lost"];
  write("one");
  await settled();
  expect(states()).toEqual(["one: waiting"]);
  sendWaiting("ada");
  await settled();
  expect([bodies(), states()]).toEqual([["one"], []]);
});

test("one that was refused is passed, and goes out or away when its author says so", async () => {
  answers = [new ApiError(409, 20409, "no"), "taken", new ApiError(409, 20409, "no")];
  write("one");
  write("two");
  await settled();
  sendWaiting("ada");
  await settled();
  expect([bodies(), states()]).toEqual([["two"], ["one: failed"]]);
  for (const one of outgoing(`CH${conversation}`)) retry(one);
  expect(states()).toEqual(["one: sending"]);
  await settled();
  expect(states()).toEqual(["one: failed"]);
  for (const one of outgoing(`CH${conversation}`)) discard(one);
  expect([bodies(), states()]).toEqual([["two"], []]);
});

test("sent again by hand, one takes along what waits before it", async () => {
  answers = [new Unreachable()];
  write("one");
  write("two");
  await settled();
  const last = outgoing(`CH${conversation}`).at(-1);
  if (last) retry(last);
  await settled();
  expect([bodies(), states()]).toEqual([["one", "two"], []]);
});

test("what somebody wrote who has signed out neither goes out as another's nor holds them up", async () => {
  answers = [new Unreachable()];
  write("hers");
  await settled();
  write("his", "ben");
  await settled();
  sendWaiting("ben");
  await settled();
  expect([bodies(), states()]).toEqual([["his"], ["hers: waiting"]]);
  sendWaiting("ada");
  await settled();
  expect(bodies()).toEqual(["his", "hers"]);
});
