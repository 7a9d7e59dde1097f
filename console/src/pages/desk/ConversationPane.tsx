import { type ReactNode, useEffect, useRef, useState } from "react";
import type { Session } from "../../api/types";
import { useNow } from "../../time/clock";
import { ago } from "../../time/countdown";
import { Button } from "../../ui/buttons";
import { Empty, ErrorNotice, errorText, Loading } from "../../ui/notices";
import { toast } from "../../ui/toasts";
import { undoLast, useActs } from "./acts";
import { Composer } from "./Composer";
import { isHeld } from "./Countdown";
import { useMe, useSessionsOf } from "./data";
import { ExtendDialog, PartDialog, TransferDialog } from "./dialogs";
import { takeBack, useIsEnding } from "./endings";
import { type May, mayDo } from "./may";
import { type Asking, PaneHead } from "./PaneHead";
import { useKeys } from "./shortcuts";
import { Thread } from "./Thread";
import { isWished, wishFor } from "./wishes";

interface FootProps {
  readonly session: Session;
  readonly may: May;
  readonly me: string;
  readonly isEnding: boolean;
  readonly onReopen: () => void;
  readonly onAccept: () => void;
  readonly children: ReactNode;
}

/** Below the messages: where one writes, or why one does not and the one act that changes that. */
function Foot({ session, may, me, isEnding, onReopen, onAccept, children }: FootProps) {
  const now = useNow();
  const { status, owner, conversation, date_inactive: parked } = session;
  if (isEnding) {
    return (
      <div className="desk-foot" role="status">
        <span>Ending in a few seconds. Nothing has been sent yet.</span>
        <Button onPress={() => takeBack(session.conversation_sid)}>Undo</Button>
      </div>
    );
  }
  if (may.reply) return children;
  const isParked = status === "paused" || status === "inactive";
  if (isParked) {
    const when = parked ? ` ${ago(Date.parse(parked), now)}` : "";
    return (
      <div className="desk-foot">
        <span>
          Became inactive{when}
          {session.reason && ` (${session.reason})`}. You can read, not write.
        </span>
        {may.reopen && (
          <Button look="primary" onPress={onReopen}>
            Reopen and write
          </Button>
        )}
      </div>
    );
  }
  const texts: Readonly<Partial<Record<Session["status"], string>>> = {
    waiting: "Nobody has this conversation yet.",
    active: `${owner === null || owner === me ? "Somebody" : owner} has this conversation. You can read, not write.`,
  };
  const over = conversation.state === "closed" ? "This conversation is closed for good." : "This session has ended.";
  return (
    <div className="desk-foot">
      <span>{texts[status] ?? over}</span>
      {may.accept && (
        <Button look="primary" onPress={onAccept}>
          {status === "waiting" ? "Accept" : "Begin a new session"}
        </Button>
      )}
    </div>
  );
}

interface OpenProps {
  readonly session: Session;
  readonly sessions: readonly Session[];
  readonly onBack: () => void;
  readonly onToList: () => void;
}

function OpenConversation({ session, sessions, onBack, onToList }: OpenProps) {
  const me = useMe();
  const acts = useActs();
  const may = mayDo(session, me);
  const isEnding = useIsEnding(session.conversation_sid);
  const [asking, ask] = useState<Asking | null>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const thread = useRef<HTMLElement>(null);
  const { conversation_sid: conversation } = session;
  const runAndWrite = async (act: "Accept" | "Reopen"): Promise<void> => {
    wishFor(conversation);
    if (!(await acts.tryRun(session, act))) isWished(conversation);
  };
  // Where one writes asks first; what cannot be written in is read.
  useEffect(() => {
    if (isWished(conversation)) thread.current?.focus();
  }, [conversation]);
  const onInactive = (): void => {
    acts.inactivate(session).catch((error: unknown) => toast(errorText(error)));
  };
  const reopen = (): void => void runAndWrite("Reopen");
  const accept = (): void => void runAndWrite("Accept");
  const isIdle = !isEnding;

  useKeys({
    a: may.accept ? accept : undefined,
    r: may.reply ? () => field.current?.focus() : may.reopen ? reopen : undefined,
    i: may.inactivate && isIdle ? onInactive : undefined,
    t: may.inactivate && isIdle ? () => ask("tell") : undefined,
    e: may.end && isIdle ? () => acts.end(session) : undefined,
    h: may.handle && isIdle ? () => void acts.tryRun(session, isHeld(session) ? "Release" : "Hold") : undefined,
    z: undoLast,
    Escape: onToList,
  });

  const dialog = { session, acts, me: me.identity, onClose: () => ask(null) };
  return (
    <section className="desk-pane" aria-label="Conversation" data-conversation={conversation}>
      <PaneHead
        session={session}
        may={may}
        acts={acts}
        me={me.identity}
        isEnding={isEnding}
        onAsk={ask}
        onInactive={onInactive}
        onBack={onBack}
      />
      <Thread
        conversation={session.conversation_sid}
        sessions={sessions}
        marksRead={session.owner === me.identity && session.status === "active"}
        scroller={thread}
      />
      <Foot session={session} may={may} me={me.identity} isEnding={isEnding} onReopen={reopen} onAccept={accept}>
        <Composer session={session} field={field} onLeave={() => thread.current?.focus()} />
      </Foot>
      {(asking === "tell" || asking === "inactive" || asking === "end") && <PartDialog kind={asking} {...dialog} />}
      {asking === "extend" && <ExtendDialog {...dialog} />}
      {asking === "transfer" && <TransferDialog {...dialog} />}
    </section>
  );
}

interface Props {
  readonly conversation: string;
  readonly onBack: () => void;
  readonly onToList: () => void;
}

/** The open conversation. */
export function ConversationPane({ conversation, onBack, onToList }: Props) {
  const { data: sessions, isPending, isError, error, refetch } = useSessionsOf(conversation);
  if (isPending) return <Loading what="Conversation" />;
  if (isError) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  const session = sessions[0];
  if (!session) {
    return (
      <Empty title="Nobody has worked on this conversation.">
        <Button onPress={onBack}>Back to the list</Button>
      </Empty>
    );
  }
  return <OpenConversation session={session} sessions={sessions} onBack={onBack} onToList={onToList} />;
}
