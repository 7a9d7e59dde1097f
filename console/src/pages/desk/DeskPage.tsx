import "./desk.css";
import { useQueryClient } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { Session } from "../../api/types";
import { atLeast } from "../../session/session";
import { now } from "../../time/clock";
import { Empty, errorText } from "../../ui/notices";
import { useTitle } from "../../ui/page";
import { toast } from "../../ui/toasts";
import { isActing, isTaking, useActs, withdrawOffer } from "./acts";
import { ConversationPane } from "./ConversationPane";
import { useCounts, useList, useLiveLists, useMe } from "./data";
import { heedCustomer } from "./endings";
import { ListPane } from "./ListPane";
import { LIST_NAMES } from "./lists";
import { useResending } from "./outbox";
import { chime } from "./preferences";
import { HelpSheet, useKeys } from "./shortcuts";
import { isWished, wishFor, wishForList } from "./wishes";
import { nameOf, returnText } from "./words";

const route = getRouteApi("/desk");
const RETURN_SHOWN_MS = 10_000;

/** Gives the focus to the list: now, or when it has been read. */
function focusList(): void {
  const shown = document.querySelector<HTMLElement>(".desk-list");
  if (shown) shown.focus();
  else wishForList();
}

/** Gives the focus to what one writes in, or reads, of a conversation: now, or when it has been read. */
function focusConversation(conversation: string): void {
  wishFor(conversation);
  const shown = document.querySelector<HTMLElement>(`[data-conversation="${conversation}"] textarea`);
  if (shown && isWished(conversation)) shown.focus();
}

/** Returns that have been told of. */
const told = new Set<string>();

/** Whether the customer has come back with this change; of one that is not listed it is whether that was just now. */
function isBack({ sid, date_returned: at }: Session, before: Session | undefined): boolean {
  if (at === null || told.has(`${sid} ${at}`)) return false;
  told.add(`${sid} ${at}`);
  return before ? before.date_returned !== at : now() - Date.parse(at) < RETURN_SHOWN_MS;
}

/** Tells of customers who return and of conversations that one is given. */
function useNotices(open: (conversation: string) => void): void {
  const me = useMe().identity;
  useLiveLists((session: Session, before: Session | undefined) => {
    heedCustomer(session);
    if (isActing(session.conversation_sid)) return;
    const show = { label: "Open", onAct: () => open(session.conversation_sid) };
    const isMine = session.owner === me;
    if (isBack(session, before) && (isMine || before?.owner === me)) {
      withdrawOffer(session.conversation_sid);
      toast(`${returnText(session, now())}${isMine ? "" : ", and waits in the queue"}.`, show, RETURN_SHOWN_MS);
      chime();
    } else if (session.status === "active" && isMine && before && before.owner !== me && !isTaking()) {
      toast(`${nameOf(session)} is yours now.`, show, RETURN_SHOWN_MS);
      chime();
    }
  });
}

function useTakeNext(open: (conversation: string) => void): () => Promise<void> {
  const { takeNext } = useActs();
  return async () => {
    try {
      const session = await takeNext();
      if (session) open(session.conversation_sid);
      else toast("Nobody is waiting for you.");
    } catch (error) {
      toast(errorText(error));
    }
  };
}

/** The desk of a rep: the lists, and the open conversation. */
export function DeskPage() {
  const me = useMe();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { list = "active", open } = route.useSearch();
  const { data: counts } = useCounts();
  // What is mine is always known: who returns is told of wherever one looks.
  useList("active");
  useList("inactive");
  const { rows } = useList(list);
  const [helps, help] = useState(false);
  const takesWork = atLeast(me.role, "agent");
  useTitle(counts?.mine_active ? `(${counts.mine_active}) Desk` : "Desk");

  const show = (conversation: string | undefined, isForWork = false): void => {
    if (conversation && isForWork) focusConversation(conversation);
    void navigate({ to: "/desk", search: { list, ...(conversation ? { open: conversation } : {}) } }).then(() => {
      if (!conversation) focusList();
    });
  };
  const takeNext = useTakeNext((conversation) => {
    focusConversation(conversation);
    void navigate({ to: "/desk", search: { list: "active", open: conversation } });
  });
  const step = (by: number): void => {
    const at = rows.findIndex((row) => row.conversation_sid === open);
    const row = rows[at < 0 ? 0 : at + by];
    if (row) show(row.conversation_sid);
  };
  const toList = (at: number) => (): void => {
    const name = LIST_NAMES[at];
    if (!name) return;
    if (name === list) focusList();
    else {
      wishForList();
      void navigate({ to: "/desk", search: { list: name, ...(open ? { open } : {}) } });
    }
  };

  useNotices((conversation) => show(conversation));
  useResending(me.identity);
  // Whoever comes back to the desk sees what is, not what was.
  useEffect(() => void queries.invalidateQueries({ queryKey: ["desk"] }), [queries]);
  useKeys({
    "1": toList(0),
    "2": toList(1),
    "3": toList(2),
    j: () => step(1),
    k: () => step(-1),
    n: takesWork ? () => void takeNext() : undefined,
    "?": () => help(true),
  });

  return (
    <div className={open ? "desk has-open" : "desk"}>
      <ListPane
        list={list}
        open={open}
        takesWork={takesWork}
        onOpen={show}
        onTakeNext={() => void takeNext()}
        onHelp={() => help(true)}
      />
      {open ? (
        <ConversationPane key={open} conversation={open} onBack={() => show(undefined)} onToList={focusList} />
      ) : (
        <div className="desk-none">
          <Empty title="Choose a conversation from the list.">
            {takesWork && (
              <span>
                <kbd>n</kbd> takes the next from the queue, <kbd>?</kbd> shows every shortcut.
              </span>
            )}
          </Empty>
        </div>
      )}
      {helps && <HelpSheet onClose={() => help(false)} />}
    </div>
  );
}
