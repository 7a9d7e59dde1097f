/** Texts of countdowns and instants. Times are milliseconds since the epoch. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** What is left until `due`: "3:12" below an hour, "1 h 20 min", "23 h", "6 d"; "now" when it has come. */
export function countdown(due: number, now: number): string {
  const left = due - now;
  if (left <= 0) return "now";
  if (left < HOUR - SECOND / 2) {
    // The nearest second: a page that runs a moment behind the server must not begin five minutes with 5:01.
    const seconds = Math.max(1, Math.round(left / SECOND));
    return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
  if (left < 6 * HOUR) {
    const minutes = Math.floor((left + SECOND / 2) / MINUTE);
    return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  }
  return left < 2 * DAY ? `${Math.floor(left / HOUR)} h` : `${Math.floor(left / DAY)} d`;
}

/** Whether the countdown has to stand out: the last minute. */
export function isUrgent(due: number, now: number): boolean {
  return due - now <= MINUTE;
}

/** "just now", "4 min ago", "3 h ago", "5 d ago". */
export function ago(at: number, now: number): string {
  const past = now - at;
  if (past < MINUTE) return "just now";
  if (past < HOUR) return `${Math.floor(past / MINUTE)} min ago`;
  return past < 2 * DAY ? `${Math.floor(past / HOUR)} h ago` : `${Math.floor(past / DAY)} d ago`;
}
