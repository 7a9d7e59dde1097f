import { useVirtualizer } from "@tanstack/react-virtual";
import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { post } from "../../api/client";
import { useLiveEvent } from "../../api/live";
import type { Message, Session } from "../../api/types";
import { showTime } from "../../time/format";
import { ErrorNotice, Loading } from "../../ui/notices";
import { Bubble, type BubbleSide, OutgoingBubble } from "./Bubble";
import { useAgents, useLifecycle, useLogs, useMe, useParticipants } from "./data";
import { useMessages } from "./messages";
import { isSentAs, type Outgoing, useOutgoing } from "./outbox";
import { happenings, type Item, weave } from "./timeline";

const ESTIMATE_PX = 64;
/** So near the first message, in items, older ones are asked for. */
const READ_AHEAD = 8;
const END_PX = 60;
const TYPING_SHOWN_MS = 6_000;

const dayText = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

type Shown = Item | { readonly kind: "outgoing"; readonly key: string; readonly one: Outgoing };

/** Who is typing in a conversation just now, the person aside. */
function useTyping(conversation: string, me: string): string | null {
  const [who, see] = useState<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useLiveEvent((event) => {
    if (event.type !== "typing" || event.conversation_sid !== conversation || event.identity === me) return;
    see(event.identity);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => see(null), TYPING_SHOWN_MS);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return who;
}

/** Tells the server how far the person has read, once for each new message, while the page is seen. */
function useReading(conversation: string, newest: number | undefined, isOn: boolean): void {
  const told = useRef(-1);
  useEffect(() => {
    const tell = (): void => {
      if (!isOn || newest === undefined || newest <= told.current || document.visibilityState !== "visible") return;
      told.current = newest;
      const path = `/dwell/v1/Conversations/${conversation}/Read`;
      post(path, { LastReadMessageIndex: newest }).catch(() => {
        told.current = -1;
      });
    };
    tell();
    document.addEventListener("visibilitychange", tell);
    return () => document.removeEventListener("visibilitychange", tell);
  }, [conversation, newest, isOn]);
}

interface Names {
  /** The identities of those on our side. */
  readonly ours: ReadonlySet<string>;
  readonly sideOf: (message: Message) => BubbleSide;
  readonly nameOf: (message: Message) => string;
}

/** Who wrote what: the person, colleagues, the system, or the customer. */
function useNames(sessions: readonly Session[]): Names {
  const me = useMe();
  const { data: agents } = useAgents(me.role !== "viewer");
  return useMemo(() => {
    const names = new Map((agents ?? []).map((one) => [one.identity, one.friendly_name]));
    const owners = sessions.flatMap((session) => (session.owner ? [session.owner] : []));
    const ours = new Set([me.identity, ...names.keys(), ...owners]);
    const customer = sessions[0]?.conversation.friendly_name;
    const sideOf = ({ author }: Message): BubbleSide => {
      if (author === me.identity) return "mine";
      if (author === null || author === "system") return "system";
      return ours.has(author) ? "ours" : "theirs";
    };
    return {
      ours,
      sideOf,
      nameOf: (message) => {
        const author = message.author ?? "system";
        const side = sideOf(message);
        if (side === "mine") return "You";
        if (side === "system") return "System";
        return names.get(author) ?? (side === "theirs" && customer ? customer : author);
      },
    };
  }, [agents, sessions, me.identity]);
}

/** How far the customer has read: the furthest of those who are not on our side. */
function useCustomerRead(conversation: string, ours: ReadonlySet<string>): number | null {
  const { data } = useParticipants(conversation);
  const marks = (data ?? [])
    .filter((one) => one.identity === null || !ours.has(one.identity))
    .flatMap((one) => (one.last_read_message_index === null ? [] : [one.last_read_message_index]));
  return marks.length === 0 ? null : Math.max(...marks);
}

interface Props {
  readonly conversation: string;
  /** The sessions of the conversation, the present one first. */
  readonly sessions: readonly Session[];
  /** Whether the person reads for the customer to know: their own conversation. */
  readonly marksRead: boolean;
  readonly scroller: RefObject<HTMLElement | null>;
}

/** Messages and what happened between them: windowed, the newest at the end, older ones as one scrolls up. */
export function Thread({ conversation, sessions, marksRead, scroller }: Props) {
  const me = useMe().identity;
  const { data, isPending, isError, error, refetch, loadOlder } = useMessages(conversation);
  const { data: lifecycle } = useLifecycle(conversation);
  const logs = useLogs(sessions);
  const outgoing = useOutgoing(conversation);
  const typing = useTyping(conversation, me);
  const { ours, sideOf, nameOf } = useNames(sessions);
  const read = useCustomerRead(conversation, ours);
  const service = sessions[0]?.chat_service_sid ?? "";
  const list = data?.list;
  const newest = list?.at(-1);
  useReading(conversation, newest?.index, marksRead);

  const items = useMemo((): readonly Shown[] => {
    if (!list) return [];
    const events = happenings(lifecycle?.history ?? [], logs);
    const pending = outgoing
      .filter((one) => one.author === me && !list.some((message) => isSentAs(message, one.id)))
      .map((one) => ({ kind: "outgoing" as const, key: one.id, one }));
    return [...weave(list, events, data?.older === null), ...pending];
  }, [list, data?.older, lifecycle?.history, logs, outgoing, me]);

  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ESTIMATE_PX,
    getItemKey: (index) => items[index]?.key ?? index,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: END_PX,
    overscan: 6,
    paddingStart: 12,
    paddingEnd: 12,
  });
  // The newest is read first; whoever is at the end stays there, whatever is put in before it.
  const follows = useRef(true);
  const total = virtual.getTotalSize();
  useLayoutEffect(() => {
    if (follows.current && items.length > 0 && total > 0) virtual.scrollToEnd();
  }, [items, total, virtual]);
  const onScroll = (): void => {
    const { scrollHeight = 0, clientHeight = 0, scrollTop = 0 } = scroller.current ?? {};
    follows.current = scrollHeight - clientHeight - scrollTop <= END_PX;
  };
  const shown = virtual.getVirtualItems();
  const first = shown[0]?.index ?? Number.POSITIVE_INFINITY;
  const wantsOlder = data?.older != null && first <= READ_AHEAD;
  useEffect(() => {
    if (wantsOlder) void loadOlder();
  }, [wantsOlder, loadOlder]);

  const heard = newest && sideOf(newest) === "theirs" ? `${nameOf(newest)}: ${newest.body ?? "a file"}` : "";

  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled with the keyboard */}
      <section ref={scroller} className="desk-thread" aria-label="Messages" tabIndex={0} onScroll={onScroll}>
        {isPending && <Loading what="Messages" />}
        {isError && <ErrorNotice error={error} onRetry={() => void refetch()} />}
        <div className="desk-thread-inner" style={{ height: total }}>
          {shown.map((at) => {
            const item = items[at.index];
            if (!item) return null;
            return (
              <div
                key={at.key}
                ref={virtual.measureElement}
                data-index={at.index}
                className="desk-item"
                style={{ transform: `translateY(${at.start}px)` }}
              >
                {item.kind === "message" && (
                  <Bubble
                    message={item.message}
                    side={sideOf(item.message)}
                    author={nameOf(item.message)}
                    service={service}
                    read={read}
                  />
                )}
                {item.kind === "outgoing" && <OutgoingBubble one={item.one} />}
                {item.kind === "day" && <p className="desk-day">{dayText.format(item.at)}</p>}
                {item.kind === "event" && (
                  <p className="desk-event">
                    <span>
                      {item.text}, <time dateTime={new Date(item.at).toISOString()}>{showTime(item.at)}</time>
                    </span>
                  </p>
                )}
              </div>
            );
          })}
        </div>
      </section>
      <p className="desk-typing" aria-live="polite">
        {typing && `${typing} is typing…`}
      </p>
      <div className="visually-hidden" aria-live="polite">
        {heard}
      </div>
    </>
  );
}
