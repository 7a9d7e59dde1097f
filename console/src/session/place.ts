/** Where somebody wanted to go before signing in led away from the console. Kept in the tab. */

const KEY = "dwell-place";
const ROOT = "/console";

/** Remembers the present address. */
export function keepPlace(): void {
  sessionStorage.setItem(KEY, location.pathname + location.search);
}

/** At the start of the console: takes up the remembered address, once. */
export function takeUpPlace(): void {
  const place = sessionStorage.getItem(KEY);
  if (place === null || location.pathname.replace(/\/$/, "") !== ROOT) return;
  sessionStorage.removeItem(KEY);
  if (place.startsWith(`${ROOT}/`)) history.replaceState(null, "", place);
}
