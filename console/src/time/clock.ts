/**
 * The account's clock as the page knows it. Countdowns follow the server, not the machine that shows them; a test
 * account's clock may stand still or be turned.
 */
import { useSyncExternalStore } from "react";

interface Reading {
  /** Account time at the moment of the reading. */
  readonly account: number;
  /** What `performance.now()` showed then. */
  readonly local: number;
  readonly isFrozen: boolean;
}

let reading: Reading = { account: Date.now(), local: performance.now(), isFrozen: false };
const listeners = new Set<() => void>();
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
  const second = Math.floor(now() / 1000) * 1000;
  if (second === shown) return;
  shown = second;
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
  ticker ??= setInterval(tick, 250);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(ticker);
      ticker = undefined;
    }
  };
}

/** The account's time in whole seconds (as milliseconds), renewed every second. For countdowns. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => {
    if (shown === 0) shown = Math.floor(now() / 1000) * 1000;
    return shown;
  });
}
