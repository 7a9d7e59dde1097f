import { expect, it } from "vitest";
import type { LoggedEvent, SessionLogEntry, Transition } from "../../api/types";
import { stretches, timeline, titleOf, weight } from "./life";

const at = (minute: number): string => `2026-11-21T10:${String(minute).padStart(2, "0")}:00.000000Z`;
const created = { from: null, to: "active", at: at(0), reason: "API" } as unknown as Transition;
const silent = { from: "active", to: "inactive", at: at(5), reason: "TIMER" } as Transition;

it("tells a life as stretches of the past, the present and what lies ahead", () => {
  const told = stretches({ history: [created, silent], forecast: [{ to: "closed", at: at(30) }] });
  expect(told.map(({ state, cause, kind }) => `${kind}: ${state} ${cause}`)).toEqual([
    "past: active created",
    "present: inactive by timer",
    "future: closed by timer",
  ]);
  expect(told.map(({ to }) => to)).toEqual([Date.parse(at(5)), Date.parse(at(30)), null]);
});

it("ends a present without a timer nowhere", () => {
  expect(stretches({ history: [created], forecast: [] })[0]?.to).toBeNull();
});

it("draws what lasted longer wider, but not a year a thousand times", () => {
  const [short, long] = [{ minutes: 1 }, { minutes: 525_600 }].map(({ minutes }) =>
    weight({ state: "active", from: 0, to: minutes * 60_000, cause: "timer", kind: "past" }, 0),
  );
  expect(long).toBeGreaterThan(short ?? 0);
  expect((long ?? 0) / (short ?? 1)).toBeLessThan(20);
});

it("names events", () => {
  expect(titleOf("onConversationStateUpdated")).toBe("Conversation state updated");
});

it("merges events and the log of sessions, newest first, with change, cause and error", () => {
  const event = (seq: number, kind: string, minute: number, payload: object): LoggedEvent => ({
    seq,
    kind,
    at: at(minute),
    source: "SDK",
    actor: "AC1",
    payload,
  });
  const failed = { ...silent, to: "closed", at: at(6), error: { code: 50427, message: "too many" } } as Transition;
  const entries = timeline({
    events: [
      event(1, "onConversationAdded", 0, {}),
      event(2, "onMessageAdded", 1, { Author: "ana", Body: "Hello" }),
      event(3, "onConversationStateUpdated", 6, { StateFrom: "active", StateTo: "closed", Reason: "TIMER" }),
    ],
    life: { history: [created, failed], last_calls: [] },
    logs: [
      {
        session: "DS1",
        log: [
          {
            seq: 1,
            at: at(1),
            act: "begin",
            from: null,
            to: "waiting",
            cause: "message",
            actor: null,
          } as SessionLogEntry,
        ],
      },
    ],
  });
  expect(entries.map((entry) => entry.title)).toEqual([
    "Conversation state updated",
    "Session: begin",
    "Message added: ana: Hello",
    "Conversation added",
  ]);
  expect(entries[0]).toMatchObject({ change: ["active", "closed"], cause: "timer", error: "50427: too many" });
  expect(entries[1]).toMatchObject({ change: [null, "waiting"], cause: "message" });
});
