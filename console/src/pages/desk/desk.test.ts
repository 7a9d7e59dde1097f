import { describe, expect, it } from "vitest";
import type { DeliverySummary, PersonRole, Session, SessionLogEntry, Transition } from "../../api/types";
import { LISTS, type Pages, place, rowsOf } from "./lists";
import { type Me, mayDo } from "./may";
import { merge, withMessage } from "./messages";
import { sampleMessage, sampleSession } from "./sample";
import { readSearch } from "./search";
import { happenings, logText, weave } from "./timeline";
import { deadlines, deadlineText, deliveryOf, onReturnLine, returnText } from "./words";

const pagesOf = (...pages: Session[][]): Pages => ({
  pages: pages.map((items) => ({ items, next: null })),
  pageParams: pages.map(() => ""),
});
const sids = (sessions: readonly Session[]): string[] => sessions.map((one) => one.sid);
const changed = (sid: string, parts: Parameters<typeof sampleSession>[0] = {}): Session =>
  sampleSession({ sid, revision: 2, date_updated: "2026-11-21T11:00:00.000000Z", ...parts });

describe("a changed session", () => {
  const pages = pagesOf(
    [sampleSession({ sid: "DS1" }), sampleSession({ sid: "DS2" })],
    [sampleSession({ sid: "DS3" })],
  );

  it("moves to the top of its list", () => {
    expect(sids(rowsOf("active", place(pages, "active", "ada", changed("DS3")).pages))).toEqual(["DS3", "DS1", "DS2"]);
  });
  it("leaves the list that it does not belong to any more", () => {
    const parked = changed("DS1", { status: "paused" });
    expect(sids(rowsOf("active", place(pages, "active", "ada", parked).pages))).toEqual(["DS2", "DS3"]);
    expect(sids(rowsOf("inactive", place(pagesOf([]), "inactive", "ada", parked).pages))).toEqual(["DS1"]);
  });
  it("stays in its place when nothing of it was updated", () => {
    const same = sampleSession({ sid: "DS2", revision: 2, reason: "x" });
    const rows = rowsOf("active", place(pages, "active", "ada", same).pages);
    expect(sids(rows)).toEqual(["DS1", "DS2", "DS3"]);
    expect(rows[1]?.reason).toBe("x");
  });
  it("is ignored when it is older than what is known", () => {
    const known = place(pages, "active", "ada", changed("DS1"));
    expect(place(known, "active", "ada", sampleSession({ sid: "DS1", status: "ended" }))).toBe(known);
  });
  it("of somebody else is not mine", () => {
    expect(place(pages, "active", "bob", changed("DS9"))).toBe(pages);
    expect(LISTS.queue.isMine).toBe(false);
  });
});

it("the queue has who waits longest first, and each once", () => {
  const waits = (sid: string, minute: number): Session =>
    sampleSession({ sid, status: "waiting", owner: null, date_waiting: `2026-11-21T10:${minute}:00.000000Z` });
  const pages = pagesOf([waits("DS1", 30), waits("DS2", 10)], [waits("DS2", 10), waits("DS3", 20)]);
  expect(sids(rowsOf("queue", pages.pages))).toEqual(["DS2", "DS3", "DS1"]);
});

it("who began to wait later than all that are known is on a page to come", () => {
  const waits = (sid: string, minute: number): Session =>
    sampleSession({ sid, status: "waiting", owner: null, date_waiting: `2026-11-21T10:${minute}:00.000000Z` });
  const pages = (next: string | null): Pages => ({
    pages: [{ items: [waits("DS1", 10), waits("DS2", 30)], next }],
    pageParams: [""],
  });
  const placed = (next: string | null, minute: number) =>
    sids(rowsOf("queue", place(pages(next), "queue", "ada", waits("DS3", minute)).pages));
  expect(placed("/more", 40)).toEqual(["DS1", "DS2"]);
  expect(placed("/more", 20)).toEqual(["DS1", "DS3", "DS2"]);
  expect(placed(null, 40)).toEqual(["DS1", "DS2", "DS3"]);
});

