/**
 * The messages of one conversation: the newest are read first and again whenever there is news, older ones as one
 * scrolls up. What was read stays.
 */
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef } from "react";
import { keys } from "../../api/keys";
import { type Page, page } from "../../api/paging";
import type { Message } from "../../api/types";

export interface Messages {
  /** Oldest first, without a gap. */
  readonly list: readonly Message[];
  /** Where the ones before are; null when all are here. */
  readonly older: string | null;
}

const PAGE_SIZE = 50;
/** Pages read at most to close the gap to what is known; behind a larger one everything begins anew. */
const GAP_PAGES_MAX = 4;

const keyOf = (conversation: string) => [...keys.conversation(conversation), "messages"] as const;
const oldestFirst = (messages: readonly Message[]): Message[] => [...messages].sort((a, b) => a.index - b.index);

/** What is known, with the newest pages (`found`, in any order) as they are now; `next` is where those before them are. */
export function merge(known: Messages | undefined, found: readonly Message[], next: string | null): Messages {
  const newest = oldestFirst(found);
  const from = newest[0]?.index ?? 0;
  const before = known?.list.filter((one) => one.index < from) ?? [];
  const last = known?.list.at(-1);
  const touches = next === null || (last !== undefined && last.index >= from);
  if (!known || before.length === 0 || !touches || next === null) return { list: newest, older: next };
  return { list: [...before, ...newest], older: known.older };
}

/** What is known, with one message as the server has it now. */
export function withMessage(known: Messages, message: Message): Messages {
  const others = known.list.filter((one) => one.index !== message.index);
  return { ...known, list: oldestFirst([...others, message]) };
}

async function readNewest(queries: QueryClient, conversation: string, signal: AbortSignal): Promise<Messages> {
  const known = (): Messages | undefined => queries.getQueryData(keyOf(conversation));
  const found: Message[] = [];
  let next: string | null = `/v1/Conversations/${conversation}/Messages?Order=desc&PageSize=${PAGE_SIZE}`;
  for (let read = 0; next !== null && read < GAP_PAGES_MAX; read += 1) {
    const one: Page<Message> = await page<Message>(next, signal);
    found.push(...one.items);
    next = one.next;
    const last = known()?.list.at(-1);
    if (last === undefined || last.index >= (one.items.at(-1)?.index ?? 0)) break;
  }
  return merge(known(), found, next);
}

/** The newest messages as the server has them now, for who must know whether one has arrived. */
export async function newestMessages(conversation: string): Promise<readonly Message[]> {
  return (await page<Message>(`/v1/Conversations/${conversation}/Messages?Order=desc&PageSize=${PAGE_SIZE}`)).items;
}

/** Puts a message where the thread finds it. */
export function putMessage(queries: QueryClient, conversation: string, message: Message): void {
  queries.setQueryData<Messages>(keyOf(conversation), (known) => known && withMessage(known, message));
}

export function useMessages(conversation: string) {
  const queries = useQueryClient();
  const isReading = useRef(false);
  const query = useQuery({
    queryKey: keyOf(conversation),
    queryFn: ({ signal }) => readNewest(queries, conversation, signal),
  });
  const older = query.data?.older ?? null;
  const loadOlder = useCallback(async (): Promise<void> => {
    if (older === null || isReading.current) return;
    isReading.current = true;
    try {
      const one = await page<Message>(older);
      queries.setQueryData<Messages>(keyOf(conversation), (known) => {
        if (!known || known.older !== older) return known;
        const from = known.list[0]?.index ?? Number.POSITIVE_INFINITY;
        return { list: [...oldestFirst(one.items).filter((m) => m.index < from), ...known.list], older: one.next };
      });
    } catch {
      // The thread asks again with the next scrolling.
    } finally {
      isReading.current = false;
    }
  }, [conversation, older, queries]);
  return { ...query, loadOlder };
}
