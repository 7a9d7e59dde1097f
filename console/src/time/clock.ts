/**
 * The account's clock as the page knows it. Countdowns follow the server, not the machine that shows them; a test
 * account's clock may stand still or be turned.
 */
import { useSyncExternalStore } from "react";

/** Milliseconds between two looks at the clock. */
const TICK = 250;
const wholeSecond = (time: number): number => Math.floor(time / 1000) * 1000;

interface Reading {
  /** Account time at the moment of the reading. */
  readonly account: number;
  /** What `performance.now()` showed then. */
  readonly local: number;
  readonly isFrozen: boolean;
}

let reading: Reading = { account: Date.now(), local: performance.now(), isFrozen: false };
const listeners = new Set<() => void>();
/** What the clock showed when it was last looked at: every part of a page shows the same instant. */
let shown = 0;
let ticker: ReturnType<typeof setInterval> | undefined;

/** Account time at local time `local`, from the last reading. Pure, for tests. */
export function accountTime(last: Reading, local: number): number {
  return last.isFrozen ? last.account : last.account + (local - last.local);
}

/** The account's time, in milliseconds since the epoch. */
export function now(): number {
  return accountTime(reading, performance.now());
}

function tick(): void {
  shown = now();
  for (const listener of listeners) listener();
}

/** Sets the clock by what the server said just now; `at` is RFC 3339. */
export function setClock(at: string, isFrozen: boolean): void {
  const account = Date.parse(at);
  if (Number.isNaN(account)) return;
  reading = { account, local: performance.now(), isFrozen };
  tick();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (ticker === undefined) {
    shown = now();
    ticker = setInterval(tick, TICK);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(ticker);
      ticker = undefined;
    }
  };
}

/** What `read` makes of the account's time, to the quarter of a second; renewed when it changes. For countdowns. */
export function useClock<T extends string | number | boolean>(read: (now: number) => T): T {
  return useSyncExternalStore(subscribe, () => {
    if (shown === 0) shown = now();
    return read(shown);
  });
}

/** The account's time in whole seconds (as milliseconds), renewed every second. For what is "4 min ago". */
export function useNow(): number {
  return useClock(wholeSecond);
}