describe("messages", () => {
  const indexes = (known: ReturnType<typeof merge>): number[] => known.list.map((one) => one.index);
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => sampleMessage(to - at));

  it("begin with the newest page, oldest first", () => {
    expect(merge(undefined, range(5, 7), "older")).toMatchObject({ older: "older" });
    expect(indexes(merge(undefined, range(5, 7), "older"))).toEqual([5, 6, 7]);
  });
  it("keep what was read before, and where the rest is", () => {
    const known = { list: range(2, 7).reverse(), older: "before 2" };
    const next = merge(known, range(6, 9), "before 6");
    expect(indexes(next)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(next.older).toBe("before 2");
  });
  it("are renewed, and deleted ones are gone", () => {
    const known = { list: range(2, 7).reverse(), older: null };
    const next = merge(known, [sampleMessage(7, { body: "edited" }), sampleMessage(5)], "before 5");
    expect(indexes(next)).toEqual([2, 3, 4, 5, 7]);
    expect(next.list.at(-1)?.body).toBe("edited");
  });
  it("begin anew behind a gap that was not closed", () => {
    const known = { list: range(2, 7).reverse(), older: "before 2" };
    const next = merge(known, range(90, 99), "before 90");
    expect(indexes(next)).toEqual(
      range(90, 99)
        .map((one) => one.index)
        .reverse(),
    );
    expect(next.older).toBe("before 90");
  });
  it("take one that was just sent in its place, once", () => {
    const known = { list: range(1, 3).reverse(), older: null };
    expect(withMessage(withMessage(known, sampleMessage(4)), sampleMessage(4)).list).toHaveLength(4);
  });
});

describe("the timeline", () => {
  const entry = (parts: Partial<SessionLogEntry>): SessionLogEntry => ({
    seq: 1,
    at: "2026-11-21T10:00:02.500000Z",
    act: "inactivated",
    from: "active",
    to: "paused",
    cause: "timer",
    actor: null,
    actor_name: null,
    detail: null,
    ...parts,
  });
  const transition = (to: Transition["to"], at: string, reason: Transition["reason"]): Transition => ({
    from: "active",
    to,
    at,
    reason,
    actor: null,
    message_sid: null,
  });

  it.each<[Partial<SessionLogEntry>, string]>([
    [{}, "Inactive — by timer"],
    [{ cause: "agent", actor_name: "Ada", detail: "no answer" }, "Inactive — by Ada: no answer"],
    [{ act: "returned", from: "paused", to: "active", cause: "message" }, "Active — customer wrote"],
    [{ act: "returned", from: "inactive", to: "waiting", cause: "message" }, "Waiting — customer wrote"],
    [{ act: "reopened", from: "paused", to: "active", cause: "agent", actor_name: "Ada" }, "Active — reopened by Ada"],
    [{ act: "accepted", from: "waiting", to: "active", cause: "agent", actor_name: "Ada" }, "Accepted — by Ada"],
    [{ act: "queued", detail: "billing", cause: "agent", actor_name: "Ada" }, "Moved to the queue “billing” — by Ada"],
    [{ act: "extended", detail: "PT15M", cause: "agent", actor_name: "Ada" }, "Put off by 15 minutes — by Ada"],
    [{ act: "ended", to: "ended", cause: "api" }, "Ended — by a program"],
    [{ act: "began", from: null, to: "waiting", cause: "message" }, "Waiting — customer wrote"],
  ])("says %j as %s", (parts, text) => {
    expect(logText(entry(parts), sampleSession())).toBe(text);
  });

  it("tells what log and history both know once, and what the history alone knows too", () => {
    const history = [
      transition("inactive", "2026-11-21T10:00:02.500100Z", "TIMER"),
      transition("closed", "2026-11-22T10:00:02.000000Z", "TIMER"),
    ];
    const told = happenings(history, [{ session: sampleSession(), log: [entry({})] }]);
    expect(told.map((one) => one.text)).toEqual(["Inactive — by timer", "Closed — by timer"]);
  });

  it("stands between the messages, with a line for each day", () => {
    const messages = [sampleMessage(1), sampleMessage(2), sampleMessage(9)];
    const events = happenings(
      [],
      [{ session: sampleSession(), log: [entry({}), entry({ seq: 2, at: "2026-11-21T09:59:00Z" })] }],
    );
    expect(weave(messages, events, true).map((one) => one.kind)).toEqual([
      "day",
      "event",
      "message",
      "message",
      "event",
      "message",
    ]);
    expect(weave(messages, events, false).map((one) => one.kind)).toEqual([
      "day",
      "message",
      "message",
      "event",
      "message",
    ]);
  });
});

