/**
 * Messages that are on their way. One that failed stays until it is sent again or discarded; before it is sent again
 * the server is asked whether it has arrived after all, so it is never there twice.
 */
import type { QueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { ApiError, post, send } from "../../api/client";
import { useLiveEvent } from "../../api/live";
import type { Message, Session } from "../../api/types";
import { now } from "../../time/clock";
import { errorText } from "../../ui/notices";
import { takeSession } from "./data";
import { newestMessages, putMessage } from "./messages";

export interface Outgoing {
  /** Kept in the message's attributes, by which it is known again. */
  readonly id: string;
  /** The identity of who wrote it: nobody else who signs in here sends it. */
  readonly author: string;
  readonly conversation: string;
  readonly body: string;
  readonly file: File | null;
  readonly at: number;
  /** `waiting`: the server did not answer, or was asked too much; it is sent again by itself. */
  readonly state: "sending" | "waiting" | "failed";
  readonly error: string | null;
}

interface Sender {
  readonly queries: QueryClient;
  readonly me: string;
  readonly service: string;
}

const RESEND_MS = 3_000;
const TOO_MANY = 429;
const NOTHING: readonly Outgoing[] = [];
const boxes = new Map<string, readonly Outgoing[]>();
const senders = new Map<string, Sender>();
/** The end of each conversation's line: messages go out one after another. */
const lines = new Map<string, Promise<void>>();
/** Who stands in a line. */
const inLine = new Set<string>();
const watchers = new Set<() => void>();

const isWaiting = (one: Outgoing, me: string): boolean => one.state === "waiting" && one.author === me;

const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** What is on its way in a conversation, oldest first. */
export const outgoing = (conversation: string): readonly Outgoing[] => boxes.get(conversation) ?? NOTHING;

function change(conversation: string, act: (box: readonly Outgoing[]) => readonly Outgoing[]): void {
  boxes.set(conversation, act(outgoing(conversation)));
  for (const watcher of watchers) watcher();
}

const set = (one: Outgoing, parts: Partial<Outgoing>): void =>
  change(one.conversation, (box) => box.map((other) => (other.id === one.id ? { ...other, ...parts } : other)));

/** Whether a message is the one that was sent as `id`. */
export const isSentAs = (message: Message, id: string): boolean => message.attributes.includes(id);

async function arrived(one: Outgoing): Promise<Message | undefined> {
  return (await newestMessages(one.conversation)).find((message) => isSentAs(message, one.id));
}

async function upload(file: File, service: string): Promise<string> {
  const form = new FormData();
  form.append("Media", file, file.name);
  const query = { Filename: file.name };
  return (await send<{ sid: string }>("POST", `/v1/Services/${service}/Media`, { query, form })).sid;
}

/** Whether an earlier message still waits: what was written after it does not overtake it. */
function isBehind(one: Outgoing): boolean {
  const box = outgoing(one.conversation);
  const place = box.findIndex((other) => other.id === one.id);
  return box.slice(0, place).some((other) => isWaiting(other, one.author));
}

async function deliver(one: Outgoing, isAgain: boolean): Promise<void> {
  const sender = senders.get(one.id);
  if (!sender) return;
  if (isBehind(one)) {
    set(one, { state: "waiting" });
    return;
  }
  const { queries, me, service } = sender;
  try {
    const before = isAgain ? await arrived(one) : undefined;
    if (before) {
      putMessage(queries, one.conversation, before);
    } else {
      const MediaSid = one.file ? await upload(one.file, service) : undefined;
      const Attributes = JSON.stringify({ console_ref: one.id });
      const path = `/dwell/v1/Conversations/${one.conversation}/Reply`;
      const form = { Body: one.body || undefined, MediaSid, Attributes };
      const { session, message } = await post<{ session: Session; message: Message }>(path, form);
      putMessage(queries, one.conversation, message);
      takeSession(queries, me, session);
    }
    discard(one);
  } catch (error) {
    const isRefused = error instanceof ApiError && error.status < 500 && error.status !== TOO_MANY;
    set(one, { state: isRefused ? "failed" : "waiting", error: errorText(error) });
  }
}

function line(one: Outgoing, isAgain: boolean): void {
  if (inLine.has(one.id)) return;
  inLine.add(one.id);
  const before = lines.get(one.conversation) ?? Promise.resolve();
  const sent = before.then(() => deliver(one, isAgain));
  lines.set(
    one.conversation,
    sent.finally(() => inLine.delete(one.id)),
  );
}

/** Sends a message; it is in the thread at once. */
export function sendMessage(sender: Sender, conversation: string, body: string, file: File | null): void {
  const one: Outgoing = {
    id: newId(),
    author: sender.me,
    conversation,
    body,
    file,
    at: now(),
    state: "sending",
    error: null,
  };
  senders.set(one.id, sender);
  change(conversation, (box) => [...box, one]);
  line(one, false);
}

/** Sends a message again, and what waits beside it: none overtakes another. */
export function retry(one: Outgoing): void {
  set(one, { state: "sending", error: null });
  for (const other of outgoing(one.conversation)) {
    if (other.id === one.id || isWaiting(other, one.author)) line(other, true);
  }
}

/** Takes a message back that was not sent. */
export function discard(one: Outgoing): void {
  senders.delete(one.id);
  change(one.conversation, (box) => box.filter((other) => other.id !== one.id));
}

/** Sends what this person wrote and what waits; it says so until it is sent. */
export function sendWaiting(me: string): void {
  for (const box of boxes.values()) {
    for (const one of box) if (isWaiting(one, me)) line(one, true);
  }
}

/** Sends what waits as soon as the connection is back; one that only lost an answer, a little later. */
export function useResending(me: string): void {
  useLiveEvent((event) => {
    if (event.type === "hello") sendWaiting(me);
  });
  useEffect(() => {
    const timer = setInterval(() => sendWaiting(me), RESEND_MS);
    return () => clearInterval(timer);
  }, [me]);
}

export function useOutgoing(conversation: string): readonly Outgoing[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => outgoing(conversation),
  );
}
