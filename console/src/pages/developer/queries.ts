/** What the developer's page reads. All of it lies below the conversation's key, which live events renew. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { get } from "../../api/client";
import type { WebhookDelivery } from "../../api/deliveries";
import { keys } from "../../api/keys";
import { all, page } from "../../api/paging";
import type { Conversation, LoggedEvent, Participant, Session, SessionLogEntry } from "../../api/types";
import type { Life } from "./life";

const EVENTS_MAX = 10_000;
const SESSIONS_MAX = 100;
/** Logs of so many sessions, the newest, are in the timeline. */
const LOGS_MAX = 20;
const PARTICIPANTS_MAX = 1_000;
/** How often deliveries under way are looked at: no live event tells their attempts. */
const DELIVERY_MS = 2_000;

const eventsKey = (sid: string) => [...keys.conversation(sid), "events"];

export const lifePath = (sid: string): string => `/dwell/v1/Conversations/${sid}/Lifecycle`;
export const conversationPath = ({ chat_service_sid: service, conversation_sid: sid }: Life): string =>
  `/v1/Services/${service}/Conversations/${sid}`;

export const useLife = (sid: string) =>
  useQuery({
    queryKey: [...keys.conversation(sid), "life"],
    queryFn: ({ signal }) => get<Life>(lifePath(sid), { PageSize: 1000 }, signal),
  });

export const useConversation = (life: Life) =>
  useQuery({
    queryKey: [...keys.conversation(life.conversation_sid), "itself"],
    queryFn: ({ signal }) => get<Conversation>(conversationPath(life), undefined, signal),
  });

export const useParticipants = (life: Life) =>
  useQuery({
    queryKey: [...keys.conversation(life.conversation_sid), "participants", "all"],
    queryFn: ({ signal }) =>
      all<Participant>(`${conversationPath(life)}/Participants?PageSize=100`, PARTICIPANTS_MAX, signal),
  });

/** Events after number `after`, oldest first. */
export const readEvents = (sid: string, after: number, signal?: AbortSignal): Promise<LoggedEvent[]> =>
  all<LoggedEvent>(`/dwell/v1/Conversations/${sid}/Events?After=${after}&PageSize=1000`, EVENTS_MAX, signal);

/** The log only grows: what is there is kept, and what came after is added. */
export function useEvents(sid: string) {
  const queries = useQueryClient();
  return useQuery({
    queryKey: eventsKey(sid),
    queryFn: async ({ signal }) => {
      const known = queries.getQueryData<LoggedEvent[]>(eventsKey(sid)) ?? [];
      return [...known, ...(await readEvents(sid, known.at(-1)?.seq ?? 0, signal))];
    },
  });
}

export const useSessions = (sid: string) =>
  useQuery({
    queryKey: [...keys.conversation(sid), "sessions"],
    queryFn: ({ signal }) =>
      all<Session>(`/dwell/v1/Sessions?ConversationSid=${sid}&PageSize=100`, SESSIONS_MAX, signal),
  });

export interface SessionLog {
  readonly session: string;
  readonly log: readonly SessionLogEntry[];
}

export function useLogs(sid: string, sessions: readonly Session[]) {
  const sids = sessions.slice(0, LOGS_MAX).map((session) => session.sid);
  return useQuery({
    queryKey: [...keys.conversation(sid), "logs", sids],
    queryFn: ({ signal }) =>
      Promise.all(
        sids.map(async (session): Promise<SessionLog> => {
          return {
            session,
            log: await all<SessionLogEntry>(`/dwell/v1/Sessions/${session}/Log?PageSize=1000`, 1000, signal),
          };
        }),
      ),
    placeholderData: (before) => before,
  });
}

export const deliveriesKey = (sid: string) => [...keys.conversation(sid), "deliveries"];

export const useDeliveries = (sid: string) =>
  useQuery({
    queryKey: deliveriesKey(sid),
    queryFn: ({ signal }) =>
      page<WebhookDelivery>(`/dwell/v1/WebhookDeliveries?ConversationSid=${sid}&PageSize=100`, signal),
    refetchInterval: (query) =>
      query.state.data?.items.some((delivery) => delivery.status === "pending") ? DELIVERY_MS : false,
  });
