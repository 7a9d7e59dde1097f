/** What the supervisor looks at: the filter, its form in addresses and saved views, and the queries it makes. */
import type { FormFields } from "../../api/client";
import type { Conversation, ConversationState, Session, SessionStatus } from "../../api/types";

export const TABS = ["sessions", "conversations", "attention", "agents", "jobs"] as const;
export type Tab = (typeof TABS)[number];

export const STATUSES: readonly SessionStatus[] = ["waiting", "active", "paused", "inactive", "ended", "error"];
export const STATES: readonly ConversationState[] = ["active", "inactive", "closed"];

export interface Filter {
  readonly status: readonly SessionStatus[];
  readonly state: ConversationState | "";
  readonly owner: string;
  readonly queue: string;
  readonly service: string;
  readonly failed: boolean;
  readonly text: string;
}

export const EVERYTHING: Filter = { status: [], state: "", owner: "", queue: "", service: "", failed: false, text: "" };

const text = (value: unknown): string => (typeof value === "string" || typeof value === "number" ? String(value) : "");

/** Reads what stands in an address or a saved view; what is not understood is left out. */
export function readFilter(given: Readonly<Record<string, unknown>>): Filter {
  const status = Array.isArray(given["status"]) ? given["status"] : [given["status"]];
  const state = text(given["state"]);
  return {
    status: STATUSES.filter((one) => status.includes(one)),
    state: STATES.find((one) => one === state) ?? "",
    owner: text(given["owner"]),
    queue: text(given["queue"]),
    service: text(given["service"]),
    failed: given["failed"] === true,
    text: text(given["text"]),
  };
}

export const readTab = (given: unknown): Tab => TABS.find((tab) => tab === given) ?? "sessions";

/** The filter without what it leaves open: what an address and a saved view hold. */
export function bare(filter: Filter): Partial<Filter> {
  return Object.fromEntries(
    Object.entries(filter).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : Boolean(value))),
  );
}

export const isEverything = (filter: Filter): boolean => Object.keys(bare(filter)).length === 0;

/** The query of `/dwell/v1/Sessions`. */
export const sessionQuery = ({ status, owner, queue, service, failed }: Filter): FormFields => ({
  Status: status,
  Owner: owner || undefined,
  Queue: queue || undefined,
  ChatServiceSid: service || undefined,
  Failed: failed || undefined,
});

/** Sessions that are not over: what an act on all sessions means, unless statuses are chosen. */
const OPEN: readonly SessionStatus[] = ["waiting", "active", "paused", "inactive"];
/** How many conversations an act takes by their SIDs. */
export const LISTED_MAX = 1_000;

/**
 * What a bulk act on everything that matches says; null for a filter that an act does not know: a text and errors are
 * looked for by this page, and an act takes conversations of one state at a time.
 */
export function bulkFilter(what: "session" | "conversation", filter: Filter): FormFields | null {
  if (filter.text !== "" || filter.failed) return null;
  if (what === "session") return sessionQuery(filter.status.length > 0 ? filter : { ...filter, status: OPEN });
  return filter.state ? { State: filter.state, ChatServiceSid: filter.service || undefined } : null;
}

const holds = (wanted: string, ...given: readonly (string | null | undefined)[]): boolean =>
  given.some((one) => one?.toLowerCase().includes(wanted));

/** Whether every word of `words` is somewhere in what the row shows. */
export function sessionHolds(session: Session, words: string): boolean {
  const { conversation: c } = session;
  const shown = [c.friendly_name, c.unique_name, c.customer, c.last_message?.body, session.reason, session.owner];
  const named = [session.queue, session.conversation_sid, session.sid];
  return wordsOf(words).every((word) => holds(word, ...shown, ...named));
}

export const conversationHolds = (c: Conversation, words: string): boolean =>
  wordsOf(words).every((word) => holds(word, c.friendly_name, c.unique_name, c.sid));

const wordsOf = (words: string): readonly string[] => words.toLowerCase().split(/\s+/).filter(Boolean);
