/** What somebody may do with a session as it stands: only to hide what the server would refuse. Pure. */
import type { PersonRole, Session, Switches } from "../../api/types";
import { atLeast } from "../../session/session";

export interface Me {
  readonly identity: string;
  readonly role: PersonRole;
  readonly permissions: Switches;
}

export interface May {
  readonly accept: boolean;
  readonly reply: boolean;
  readonly inactivate: boolean;
  readonly end: boolean;
  readonly reopen: boolean;
  /** Hold, release, extend, transfer. */
  readonly handle: boolean;
}

const NOTHING: May = { accept: false, reply: false, inactivate: false, end: false, reopen: false, handle: false };

export function mayDo(session: Session, { identity, role, permissions }: Me): May {
  if (!atLeast(role, "agent")) return NOTHING;
  const { status } = session;
  const isOver = status === "ended" || status === "error";
  if (isOver) return { ...NOTHING, accept: session.conversation.state !== "closed" };
  const owns = session.owner === identity;
  const handles = owns || atLeast(role, "supervisor");
  const isParked = status === "paused" || status === "inactive";
  return {
    accept: status === "waiting",
    reply: handles && status === "active",
    inactivate: handles && status === "active" && permissions.can_inactivate,
    end: owns ? permissions.can_end : handles && permissions.can_end_others,
    reopen: isParked && handles,
    handle: handles,
  };
}