describe("what one may do", () => {
  const me = (role: PersonRole, parts: Partial<Me["permissions"]> = {}): Me => ({
    identity: "ada",
    role,
    permissions: { can_inactivate: true, can_end: true, can_end_others: false, can_bulk: false, ...parts },
  });
  const words = (session: Session, who: Me): string =>
    Object.entries(mayDo(session, who))
      .flatMap(([name, may]) => (may ? [name] : []))
      .join(" ");

  it.each<[string, Session, Me, string]>([
    ["an agent, own active", sampleSession(), me("agent"), "reply inactivate end handle"],
    [
      "an agent without switches",
      sampleSession(),
      me("agent", { can_inactivate: false, can_end: false }),
      "reply handle",
    ],
    ["an agent, somebody else's", sampleSession({ owner: "bob" }), me("agent"), ""],
    ["a supervisor, somebody else's", sampleSession({ owner: "bob" }), me("supervisor"), "reply inactivate handle"],
    [
      "a supervisor who may end others'",
      sampleSession({ owner: "bob" }),
      me("supervisor", { can_end_others: true }),
      "reply inactivate end handle",
    ],
    ["an agent, waiting", sampleSession({ status: "waiting", owner: null }), me("agent"), "accept"],
    ["an agent, own parked", sampleSession({ status: "paused" }), me("agent"), "end reopen handle"],
    ["an agent, ended", sampleSession({ status: "ended", conversation: { state: "inactive" } }), me("agent"), "accept"],
    ["an agent, closed", sampleSession({ status: "ended", conversation: { state: "closed" } }), me("agent"), ""],
    ["a viewer", sampleSession(), me("viewer"), ""],
  ])("%s", (_, session, who, may) => {
    expect(words(session, who)).toBe(may);
  });
});

describe("words", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");

  it("count down to what comes, and not while held", () => {
    const forecast = [
      { to: "inactive", at: "2026-11-21T12:03:12Z" },
      { to: "closed", at: "2026-11-22T11:30:00Z" },
    ] as const;
    const session = sampleSession({ conversation: { forecast } });
    expect(deadlines(session).map((one) => deadlineText(one, now))).toEqual(["inactive in 3:12", "closes in 23 h"]);
    expect(deadlines({ ...session, held: true })).toEqual([]);
  });
  it("say what happens when the customer writes", () => {
    expect(onReturnLine(sampleSession({ status: "paused" }), "ada")).toContain("back to you");
    expect(onReturnLine(sampleSession({ status: "paused" }), "bob")).toContain("back to ada");
    expect(onReturnLine(sampleSession({ status: "inactive" }), "ada")).toContain("whoever is free");
    expect(onReturnLine(sampleSession({ status: "ended" }), "ada")).toContain("new session");
  });
  it("say who returned, since when, and why they were left", () => {
    const session = sampleSession({ date_inactive: "2026-11-21T10:00:00Z", reason: "no answer" });
    expect(returnText(session, now)).toBe("Grace wrote again: this became inactive 2 h ago (no answer)");
  });
  it.each<[Partial<DeliverySummary> | null, number | null, string | undefined]>([
    [null, null, undefined],
    [null, 3, "Read"],
    [{}, null, "Sending"],
    [{ sent: "all" }, null, "Sent"],
    [{ sent: "all", delivered: "all" }, null, "Delivered"],
    [{ sent: "all", delivered: "all", read: "all" }, null, "Read"],
    [{ failed: "all" }, null, "Not delivered"],
    [{ total: 2, sent: "some", undelivered: "some" }, null, "Not delivered to everybody"],
  ])("tell of a delivery %j with mark %j as %s", (parts, read, text) => {
    const none = {
      total: 1,
      sent: "none",
      delivered: "none",
      read: "none",
      failed: "none",
      undelivered: "none",
    } as const;
    const message = sampleMessage(2, { delivery: parts && { ...none, ...parts } });
    expect(deliveryOf(message, read)?.text).toBe(text);
  });
});

it("an address that makes no sense is the desk as it opens", () => {
  expect(readSearch({ list: "toString", open: "CHx" })).toEqual({});
  expect(readSearch({ list: "queue", open: `CH${"a".repeat(32)}` })).toEqual({
    list: "queue",
    open: `CH${"a".repeat(32)}`,
  });
});
