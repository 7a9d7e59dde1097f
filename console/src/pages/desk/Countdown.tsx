import { useEffect, useState } from "react";
import type { Session } from "../../api/types";
import { useClock } from "../../time/clock";
import { isUrgent } from "../../time/countdown";
import { showExact } from "../../time/format";
import { Icon } from "../../ui/icons";
import { type Deadline, deadlines, deadlineText } from "./words";

function One({ deadline }: { readonly deadline: Deadline }) {
  const text = useClock((now) => deadlineText(deadline, now));
  const urgent = useClock((now) => isUrgent(deadline.due, now));
  return (
    <span className={urgent ? "desk-countdown urgent" : "desk-countdown"} title={showExact(deadline.due)}>
      {text}
    </span>
  );
}

export const isHeld = (session: Session): boolean => session.held || session.conversation.held;

/** The next deadline of a session, or all that lie ahead; or that its clocks stand still. */
export function Countdown({ session, showsAll = false }: { readonly session: Session; readonly showsAll?: boolean }) {
  if (isHeld(session)) {
    return (
      <span className="desk-countdown held">
        <Icon name="pause" />
        held
      </span>
    );
  }
  const ahead = deadlines(session);
  return (showsAll ? ahead : ahead.slice(0, 1)).map((deadline) => <One key={deadline.to} deadline={deadline} />);
}

const LAST_MINUTE = { inactive: "becomes inactive", closed: "closes" } as const;

/** Says once, without interrupting, that the last minute before a deadline has begun. */
export function LastMinute({ session, name }: { readonly session: Session; readonly name: string }) {
  const [said, say] = useState("");
  const next = deadlines(session)[0];
  const isNear = useClock((now) => next !== undefined && next.due > now && isUrgent(next.due, now));
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
