/** Who is signed in. */
import { type QueryClient, useQuery } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import { ApiError, get, onSignedOut, post, remove, setCsrfToken } from "../api/client";
import { keys } from "../api/keys";
import type { PersonRole, SignedIn, SignInWays } from "../api/types";

export type SessionState =
  | { readonly signedIn: true; readonly session: SignedIn }
  | { readonly signedIn: false; readonly ways: SignInWays };

const PATH = "/console/session";
const PASSWORD_ONLY: SignInWays = { password: true, openid_connect: null };

function accept(session: SignedIn): SessionState {
  setCsrfToken(session.csrf_token);
  return { signedIn: true, session };
}

async function read(signal: AbortSignal): Promise<SessionState> {
  try {
    return accept(await get<SignedIn>(PATH, undefined, signal));
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    const { sign_in: ways } = (error.body ?? {}) as { sign_in?: SignInWays };
    return { signedIn: false, ways: ways ?? PASSWORD_ONLY };
  }
}

export function useSessionState() {
  return useQuery({
    queryKey: keys.signedIn,
    queryFn: ({ signal }) => read(signal),
    staleTime: Number.POSITIVE_INFINITY,
    retry: 1,
  });
}

/** When any answer says that the session has ended, the session is read again, and the sign-in page comes up. */
export function watchSignOut(queries: QueryClient): void {
  onSignedOut(() => void queries.invalidateQueries({ queryKey: keys.signedIn }));
}

/** Forgets what one person had on the page. */
function forget(queries: QueryClient): void {
  queries.removeQueries({ predicate: (query) => query.queryKey[0] !== keys.signedIn[0] });
}

export async function signIn(queries: QueryClient, email: string, password: string): Promise<void> {
  const state = accept(await post<SignedIn>(PATH, { Email: email, Password: password }));
  forget(queries);
  queries.setQueryData(keys.signedIn, state);
}

const leaving = new Set<() => Promise<unknown>>();

/** Has something done before the person signs out, while that can still be done in their name. */
export function beforeSignOut(act: () => Promise<unknown>): void {
  leaving.add(act);
}

export async function signOut(queries: QueryClient): Promise<void> {
  await Promise.all([...leaving].map((act) => act()));
  await remove(PATH);
  await queries.resetQueries({ queryKey: keys.signedIn });
  forget(queries);
}

export const SessionContext = createContext<SignedIn | null>(null);

/** The signed-in person, account and permissions; for everything below the shell. */
export function useSession(): SignedIn {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession is for components below the shell");
  return session;
}

const RANKS: Readonly<Record<PersonRole, number>> = { viewer: 0, agent: 1, supervisor: 2, admin: 3 };

/** Whether `role` may do what `least` may. The server decides; this only hides what it would refuse. */
export const atLeast = (role: PersonRole, least: PersonRole): boolean => RANKS[role] >= RANKS[least];
