/** What people do with the session of a conversation, and how it is undone. */
import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { ApiError, type FormFields, post } from "../../api/client";
import { keys } from "../../api/keys";
import type { Session } from "../../api/types";
import { errorText } from "../../ui/notices";
import { toast } from "../../ui/toasts";
import { takeSession, useMe } from "./data";
import { endSoon, takeBack, UNDO_MS } from "./endings";
import { nameOf } from "./words";

export type ActName = "Accept" | "Assign" | "Transfer" | "Inactivate" | "Reopen" | "Hold" | "Release" | "Extend";

const NOT_FOUND = 404;
const underWay = new Set<string>();

/** Whether this page itself is changing the session of a conversation just now. */
export const isActing = (conversation: string): boolean => underWay.has(conversation);

let taking = 0;

/** Whether this page is taking the next session just now; which one that is, the server knows. */
export const isTaking = (): boolean => taking > 0;

let undo: { readonly act: () => void; readonly until: number } | null = null;
/** What takes the offers to undo away, by conversation. */
const offers = new Map<string, () => void>();

/** Takes the offer to undo away: the customer has come back by themselves. */
export function withdrawOffer(conversation: string): void {
  offers.get(conversation)?.();
}

/** Takes back the last act, while that is possible. */
export function undoLast(): void {
  if (undo && performance.now() < undo.until) undo.act();
  undo = null;
}

const undoable = (act: () => void): (() => void) => {
  undo = { act, until: performance.now() + UNDO_MS };
  return act;
};

export interface Acts {
  /** Does it and resolves to the session as it is then; rejects with the refusal. */
  readonly run: (session: Session, act: ActName, form?: FormFields) => Promise<Session>;
  /** The same, with a refusal told in a toast; resolves to null then. */
  readonly tryRun: (session: Session, act: ActName, form?: FormFields) => Promise<Session | null>;
  /** Takes who waits longest; null when nobody waits for this person. */
  readonly takeNext: () => Promise<Session | null>;
  /** Parks it, with five seconds in which it is taken up again on request. */
  readonly inactivate: (session: Session, form?: FormFields) => Promise<void>;
  /** Ends it in five seconds, unless that is undone. */
  readonly end: (session: Session, form?: FormFields) => void;
}

export function useActs(): Acts {
  const queries = useQueryClient();
  const { identity } = useMe();
  return useMemo(() => {
    const take = (changed: Session): Session => {
      takeSession(queries, identity, changed);
      for (const queryKey of [keys.counts, keys.agents]) void queries.invalidateQueries({ queryKey });
      return changed;
    };
    const run: Acts["run"] = async (session, act, form = {}) => {
      const conversation = session.conversation_sid;
      underWay.add(conversation);
      try {
        return take(await post<Session>(`/dwell/v1/Conversations/${conversation}/${act}`, form));
      } finally {
        underWay.delete(conversation);
      }
    };
    const tryRun: Acts["tryRun"] = (session, act, form) =>
      run(session, act, form).catch((error: unknown) => {
        toast(errorText(error));
        return null;
      });
    return {
      run,
      tryRun,
      takeNext: async () => {
        taking += 1;
        try {
          return take(await post<Session>("/dwell/v1/Desk/Next"));
        } catch (error) {
          if (error instanceof ApiError && error.status === NOT_FOUND) return null;
          throw error;
        } finally {
          taking -= 1;
        }
      },
      inactivate: async (session, form = {}) => {
        const { conversation_sid: conversation } = session;
        await run(session, "Inactivate", form);
        const takeUp = undoable(() => {
          close();
          void tryRun(session, "Reopen");
        });
        const offer = { label: "Undo", onAct: takeUp };
        const close = toast(`${nameOf(session)} is inactive.`, offer, UNDO_MS, () => offers.delete(conversation));
        offers.set(conversation, close);
      },
      end: (session, form = {}) => {
        endSoon(queries, identity, session, form);
        undoable(() => takeBack(session.conversation_sid));
      },
    };
  }, [queries, identity]);
}
