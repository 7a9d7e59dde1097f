/** The life of a conversation as it is told: stretches of time, and one line for everything that happened. Pure. */
import type { Lifecycle, LoggedEvent, SessionLogEntry, Transition } from "../../api/types";

/** What `/Lifecycle` answers, in full. */
export interface Life extends Lifecycle {
  readonly conversation_sid: string;
  readonly chat_service_sid: string;
  readonly last_calls: readonly {
    readonly timer: string;
    readonly due: string;
    readonly asked: string;
    readonly outcome: string | null;
    readonly postponed_to: string | null;
    readonly problem: string | null;
  }[];
}

/** A stretch of time in one state. */
export interface Stretch {
  readonly state: string;
  readonly from: number;
  /** Null for what has no end in sight. */
  readonly to: number | null;
  /** What began it, in words. */
  readonly cause: string;
  readonly kind: "past" | "present" | "future";
}

const CAUSES: Readonly<Record<Transition["reason"], string>> = { API: "API", TIMER: "timer", EVENT: "message" };

/** Every stretch, oldest first: what was, what is, and what will be if nothing else happens. */
export function stretches({ history, forecast }: Pick<Life, "history" | "forecast">): Stretch[] {
  const past = history.map((one, index): Stretch => {
    const next = history[index + 1];
    return {
      state: one.to,
      from: Date.parse(one.at),
      to: Date.parse(next?.at ?? forecast[0]?.at ?? "") || null,
      cause: one.from === null ? "created" : `by ${CAUSES[one.reason]}`,
      kind: next ? "past" : "present",
    };
  });
  const ahead = forecast.map((one, index): Stretch => {
    const next = forecast[index + 1];
    return {
      state: one.to,
      from: Date.parse(one.at),
      to: next ? Date.parse(next.at) : null,
      cause: "by timer",
      kind: "future",
    };
  });
  return [...past, ...ahead];
}

/** How wide a stretch is drawn: a year beside a minute leaves room for both, so widths are no scale. */
export const weight = ({ from, to }: Stretch, now: number): number =>
  Math.log2(2 + Math.max(0, (to ?? now) - from) / 60_000);

export type EntryKind =
  | "transition"
  | "message"
  | "participant"
  | "conversation"
  | "delivery"
  | "session"
  | "last_call";

/** One line of the timeline. */
export interface Entry {
  readonly id: string;
  readonly kind: EntryKind;
  readonly at: string;
  readonly title: string;
  /** From and to, when a state or a status changed. */
  readonly change: readonly [string | null, string] | null;
  readonly cause: string;
  readonly actor: string | null;
  readonly detail: unknown;
  readonly error: string | null;
}

const KINDS: readonly (readonly [string, EntryKind])[] = [
  ["onConversationStateUpdated", "transition"],
  ["onMessage", "message"],
  ["onParticipant", "participant"],
  ["onDelivery", "delivery"],
];

const kindOf = (name: string): EntryKind => KINDS.find(([start]) => name.startsWith(start))?.[1] ?? "conversation";

/** "onMessageAdded" as "Message added". */
export function titleOf(name: string): string {
  const words = name.replace(/^on/, "").split(/(?=[A-Z])/);
  return words.map((word, index) => (index === 0 ? word : word.toLowerCase())).join(" ");
}

const textOf = (value: unknown): string | null =>
  typeof value === "string" || typeof value === "number" ? String(value) : null;

function about(kind: EntryKind, payload: Readonly<Record<string, unknown>>): string {
  const said = (name: string): string | null => textOf(payload[name]);
  if (kind === "message") {
    const author = said("Author");
    return [author, said("Body") ?? (payload["Media"] ? "a file" : null)].filter(Boolean).join(": ");
  }
  if (kind === "participant")
    return said("Identity") ?? said("MessagingBinding.Address") ?? said("ParticipantSid") ?? "";
  return kind === "delivery" ? (said("Status") ?? "") : "";
}

function eventEntry(event: LoggedEvent, history: readonly Transition[]): Entry {
  const payload = (event.payload ?? {}) as Readonly<Record<string, unknown>>;
  const kind = kindOf(event.kind);
  const to = textOf(payload["StateTo"]);
  const record = kind === "transition" ? history.find((one) => one.to === to && one.at === event.at) : undefined;
  const reason = textOf(payload["Reason"]);
  const text = about(kind, payload);
  return {
    id: `event-${event.seq}`,
    kind,
    at: event.at,
    title: text ? `${titleOf(event.kind)}: ${text}` : titleOf(event.kind),
    change: kind === "transition" && to ? [textOf(payload["StateFrom"]), to] : null,
    cause: reason && reason in CAUSES ? CAUSES[reason as Transition["reason"]] : event.source,
    actor: event.actor,
    detail: event,
    error: record?.error ? `${record.error.code}: ${record.error.message}` : null,
  };
}

const sessionEntry = (session: string, one: SessionLogEntry): Entry => ({
  id: `session-${session}-${one.seq}`,
  kind: "session",
  at: one.at,
  title: `Session: ${one.act.replaceAll("_", " ")}`,
  change: one.from === one.to ? null : [one.from, one.to],
  cause: one.cause,
  actor: one.actor_name ?? one.actor,
  detail: one,
  error: null,
});

const lastCallEntry = (one: Life["last_calls"][number]): Entry => ({
  id: `last-call-${one.asked}`,
  kind: "last_call",
  at: one.asked,
  title: `Asked before ${one.timer}: ${one.outcome ?? "no answer yet"}`,
  change: null,
  cause: "timer",
  actor: null,
  detail: one,
  error: one.problem,
});

interface Sources {
  readonly events: readonly LoggedEvent[];
  readonly life: Pick<Life, "history" | "last_calls">;
  readonly logs: readonly { readonly session: string; readonly log: readonly SessionLogEntry[] }[];
}

/** Everything that happened, newest first; what happened at the same instant stays in its order. */
export function timeline({ events, life, logs }: Sources): Entry[] {
  const entries = [
    ...events.map((event) => eventEntry(event, life.history)),
    ...logs.flatMap(({ session, log }) => log.map((one) => sessionEntry(session, one))),
    ...life.last_calls.map(lastCallEntry),
  ];
  // Instants are all written alike, so that their texts sort as they do.
  return entries
    .map((entry, place) => ({ entry, place }))
    .sort((a, b) => b.entry.at.localeCompare(a.entry.at, "en") || b.place - a.place)
    .map(({ entry }) => entry);
}
