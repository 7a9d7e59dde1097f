/**
 * The live feed: one stream for the page. Sessions, conversations and counts in the query cache are renewed by what
 * it tells; pages that want more listen with [useLiveEvent].
 */
import type { QueryClient } from "@tanstack/react-query";
import { useEffect, useEffectEvent, useSyncExternalStore } from "react";
import { setClock } from "../time/clock";
import { get } from "./client";
import { keys } from "./keys";
import type { SessionStatus, TestClock } from "./types";

export type LiveEvent =
  | { readonly type: "hello"; readonly now: string; readonly is_test: boolean }
  | {
      readonly type: "session";
      readonly session_sid: string;
      readonly conversation_sid: string;
      readonly revision: number;
      readonly status: SessionStatus;
      readonly owner: string | null;
      readonly queue: string | null;
      /** Whether status, owner or queue changed, or may have. */
      readonly moved: boolean;
    }
  | { readonly type: "conversation"; readonly conversation_sid: string; readonly seq: number }
  | { readonly type: "typing"; readonly conversation_sid: string; readonly identity: string }
  | { readonly type: "clock"; readonly now: string; readonly frozen: boolean };

export type Connection = "connecting" | "open" | "reconnecting";

const TYPES = ["hello", "session", "conversation", "typing", "clock"] as const;
const RETRY_MS_MIN = 1_000;
const RETRY_MS_MAX = 30_000;
/** Changes that come within this time are fetched together. */
const GATHER_MS = 80;
/** What every move in the account changes, such as counts, is fetched no more often: hundreds may look at it. */
const PAUSE_MS = 500;

let connection: Connection = "connecting";
const watchers = new Set<() => void>();
const listeners = new Set<(event: LiveEvent) => void>();

function become(next: Connection): void {
  if (next === connection) return;
  connection = next;
  for (const watcher of watchers) watcher();
}

/** How long to wait before attempt number `attempt` (0 is the first), between half and all of a doubling time. */
export function retryDelay(attempt: number, random: number): number {
  const full = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** attempt);
  return full / 2 + (full / 2) * random;
}

/** Gathers keys and renews them together, so that a burst of events asks once, and not again for so long. */
function renewer(queries: QueryClient, pause: number): (key: readonly unknown[]) => void {
  const gathered = new Map<string, readonly unknown[]>();
  let nextAt = 0;
  const flush = (): void => {
    nextAt = performance.now() + pause;
    for (const queryKey of gathered.values()) void queries.invalidateQueries({ queryKey });
    gathered.clear();
  };
  return (key) => {
    if (gathered.size === 0) setTimeout(flush, Math.max(GATHER_MS, nextAt - performance.now()));
    gathered.set(JSON.stringify(key), key);
  };
}

function readTestClock(): void {
  get<TestClock>("/dwell/v1/TestClock").then(
    (clock) => setClock(clock.now, clock.status === "frozen"),
    () => undefined,
  );
}

/** Opens the stream and keeps it open until the returned function is called. */
export function openLive(queries: QueryClient): () => void {
  const renew = renewer(queries, 0);
  const renewWork = renewer(queries, PAUSE_MS);
  let source: EventSource | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  let after = "";
  let wasOpen = false;

  const take = (event: LiveEvent): void => {
    if (event.type === "hello") {
      setClock(event.now, false);
      if (event.is_test) readTestClock();
      // What was missed beside sessions has no cursor: read it anew.
      if (wasOpen) void queries.invalidateQueries();
      wasOpen = true;
    } else if (event.type === "session") {
      for (const key of [keys.sessions, keys.session(event.session_sid)]) renew(key);
      // What somebody writes changes nobody's work.
      if (event.moved) for (const key of [keys.counts, keys.agents]) renewWork(key);
      renew(keys.conversation(event.conversation_sid));
    } else if (event.type === "conversation") {
      renew(keys.conversation(event.conversation_sid));
    } else if (event.type === "clock") {
      setClock(event.now, event.frozen);
    }
    for (const listener of listeners) listener(event);
  };

  const connect = (): void => {
    // The browser itself sends Last-Event-ID when it reconnects; after a refusal it gives up, and the stream is new.
    const stream = new EventSource(`/dwell/v1/Live${after ? `?After=${encodeURIComponent(after)}` : ""}`);
    source = stream;
    stream.onopen = () => {
      attempt = 0;
      become("open");
    };
    stream.onerror = () => {
      become("reconnecting");
      if (stream.readyState !== EventSource.CLOSED) return;
      // It was refused, perhaps because the session has ended: the shell finds out.
      void queries.invalidateQueries({ queryKey: keys.signedIn });
      retry = setTimeout(connect, retryDelay(attempt, Math.random()));
      attempt += 1;
    };
    for (const type of TYPES) {
      stream.addEventListener(type, (message: MessageEvent<string>) => {
        if (message.lastEventId) after = message.lastEventId;
        take({ type, ...(JSON.parse(message.data) as object) } as LiveEvent);
      });
    }
  };

  connect();
  return () => {
    source?.close();
    clearTimeout(retry);
    become("connecting");
  };
}

/** State of the stream, for the shell. */
export function useConnection(): Connection {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => connection,
  );
}

/** Calls `act` for every live event while the component is there. */
export function useLiveEvent(act: (event: LiveEvent) => void): void {
  const latest = useEffectEvent(act);
  useEffect(() => {
    const listener = (event: LiveEvent): void => latest(event);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, []);
}
