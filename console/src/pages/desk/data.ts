/** What the desk reads: lists, counts, capacity, the open conversation; and how live events renew them. */
import { type QueryClient, useInfiniteQuery, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useRef } from "react";
import { ApiError, get } from "../../api/client";
import { keys } from "../../api/keys";
import { useLiveEvent } from "../../api/live";
import { all, page } from "../../api/paging";
import type {
  Agent,
  Capacity,
  DeskCounts,
  Lifecycle,
  LifecyclePolicy,
  Participant,
  Session,
  SessionLogEntry,
} from "../../api/types";
import { useSession } from "../../session/session";
import { belongs, LIST_NAMES, type ListName, listPath, type Pages, place, rowsOf } from "./lists";
import type { Me } from "./may";

/** Changes that come within this time are fetched together; of more than these the lists are read anew. */
const GATHER_MS = 60;
const GATHERED_MAX = 25;
/** Sessions of a conversation whose log is shown. */
const LOGS_MAX = 10;

const listKey = (list: ListName, me: string) => ["desk", "list", list, me] as const;

export function useMe(): Me {
  const { person, permissions } = useSession();
  return useMemo(
    () => ({ identity: person.identity, role: person.role, permissions }),
    [person.identity, person.role, permissions],
  );
}

export function useList(list: ListName) {
  const me = useMe().identity;
  const query = useInfiniteQuery({
    queryKey: listKey(list, me),
    queryFn: ({ pageParam, signal }) => page<Session>(pageParam, signal),
    initialPageParam: listPath(list, me),
    getNextPageParam: (last) => last.next,
  });
  const rows = useMemo(() => rowsOf(list, query.data?.pages), [list, query.data?.pages]);
  return { ...query, rows };
}

export function useCounts() {
  return useQuery({
    queryKey: keys.counts,
    queryFn: ({ signal }) => get<DeskCounts>("/dwell/v1/Desk/Counts", undefined, signal),
  });
}

const agentPath = (identity: string): string => `/dwell/v1/Agents/${encodeURIComponent(identity)}`;

/** How much the person has; disabled for who takes no conversations. */
export function useCapacity(isEnabled: boolean) {
  const { identity } = useMe();
  return useQuery({
    queryKey: [...keys.agents, "capacity", identity],
    queryFn: ({ signal }) => get<Capacity>(`${agentPath(identity)}/Capacity`, undefined, signal),
    enabled: isEnabled,
  });
}

export function useAgents(isEnabled: boolean) {
  return useQuery({
    queryKey: keys.agents,
    queryFn: ({ signal }) => all<Agent>("/dwell/v1/Agents?PageSize=100", 1000, signal),
    enabled: isEnabled,
  });
}

const sessionsKey = (conversation: string) => [...keys.conversation(conversation), "sessions"] as const;

/** The sessions of a conversation, the present one first. */
export function useSessionsOf(conversation: string) {
  return useQuery({
    queryKey: sessionsKey(conversation),
    queryFn: async ({ signal }) => {
      const path = `/dwell/v1/Sessions?ConversationSid=${conversation}&PageSize=${LOGS_MAX}`;
      const { items } = await page<Session>(path, signal);
      return [...items].sort((a, b) => b.number - a.number);
    },
  });
}

export function useParticipants(conversation: string) {
  return useQuery({
    queryKey: [...keys.conversation(conversation), "participants"],
    queryFn: ({ signal }) =>
      all<Participant>(`/v1/Conversations/${conversation}/Participants?PageSize=100`, 1000, signal),
  });
}

export function useLifecycle(conversation: string) {
  return useQuery({
    queryKey: [...keys.conversation(conversation), "lifecycle"],
    queryFn: ({ signal }) =>
      get<Lifecycle>(`/dwell/v1/Conversations/${conversation}/Lifecycle`, { PageSize: 1000 }, signal),
  });
}

