/** The rows of the long lists: read page by page, and kept up to date by the live stream. */
import { type QueryClient, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { encode, get } from "../../api/client";
import { useLiveEvent } from "../../api/live";
import { page } from "../../api/paging";
import type { Conversation, Session } from "../../api/types";
import { conversationHolds, type Filter, sessionHolds, sessionQuery } from "./filter";
import { mergeHead, type Pages, replaceItems } from "./merge";

const SESSIONS_PAGE = 500;
const CONVERSATIONS_PAGE = 100;
/** A text is looked for in this many rows at most: the server has no search for it. */
export const TEXT_ROWS_MAX = 20_000;
/** Changes that come within this time are fetched together. */
const GATHER_MS = 250;
/** So many changes are fetched one by one; after more, the list is read anew. */
const PATCHED_MAX = 100;

export interface Rows<T> {
  /** Those that match, as far as they are loaded. */
  readonly items: readonly T[];
  /** How many were loaded, with those that the text hides. */
  readonly loaded: number;
  readonly hasMore: boolean;
  readonly isPending: boolean;
  readonly isLoadingMore: boolean;
  readonly error: unknown;
  readonly more: () => void;
  readonly retry: () => void;
}

function useRows<T>(
  key: readonly unknown[],
  first: string,
  words: string,
  holds: (item: T, words: string) => boolean,
): Rows<T> {
  const { data, error, hasNextPage, isPending, isFetchingNextPage, fetchNextPage, refetch } = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => page<T>(pageParam, signal),
    initialPageParam: first,
    getNextPageParam: (last) => last.next,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const loaded = useMemo(() => data?.pages.flatMap((one) => one.items) ?? [], [data]);
  const items = useMemo(() => (words ? loaded.filter((item) => holds(item, words)) : loaded), [loaded, words, holds]);
  const more = (): void => {
    if (hasNextPage && !isFetchingNextPage && !error) void fetchNextPage();
  };
  const isSearching = words !== "" && loaded.length < TEXT_ROWS_MAX;
  useEffect(() => {
    if (isSearching && hasNextPage && !isFetchingNextPage && !error) void fetchNextPage();
  }, [isSearching, hasNextPage, isFetchingNextPage, error, fetchNextPage]);
  return {
    items,
    loaded: loaded.length,
    hasMore: hasNextPage,
    isPending,
    isLoadingMore: isFetchingNextPage,
    error,
    more,
    retry: () => void refetch(),
  };
}

/** Gathers what changed and calls `act` with all of it. */
function useGathered(act: (sids: ReadonlySet<string>) => void): (sid: string) => void {
  const gathered = useRef(new Set<string>());
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  });
  return (sid) => {
    if (gathered.current.size === 0) {
      setTimeout(() => {
        const sids = gathered.current;
        gathered.current = new Set();
        latest.current(sids);
      }, GATHER_MS);
    }
    gathered.current.add(sid);
  };
}

/** The first page of the sessions of a filter. */
const sessionsPath = (filter: Filter, size: number): string =>
  `/dwell/v1/Sessions?${encode({ ...sessionQuery(filter), PageSize: size })}`;

/** Sessions, those that changed last first. */
export function useSessionRows(filter: Filter): Rows<Session> {
  const queries = useQueryClient();
  const first = sessionsPath(filter, SESSIONS_PAGE);
  const key = ["supervisor", "sessions", first];
  const renew = async (sids: ReadonlySet<string>): Promise<void> => {
    if (sids.size > PATCHED_MAX) return queries.invalidateQueries({ queryKey: key });
    const head = await page<Session>(sessionsPath(filter, PATCHED_MAX));
    queries.setQueryData<Pages<Session>>(key, (list) => list && mergeHead(list, head.items, sids));
  };
  const gather = useGathered((sids) => void renew(sids).catch(() => queries.invalidateQueries({ queryKey: key })));
  useLiveEvent((event) => {
    if (event.type === "session") gather(event.session_sid);
  });
  return useRows<Session>(key, first, filter.text, sessionHolds);
}

async function fetchChanged(queries: QueryClient, key: readonly unknown[], sids: ReadonlySet<string>, filter: Filter) {
  const shown = queries.getQueryData<Pages<Conversation>>(key)?.pages.flatMap((one) => one.items) ?? [];
  const known = shown.filter((item) => sids.has(item.sid));
  // One that is not there may be new, and belongs wherever the list puts it.
  if (known.length > PATCHED_MAX || (known.length < sids.size && shown.length <= CONVERSATIONS_PAGE)) {
    return queries.invalidateQueries({ queryKey: key });
  }
  const fresh = await Promise.all(known.map((item) => get<Conversation>(`/v1/Conversations/${item.sid}`)));
  const byName = new Map(fresh.map((item) => [item.sid, item]));
  const belongs = (item: Conversation): boolean => filter.state === "" || item.state === filter.state;
  queries.setQueryData<Pages<Conversation>>(key, (list) => list && replaceItems(list, byName, belongs));
}

/** Conversations, with and without sessions, in the order of Twilio's list. */
export function useConversationRows(filter: Filter): Rows<Conversation> {
  const queries = useQueryClient();
  const root = filter.service ? `/v1/Services/${filter.service}/Conversations` : "/v1/Conversations";
  const first = `${root}?${encode({ State: filter.state || undefined, PageSize: CONVERSATIONS_PAGE })}`;
  const key = ["supervisor", "conversations", first];
  const gather = useGathered((sids) => {
    void fetchChanged(queries, key, sids, filter).catch(() => queries.invalidateQueries({ queryKey: key }));
  });
  useLiveEvent((event) => {
    if (event.type === "conversation" || event.type === "session") gather(event.conversation_sid);
  });
  return useRows<Conversation>(key, first, filter.text, conversationHolds);
}
