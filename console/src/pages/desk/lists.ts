/** The three lists of the desk: what belongs in which, and how a changed session moves between them. Pure. */
import type { InfiniteData } from "@tanstack/react-query";
import type { Page } from "../../api/paging";
import type { Session, SessionStatus } from "../../api/types";

/** Sessions that are asked for at once. */
const PAGE_SIZE = 200;

export type ListName = "active" | "inactive" | "queue";

interface ListKind {
  readonly label: string;
  readonly statuses: readonly SessionStatus[];
  readonly isMine: boolean;
  readonly order: "updated" | "waiting";
  readonly empty: string;
}

export const LISTS: Readonly<Record<ListName, ListKind>> = {
  active: {
    label: "Mine active",
    statuses: ["active"],
    isMine: true,
    order: "updated",
    empty: "You have no active conversations.",
  },
  inactive: {
    label: "Mine inactive",
    statuses: ["paused", "inactive"],
    isMine: true,
    order: "updated",
    empty: "Nobody you wait for. Customers that you mark inactive are listed here until they write or the day is over.",
  },
  queue: { label: "Queue", statuses: ["waiting"], isMine: false, order: "waiting", empty: "Nobody is waiting." },
};

export const LIST_NAMES = Object.keys(LISTS) as readonly ListName[];

export type Pages = InfiniteData<Page<Session>, string>;

/** Path of the first page of a list, for somebody with the identity `me`. */
export function listPath(list: ListName, me: string): string {
  const { statuses, isMine, order } = LISTS[list];
  const query = new URLSearchParams(statuses.map((status) => ["Status", status]));
  if (isMine) query.set("Owner", me);
  query.set("Order", order);
  query.set("PageSize", String(PAGE_SIZE));
  return `/dwell/v1/Sessions?${query}`;
}

type Place = Pick<Session, "status" | "owner">;

export function belongs(list: ListName, me: string, session: Place): boolean {
  const { statuses, isMine } = LISTS[list];
  return statuses.includes(session.status) && (!isMine || session.owner === me);
}

/** The list with a session as it is now: renewed, moved to the top, or taken out. What is older than known is ignored. */
export function place(pages: Pages, list: ListName, me: string, session: Session): Pages {
  const known = pages.pages.flatMap((page) => page.items).find((one) => one.sid === session.sid);
  if (known && known.revision > session.revision) return pages;
  const stays = belongs(list, me, session);
  if (!known && (!stays || isBeyond(pages, list, session))) return pages;
  const isInPlace = stays && known?.date_updated === session.date_updated;
  const changed = pages.pages.map((page, at) => {
    const others = isInPlace
      ? page.items.map((one) => (one.sid === session.sid ? session : one))
      : page.items.filter((one) => one.sid !== session.sid);
    return { ...page, items: stays && !isInPlace && at === 0 ? [session, ...others] : others };
  });
  return { ...pages, pages: changed };
}

/** Whether it has its place on a page of the list that is not there yet. */
function isBeyond({ pages }: Pages, list: ListName, session: Session): boolean {
  const last = pages.at(-1);
  if (LISTS[list].order === "updated" || !last?.next) return false;
  return last.items.every((one) => waitingSince(one) < waitingSince(session));
}

const waitingSince = (session: Session): number => Date.parse(session.date_waiting ?? session.date_created);

/** What the list shows, each session once: the queue with who waits longest first, the others as they came. */
export function rowsOf(list: ListName, pages: readonly Page<Session>[] = []): readonly Session[] {
  const unique = new Map<string, Session>();
  for (const page of pages) {
    for (const session of page.items) if (!unique.has(session.sid)) unique.set(session.sid, session);
  }
  const rows = [...unique.values()];
  return list === "queue" ? byWaiting(rows) : rows;
}

const byWaiting = (sessions: readonly Session[]): Session[] =>
  [...sessions].sort((a, b) => waitingSince(a) - waitingSince(b));
