/** What stands in the cells of the long lists. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Conversation, ConversationState, Forecast, Session, SessionStatus } from "../../api/types";
import { useClock, useNow } from "../../time/clock";
import { ago, countdown, isUrgent } from "../../time/countdown";
import { showExact } from "../../time/format";
import { Chip, type Tone } from "../../ui/notices";

export const STATUS_LABELS: Readonly<Record<SessionStatus, string>> = {
  waiting: "Waiting",
  active: "Active",
  paused: "Paused",
  inactive: "Inactive",
  ended: "Ended",
  error: "Failed",
};

const STATUS_TONES: Readonly<Record<SessionStatus, Tone>> = {
  waiting: "info",
  active: "good",
  paused: "warn",
  inactive: "warn",
  ended: "quiet",
  error: "bad",
};

const STATE_TONES: Readonly<Record<ConversationState, Tone>> = {
  initializing: "info",
  active: "good",
  inactive: "warn",
  closed: "quiet",
};

export const StatusChip = ({ status }: { readonly status: SessionStatus }) => (
  <Chip tone={STATUS_TONES[status]}>{STATUS_LABELS[status]}</Chip>
);

export const StateChip = ({ state }: { readonly state: ConversationState }) => (
  <Chip tone={STATE_TONES[state]}>{state.charAt(0).toUpperCase() + state.slice(1)}</Chip>
);

/** "4 min ago", with the instant behind it. */
export function Ago({ at }: { readonly at: string | null }) {
  const now = useNow();
  if (!at) return <span className="soft">—</span>;
  return (
    <time dateTime={at} title={showExact(at)}>
      {ago(Date.parse(at), now)}
    </time>
  );
}

/** What happens next, and when. */
export function Next({ forecast, isHeld }: { readonly forecast: readonly Forecast[]; readonly isHeld?: boolean }) {
  const next = forecast[0];
  const due = next ? Date.parse(next.at) : 0;
  const left = useClock((now) => countdown(due, now));
  const urgent = useClock((now) => isUrgent(due, now));
  if (isHeld) return <span className="soft">held</span>;
  if (!next) return <span className="soft">—</span>;
  return (
    <time dateTime={next.at} title={showExact(next.at)} className={urgent ? "supervisor-urgent" : undefined}>
      {next.to} {left === "now" ? left : `in ${left}`}
    </time>
  );
}

export const sessionName = ({ conversation: c, conversation_sid }: Session): string =>
  c.friendly_name || c.customer || c.unique_name || conversation_sid;

export const conversationName = (c: Conversation): string => c.friendly_name || c.unique_name || c.sid;

interface NameProps {
  readonly sid: string;
  readonly name: string;
  readonly children?: ReactNode;
}

/** Name and one line below it; the name leads to the conversation. Enter on the row does the same. */
export const NameCell = ({ sid, name, children }: NameProps) => (
  <>
    <Link to="/conversations/$conversationSid" params={{ conversationSid: sid }} tabIndex={-1} preload={false}>
      {name}
    </Link>
    <span className="soft small">{children}</span>
  </>
);
