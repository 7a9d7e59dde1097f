import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { Session } from "../../api/types";
import { useNow } from "../../time/clock";
import { ago } from "../../time/countdown";
import { showExact } from "../../time/format";
import { Chip, Empty, ErrorNotice, Loading } from "../../ui/notices";
import { Countdown } from "./Countdown";
import { useList, useMe } from "./data";
import { useIsEnding } from "./endings";
import { LISTS, type ListName } from "./lists";
import { isListWished } from "./wishes";
import { nameOf } from "./words";

const ROW_PX = 78;
/** How near the end of what is there more is asked for, in rows. */
const READ_AHEAD = 30;

function When({ session, list }: { readonly session: Session; readonly list: ListName }) {
  const now = useNow();
  const last = session.conversation.last_message?.date_created;
  const [at, what] =
    list === "queue" ? [session.date_waiting, "waiting since"] : [last ?? session.date_updated, "last message"];
  if (!at) return null;
  const text = ago(Date.parse(at), now);
  return (
    <time dateTime={at} title={`${what} ${showExact(at)}`}>
      {list === "queue" ? text.replace(" ago", "") : text}
    </time>
  );
}

function preview(session: Session, me: string): string {
  const last = session.conversation.last_message;
  if (!last) return "No messages yet";
  const who = last.author === me ? "You: " : last.side === "agent" ? `${last.author}: ` : "";
  return who + (last.body ?? "A file");
}

interface RowProps {
  readonly session: Session;
  readonly list: ListName;
}

function Row({ session, list }: RowProps) {
  const me = useMe().identity;
  const isEnding = useIsEnding(session.conversation_sid);
  const waits = list === "active" && session.conversation.last_message?.side === "customer";
  return (
    <>
      <span className="desk-row-name">
        {waits && <span className="desk-dot" role="img" aria-label="Waits for your answer" />}
        <strong>{nameOf(session)}</strong>
        <span className="desk-row-when">
          <When session={session} list={list} />
        </span>
      </span>
      <span className="desk-row-text">{preview(session, me)}</span>
      <span className="desk-row-foot">
        {isEnding ? (
          <Chip>Ending</Chip>
        ) : (
          <>
            {list !== "queue" && <Countdown session={session} />}
            {list === "inactive" && session.reason && <span className="desk-row-reason">{session.reason}</span>}
            {list === "queue" && session.queue && <Chip>{session.queue}</Chip>}
            {list === "queue" && session.date_returned && <Chip tone="info">returned</Chip>}
            <span className="desk-row-channel">{session.conversation.channel_type ?? "chat"}</span>
          </>
        )}
      </span>
    </>
  );
}

interface Props {
  readonly list: ListName;
  readonly open: string | undefined;
  /** Opens a conversation; `isForWork` when the focus shall go along. */
  readonly onOpen: (conversation: string, isForWork: boolean) => void;
}

/** One list, windowed: only what is seen is there. Arrows choose, Enter opens. */
export function SessionList({ list, open, onOpen }: Props) {
  const { rows, isPending, isError, error, refetch, hasNextPage, isFetchingNextPage, fetchNextPage } = useList(list);
  const scroller = useRef<HTMLDivElement>(null);
  const id = useId();
  const [active, choose] = useState<string | null>(null);
  // What is opened elsewhere is where the keys go on from.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is the opening that matters
  useEffect(() => choose(null), [open]);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    getItemKey: (index) => rows[index]?.sid ?? index,
    overscan: 8,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  const wantsMore = hasNextPage && !isFetchingNextPage && last >= rows.length - READ_AHEAD;
  useEffect(() => {
    if (wantsMore) void fetchNextPage();
  }, [wantsMore, fetchNextPage]);

  const isThere = rows.length > 0;
  useEffect(() => {
    if (isThere && isListWished()) scroller.current?.focus();
  }, [isThere]);

  if (isPending) return <Loading what="Conversations" />;
  if (isError && rows.length === 0) return <ErrorNotice error={error} onRetry={() => void refetch()} />;
  if (rows.length === 0) return <Empty title={LISTS[list].empty} />;

  const opened = rows.findIndex((row) => row.conversation_sid === open);
  const chosen = rows.findIndex((row) => row.sid === active);
  const at = chosen >= 0 ? chosen : opened;
  const go = (to: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, to))];
    if (!row) return;
    choose(row.sid);
    virtual.scrollToIndex(rows.indexOf(row));
  };
  const perPage = Math.max(1, Math.floor((scroller.current?.clientHeight ?? ROW_PX) / ROW_PX) - 1);
  const onKeyDown = (event: KeyboardEvent): void => {
    const moves: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + perPage,
      PageUp: at - perPage,
      Home: 0,
      End: rows.length - 1,
    };
    const to = moves[event.key];
    const row = rows[at];
    if (to !== undefined) go(to);
    else if (event.key === "Enter" && row) onOpen(row.conversation_sid, true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const idOf = (index: number): string => `${id}-${index}`;
  const isShown = items.some((item) => item.index === at);

  return (
    <div
      ref={scroller}
      className="desk-list"
      role="listbox"
      tabIndex={0}
      aria-label={LISTS[list].label}
      onKeyDown={onKeyDown}
      onFocus={() => at < 0 && choose(rows[0]?.sid ?? null)}
      {...(isShown ? { "aria-activedescendant": idOf(at) } : {})}
    >
      <div role="presentation" className="desk-list-inner" style={{ height: virtual.getTotalSize() }}>
        {items.map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            // biome-ignore lint/a11y/useFocusableInteractive: the listbox has the focus and names the active option
            // biome-ignore lint/a11y/useKeyWithClickEvents: the listbox hears the keys
            <div
              key={item.key}
              id={idOf(item.index)}
              className="desk-row"
              role="option"
              aria-selected={row.conversation_sid === open}
              aria-setsize={hasNextPage ? -1 : rows.length}
              aria-posinset={item.index + 1}
              data-active={item.index === at}
              data-session={row.sid}
              style={{ height: item.size, transform: `translateY(${item.start}px)` }}
              onClick={() => {
                choose(row.sid);
                onOpen(row.conversation_sid, false);
              }}
            >
              <Row session={row} list={list} />
            </div>
          );
        })}
      </div>
    </div>
  );
}
