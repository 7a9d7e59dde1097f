import { expect, it } from "vitest";
import { encode } from "../../api/client";
import type { Session } from "../../api/types";
import { bare, bulkFilter, EVERYTHING, isEverything, readFilter, readTab, sessionHolds, sessionQuery } from "./filter";

it("reads addresses and saved views, and leaves out what it does not understand", () => {
  const filter = readFilter({ status: ["waiting", "lost"], state: "asleep", owner: "ana", queue: 7, failed: "yes" });
  expect(filter).toEqual({ ...EVERYTHING, status: ["waiting"], owner: "ana", queue: "7" });
  expect(readFilter(bare(filter))).toEqual(filter);
  expect(readFilter({ status: "ended" }).status).toEqual(["ended"]);
  expect([readTab("agents"), readTab("none"), readTab(undefined)]).toEqual(["agents", "sessions", "sessions"]);
});

it("says when it leaves everything open", () => {
  expect(isEverything(EVERYTHING)).toBe(true);
  expect(isEverything({ ...EVERYTHING, failed: true })).toBe(false);
});

it("asks the server for what is chosen only", () => {
  expect(encode(sessionQuery(EVERYTHING)).toString()).toBe("");
  const chosen = { ...EVERYTHING, status: ["waiting", "active"] as const, owner: "ana", failed: true };
  expect(encode(sessionQuery(chosen)).toString()).toBe("Status=waiting&Status=active&Owner=ana&Failed=true");
});

it("names sessions by status and conversations by state in bulk, and never those that are over by chance", () => {
  const form = (what: "session" | "conversation", filter: object): string | null => {
    const found = bulkFilter(what, { ...EVERYTHING, ...filter });
    return found && encode(found).toString();
  };
  expect(form("session", { status: ["ended"], owner: "ana" })).toBe("Status=ended&Owner=ana");
  expect(form("session", {})).toBe("Status=waiting&Status=active&Status=paused&Status=inactive");
  expect(form("conversation", { state: "active", status: ["waiting"] })).toBe("State=active");
  expect([form("conversation", {}), form("session", { text: "x" }), form("session", { failed: true })]).toEqual(
    Array(3).fill(null),
  );
});

it("finds words anywhere in a row, in any case", () => {
  const session = {
    sid: "DS1",
    conversation_sid: "CH1",
    owner: "ana",
    conversation: { friendly_name: "Bike order", customer: "+4915112345678", last_message: { body: "Where is it?" } },
  } as Session;
  expect(["bike", "WHERE order", "+4915", "ch1", ""].map((words) => sessionHolds(session, words))).toEqual(
    Array(5).fill(true),
  );
  expect(sessionHolds(session, "bike car")).toBe(false);
});
