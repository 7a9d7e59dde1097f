/** What happened to a conversation, as lines between its messages. Pure. */
import type { Message, Session, SessionLogEntry, Transition } from "../../api/types";
import { inWords, isoSeconds } from "../../time/duration";

/** A line of the timeline; `at` in milliseconds since the epoch. */
export interface Happening {
  readonly key: string;
  readonly at: number;
  readonly text: string;
}

export type Item =
  | { readonly kind: "message"; readonly key: string; readonly at: number; readonly message: Message }
  | ({ readonly kind: "event" } & Happening)
  | { readonly kind: "day"; readonly key: string; readonly at: number };

/** A transition of the conversation and a line of its session's log are one happening when they are this near. */
const SAME_MS = 5;

function by(entry: SessionLogEntry): string {
  if (entry.cause === "timer") return " — by timer";
  if (entry.cause === "message") return " — customer wrote";
  const name = entry.actor_name ?? (entry.cause === "api" ? "a program" : null);
  return name ? ` — by ${name}` : "";
}

const reason = (entry: SessionLogEntry): string => (entry.detail ? `: ${entry.detail}` : "");

function extended(entry: SessionLogEntry): string {
  const seconds = isoSeconds(entry.detail ?? "");
  return seconds === null ? "Put off" : `Put off by ${inWords(seconds)}`;
}

/** A line of a session's log, in words. */
export function logText(entry: SessionLogEntry, session: Session): string {
  if (entry.from === null && entry.to === "waiting") {
    return session.number > 1 ? `Session ${session.number} begins${by(entry)}` : `Waiting${by(entry)}`;
  }
  switch (entry.act) {
    case "accepted":
      return `Accepted${by(entry)}`;
    case "assigned":
      return `Assigned to ${entry.detail}${by(entry)}`;
    case "routed":
      return `Given to ${entry.detail}`;
    case "transferred":
      return `Transferred to ${entry.detail}${by(entry)}`;
    case "queued":
      return `Moved to ${entry.detail ? `the queue “${entry.detail}”` : "the queue"}${by(entry)}`;
    case "inactivated":
      return `Inactive${by(entry)}${reason(entry)}`;
    case "ended":
      return `Ended${by(entry)}${reason(entry)}`;
    case "reopened":
    case "returned":
      return `${entry.to === "waiting" ? "Waiting" : "Active"}${entry.act === "reopened" ? ` — reopened${by(entry).replace(" —", "")}` : by(entry)}`;
    case "held":
      return `Held${by(entry)}`;
    case "released":
      return `Released${by(entry)}`;
    case "extended":
      return `${extended(entry)}${by(entry)}`;
    case "failed":
      return `Something failed${entry.detail ? ` (${entry.detail})` : ""}`;
    default:
      return `${entry.act.charAt(0).toUpperCase()}${entry.act.slice(1)}${by(entry)}`;
  }
}

const STATE: Readonly<Record<string, string>> = { active: "Active", inactive: "Inactive", closed: "Closed" };
const CAUSE: Readonly<Record<Transition["reason"], string>> = {
  API: "set by the API",
  TIMER: "by timer",
  EVENT: "somebody wrote",
};

/** Whether a line of a log tells the same as a transition to `to`. */
function tells(entry: SessionLogEntry, to: Transition["to"]): boolean {
  if (to === "active") return entry.act === "returned" || entry.act === "reopened" || entry.act === "accepted";
  return entry.act === "inactivated" || entry.act === "ended";
}

interface Told {
  readonly session: Session;
  readonly log: readonly SessionLogEntry[];
}

/** All that happened, oldest first: the sessions' logs, and of the conversation's history what no log tells. */
export function happenings(history: readonly Transition[], told: readonly Told[]): readonly Happening[] {
  const lines: Happening[] = [];
  for (const { session, log } of told) {
    for (const entry of log) {
      const key = `${session.sid}-${entry.seq}`;
      lines.push({ key, at: Date.parse(entry.at), text: logText(entry, session) });
    }
  }
  const logged = told.flatMap(({ log }) => log);
  history.forEach((one, index) => {
    const at = Date.parse(one.at);
    const isTold = logged.some((entry) => tells(entry, one.to) && Math.abs(Date.parse(entry.at) - at) <= SAME_MS);
    if (isTold || one.from === null) return;
    lines.push({ key: `t-${index}`, at, text: `${STATE[one.to] ?? one.to} — ${CAUSE[one.reason]}` });
  });
  return lines.sort((a, b) => a.at - b.at);
}

const SECOND = 1000;
const second = (at: number): number => Math.floor(at / SECOND);
const dayOf = (at: number): string => new Date(at).toDateString();

/**
 * Messages and what happened between them, oldest first, with a line for each new day. Messages tell whole seconds:
 * of one second they come first. What happened before the first message that is loaded waits until more are,
 * unless `isWhole`.
 */
export function weave(messages: readonly Message[], events: readonly Happening[], isWhole: boolean): readonly Item[] {
  const first = messages[0];
  const from = isWhole || !first ? Number.NEGATIVE_INFINITY : Date.parse(first.date_created);
  const entries: Item[] = messages.map((message) => ({
    kind: "message",
    key: message.sid,
    at: Date.parse(message.date_created),
    message,
  }));
  const shown = events.filter((event) => event.at >= from);
  const items: Item[] = [];
  let next = 0;
  let day = "";
  const add = (item: Item): void => {
    if (dayOf(item.at) !== day) {
      day = dayOf(item.at);
      items.push({ kind: "day", key: `day-${day}`, at: item.at });
    }
    items.push(item);
  };
  for (const entry of entries) {
    for (let event = shown[next]; event && second(event.at) < second(entry.at); event = shown[next]) {
      add({ kind: "event", ...event });
      next += 1;
    }
    add(entry);
  }
  for (const event of shown.slice(next)) add({ kind: "event", ...event });
  return items;
}
