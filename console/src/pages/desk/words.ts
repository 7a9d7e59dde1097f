/** What the desk says about sessions, in words. Pure. */
import type { ConversationState, Message, Session } from "../../api/types";
import { ago, countdown } from "../../time/countdown";
import type { Tone } from "../../ui/notices";

/** How the customer is called. */
export function nameOf(session: Session): string {
  const { friendly_name, customer, unique_name } = session.conversation;
  return friendly_name || customer || unique_name || session.conversation_sid;
}

const STATUS: Readonly<Record<Session["status"], readonly [string, Tone]>> = {
  waiting: ["Waiting", "info"],
  active: ["Active", "good"],
  paused: ["Inactive", "warn"],
  inactive: ["Inactive", "warn"],
  ended: ["Ended", "quiet"],
  error: ["Failed", "bad"],
};

export const statusWords = (session: Session): { readonly text: string; readonly tone: Tone } => {
  const [text, tone] = STATUS[session.status];
  return { text, tone };
};

/** A deadline that lies ahead of a conversation. */
export interface Deadline {
  readonly to: ConversationState;
  /** Milliseconds since the epoch. */
  readonly due: number;
}

/** What will happen to the conversation, soonest first; nothing while it is held. */
export function deadlines(session: Session): readonly Deadline[] {
  const { held, forecast, armed } = session.conversation;
  if (held || session.held) return [];
  if (forecast.length > 0) return forecast.map(({ to, at }) => ({ to, due: Date.parse(at) }));
  return armed ? [{ to: armed.timer === "closed" ? "closed" : "inactive", due: Date.parse(armed.due) }] : [];
}

const BECOMES: Readonly<Partial<Record<ConversationState, string>>> = { inactive: "inactive", closed: "closes" };

/** "inactive in 3:12", "closes in 23 h". */
export function deadlineText({ to, due }: Deadline, now: number): string {
  const left = countdown(due, now);
  return `${BECOMES[to] ?? to} ${left === "now" ? "now" : `in ${left}`}`;
}

/** One line: what happens when the customer writes. */
export function onReturnLine(session: Session, me: string): string {
  const { status, owner, on_return, conversation } = session;
  const whom = owner === me ? "you" : (owner ?? "whoever is free");
  switch (status) {
    case "waiting":
      return "Nobody has it yet. What the customer writes is kept here until somebody takes it.";
    case "active":
      return on_return === "queue"
        ? "If it becomes inactive and the customer writes, it goes to whoever is free."
        : `If it becomes inactive and the customer writes, it comes back to ${whom}.`;
    case "paused":
      return `When the customer writes, it comes back to ${whom}.`;
    case "inactive":
      return "When the customer writes, it goes to whoever is free.";
    default:
      return conversation.state === "closed"
        ? "This conversation is closed for good. When the customer writes, a new one begins."
        : "When the customer writes, a new session begins in the queue.";
  }
}

/** "Grace wrote again: this became inactive 2 h ago (no answer)". */
export function returnText(session: Session, now: number): string {
  const when = session.date_inactive ? ` ${ago(Date.parse(session.date_inactive), now)}` : "";
  const why = session.reason ? ` (${session.reason})` : "";
  return `${nameOf(session)} wrote again: this became inactive${when}${why}`;
}

export type Delivered = { readonly text: string; readonly tone: "quiet" | "bad" };

/** What became of a message of ours; null when nothing is known. `read` is how far the customer has read. */
export function deliveryOf(message: Message, read: number | null): Delivered | null {
  const { delivery } = message;
  if (delivery) {
    const lost = delivery.failed !== "none" || delivery.undelivered !== "none";
    const some = delivery.total > 1 && delivery.failed !== "all" && delivery.undelivered !== "all";
    if (lost) return { text: some ? "Not delivered to everybody" : "Not delivered", tone: "bad" };
  }
  if (delivery?.read === "all" || (read !== null && read >= message.index)) return { text: "Read", tone: "quiet" };
  if (!delivery) return null;
  if (delivery.delivered === "all") return { text: "Delivered", tone: "quiet" };
  return { text: delivery.sent === "all" ? "Sent" : "Sending", tone: "quiet" };
}
