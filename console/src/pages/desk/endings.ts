/**
 * Ends that can still be taken back. Ending is final at the API, so for five seconds nothing is sent; it is when
 * they are over or the person leaves the page, and it is not when the customer writes meanwhile.
 */
import type { QueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { type FormFields, send } from "../../api/client";
import type { Session } from "../../api/types";
import { beforeSignOut } from "../../session/session";
import { errorText } from "../../ui/notices";
import { toast } from "../../ui/toasts";
import { takeSession } from "./data";
import { nameOf } from "./words";

/** How long an act can be undone, in the browser's own time. */
export const UNDO_MS = 5_000;

interface Ending {
  readonly session: Session;
  readonly form: FormFields;
  readonly queries: QueryClient;
  readonly me: string;
  readonly timer: ReturnType<typeof setTimeout>;
  readonly closeToast: () => void;
}

const endings = new Map<string, Ending>();
const watchers = new Set<() => void>();

function tell(): void {
  for (const watcher of watchers) watcher();
}

function drop(conversation: string): Ending | undefined {
  const ending = endings.get(conversation);
  if (!ending) return undefined;
  clearTimeout(ending.timer);
  ending.closeToast();
  endings.delete(conversation);
  return ending;
}

async function carryOut(conversation: string, keepalive = false): Promise<void> {
  const ending = drop(conversation);
  if (!ending) return;
  const { queries, me, form, session } = ending;
  try {
    const path = `/dwell/v1/Conversations/${conversation}/End`;
    takeSession(queries, me, await send<Session>("POST", path, { form, keepalive }));
  } catch (error) {
    toast(`${nameOf(session)} was not ended: ${errorText(error)}`);
  }
  tell();
}

/** Ends the session in five seconds, unless somebody changes their mind. */
export function endSoon(queries: QueryClient, me: string, session: Session, form: FormFields): void {
  const conversation = session.conversation_sid;
  drop(conversation);
  const timer = setTimeout(() => void carryOut(conversation), UNDO_MS);
  const act = { label: "Undo", onAct: () => takeBack(conversation) };
  const closeToast = toast(`${nameOf(session)} ends in 5 seconds. Nothing is sent until then.`, act, UNDO_MS);
  endings.set(conversation, { session, form, queries, me, timer, closeToast });
  tell();
}

/** Lets a session be that was about to end. */
export function takeBack(conversation: string): void {
  if (drop(conversation)) tell();
}

/** A customer who wrote meanwhile is not cut off. */
export function heedCustomer(session: Session): void {
  const ending = endings.get(session.conversation_sid);
  if (!ending || session.customer_messages <= ending.session.customer_messages) return;
  takeBack(session.conversation_sid);
  toast(`${nameOf(session)} wrote just now, so it was not ended.`);
}

/** Carries out at once what is left: the person leaves. */
const leave = (): Promise<unknown> =>
  Promise.all([...endings.keys()].map((conversation) => carryOut(conversation, true)));
addEventListener("pagehide", () => void leave());
beforeSignOut(leave);

/** Whether the session of a conversation is about to end. */
export function useIsEnding(conversation: string): boolean {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => endings.has(conversation),
  );
}