/** The logs of sessions, as far as they are there. */
export function useLogs(sessions: readonly Session[]) {
  return useQueries({
    queries: sessions.map((session) => ({
      queryKey: [...keys.conversation(session.conversation_sid), "log", session.sid],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        get<{ log: readonly SessionLogEntry[] }>(`/dwell/v1/Sessions/${session.sid}/Log`, { PageSize: 1000 }, signal),
    })),
    combine: (results) =>
      results.flatMap((result, at) => {
        const session = sessions[at];
        return session && result.data ? [{ session, log: result.data.log }] : [];
      }),
  });
}

/** What the policy of a conversation says to a customer who is left; null when it has none. */
export function useFarewell(policySid: string | null) {
  const { data } = useQuery({
    queryKey: ["policy", policySid],
    queryFn: ({ signal }) => get<LifecyclePolicy>(`/dwell/v1/LifecyclePolicies/${policySid}`, undefined, signal),
    enabled: policySid !== null,
    staleTime: 60_000,
  });
  return data?.farewell ?? null;
}

/** What is known of a session from the lists. */
function knownSession(queries: QueryClient, me: string, fits: (one: Session) => boolean): Session | undefined {
  for (const list of LIST_NAMES) {
    const pages = queries.getQueryData<Pages>(listKey(list, me));
    for (const one of pages?.pages ?? []) {
      const found = one.items.find(fits);
      if (found) return found;
    }
  }
  return undefined;
}

/** Puts a session as it is now wherever it is shown. Returns what was known of it before. */
export function takeSession(queries: QueryClient, me: string, session: Session): Session | undefined {
  const known = knownSession(queries, me, (one) => one.sid === session.sid);
  for (const list of LIST_NAMES) {
    queries.setQueryData<Pages>(listKey(list, me), (pages) => pages && place(pages, list, me, session));
  }
  queries.setQueryData<readonly Session[]>(sessionsKey(session.conversation_sid), (sessions) => {
    const before = sessions?.find((one) => one.sid === session.sid);
    if (!sessions || (before && before.revision > session.revision)) return sessions;
    return [session, ...sessions.filter((one) => one.sid !== session.sid)].sort((a, b) => b.number - a.number);
  });
  return known;
}

/** Renews the lists by what the live stream tells. `onChange` hears of each session, and of what was known before. */
export function useLiveLists(onChange: (session: Session, before: Session | undefined) => void): void {
  const queries = useQueryClient();
  const me = useMe().identity;
  const gathered = useRef(new Set<string>());

  const fetchOne = async (sid: string): Promise<void> => {
    try {
      const session = await get<Session>(`/dwell/v1/Sessions/${sid}`);
      const before = takeSession(queries, me, session);
      if (before?.revision !== session.revision) onChange(session, before);
    } catch (error) {
      // One that is gone with its conversation; anything else is renewed when the stream is back.
      if (error instanceof ApiError && error.status === 404) readAnew();
    }
  };
  const readAnew = (): void => void queries.invalidateQueries({ queryKey: ["desk", "list"] });
  const flush = (): void => {
    const sids = [...gathered.current];
    gathered.current.clear();
    if (sids.length > GATHERED_MAX) readAnew();
    else for (const sid of sids) void fetchOne(sid);
  };
  const gather = (sid: string): void => {
    if (gathered.current.size === 0) setTimeout(flush, GATHER_MS);
    gathered.current.add(sid);
  };

  useLiveEvent((event) => {
    if (event.type === "session") {
      const isListed = LIST_NAMES.some((list) => belongs(list, me, event));
      if (isListed || knownSession(queries, me, (one) => one.sid === event.session_sid)) gather(event.session_sid);
    } else if (event.type === "conversation") {
      const known = knownSession(queries, me, (one) => one.conversation_sid === event.conversation_sid);
      if (known) gather(known.sid);
    }
  });
}

/** Of how many sessions each list is. */
export function countOf(list: ListName, counts: DeskCounts | undefined): number | null {
  if (!counts) return null;
  return { active: counts.mine_active, inactive: counts.mine_inactive, queue: counts.queue }[list];
}
