import { useEffect, useState } from "react";
import type { Session } from "../../api/types";
import { useNow } from "../../time/clock";
import { isUrgent } from "../../time/countdown";
import { showExact } from "../../time/format";
import { Icon } from "../../ui/icons";
import { type Deadline, deadlines, deadlineText } from "./words";

function One({ deadline, now }: { readonly deadline: Deadline; readonly now: number }) {
  return (
    <span
      className={isUrgent(deadline.due, now) ? "desk-countdown urgent" : "desk-countdown"}
      title={showExact(deadline.due)}
    >
      {deadlineText(deadline, now)}
    </span>
  );
}

export const isHeld = (session: Session): boolean => session.held || session.conversation.held;

/** The next deadline of a session, or all that lie ahead; or that its clocks stand still. */
export function Countdown({ session, showsAll = false }: { readonly session: Session; readonly showsAll?: boolean }) {
  const now = useNow();
  if (isHeld(session)) {
    return (
      <span className="desk-countdown held">
        <Icon name="pause" />
        held
      </span>
    );
  }
  const ahead = deadlines(session);
  return (showsAll ? ahead : ahead.slice(0, 1)).map((deadline) => (
    <One key={deadline.to} deadline={deadline} now={now} />
  ));
}

const LAST_MINUTE = { inactive: "becomes inactive", closed: "closes" } as const;

/** Says once, without interrupting, that the last minute before a deadline has begun. */
export function LastMinute({ session, name }: { readonly session: Session; readonly name: string }) {
  const now = useNow();
  const [said, say] = useState("");
  const next = deadlines(session)[0];
  const isNear = next !== undefined && next.due > now && isUrgent(next.due, now);
  const what = next?.to === "closed" ? LAST_MINUTE.closed : LAST_MINUTE.inactive;
  useEffect(() => {
    say(isNear ? `The conversation with ${name} ${what} in less than a minute.` : "");
  }, [isNear, name, what]);
  return (
    <div className="visually-hidden" aria-live="polite">
      {said}
    </div>
  );
}
