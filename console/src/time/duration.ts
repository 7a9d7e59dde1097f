/** Durations: ISO 8601 as the API takes them, and as people write and read them. All amounts are whole seconds. */

/** The longest that a timer may run: a hundred years. */
export const SECONDS_MAX = 36_525 * 86_400;
const ISO_LENGTH_MAX = 64;

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/**
 * Seconds of an ISO 8601 duration of days, hours, minutes and seconds; null for weeks, months, years, signs,
 * fractions, lower case, blanks and more than [SECONDS_MAX]: exactly what the API refuses.
 */
export function isoSeconds(text: string): number | null {
  if (text.length > ISO_LENGTH_MAX) return null;
  const found = /^P(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  if (!found || text === "P") return null;
  const [, days = "0", hours = "0", minutes = "0", seconds = "0"] = found;
  const total = Number(days) * DAY + Number(hours) * HOUR + Number(minutes) * MINUTE + Number(seconds);
  return total <= SECONDS_MAX ? total : null;
}

/** The canonical ISO text: `PT0S`, `P1DT2H`, 90 as `PT1M30S`. */
export function isoText(seconds: number): string {
  const [days, rest] = [Math.floor(seconds / DAY), seconds % DAY];
  const parts: (readonly [number, string])[] = [
    [Math.floor(rest / HOUR), "H"],
    [Math.floor(rest / MINUTE) % 60, "M"],
    [rest % MINUTE, "S"],
  ];
  const time = parts.map(([amount, unit]) => (amount > 0 ? `${amount}${unit}` : "")).join("");
  if (days === 0 && time === "") return "PT0S";
  return `P${days > 0 ? `${days}D` : ""}${time === "" ? "" : `T${time}`}`;
}

const UNITS: readonly (readonly [size: number, name: string, short: string])[] = [
  [DAY, "day", "d"],
  [HOUR, "hour", "h"],
  [MINUTE, "minute", "min"],
  [1, "second", "s"],
];

/** What of each unit there is, the largest first, at most `parts` of them. */
function amounts(seconds: number, parts: number): readonly (readonly [amount: number, name: string, short: string])[] {
  let rest = Math.max(0, Math.floor(seconds));
  return UNITS.map(([size, name, short]) => {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    return [amount, name, short] as const;
  })
    .filter(([amount]) => amount > 0)
    .slice(0, parts);
}

/** "1 hour 30 minutes"; at most `parts` units, the rest is cut off. Zero is "0 seconds". */
export function inWords(seconds: number, parts = 4): string {
  const words = amounts(seconds, parts).map(([amount, name]) => `${amount} ${name}${amount === 1 ? "" : "s"}`);
  return words.join(" ") || "0 seconds";
}

/** "1 h 30 min", where there is little room. */
export function inShort(seconds: number, parts = 2): string {
  return (
    amounts(seconds, parts)
      .map(([amount, , short]) => `${amount} ${short}`)
      .join(" ") || "0 s"
  );
}

const FRIENDLY_UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(?:y|yr|yrs|year|years)$/, 365 * DAY],
  [/^(?:w|wk|wks|week|weeks)$/, 7 * DAY],
  [/^(?:d|day|days)$/, DAY],
  [/^(?:h|hr|hrs|hour|hours)$/, HOUR],
  [/^(?:m|min|mins|minute|minutes)$/, MINUTE],
  [/^(?:s|sec|secs|second|seconds)$/, 1],
];

/** What a text entered by a person means. */
export type Entry = { readonly seconds: number } | { readonly problem: string };

const HINT = "Write it like “30 days”, “5 min”, “1h 30m”, “off” or PT5M.";

function entryProblem(text: string): string {
  if (text === "") return "Enter a duration, or “off”.";
  if (/^[+-]/.test(text)) return "A duration has no sign.";
  if (/\d[.,]\d/.test(text)) return "Only whole numbers: write 1h 30m instead of 1.5h.";
  if (/\bmon|\bmo\b|\bmonths?\b/i.test(text)) return "Months differ in length: write days, such as “30 days”.";
  if (/^P/i.test(text))
    return "An ISO 8601 duration may have days, hours, minutes and seconds only, such as P30D or PT1H30M.";
  if (/^\d+$/.test(text)) return `Say the unit: ${text} min, ${text} h or ${text} days?`;
  return `This is not understood as a duration. ${HINT}`;
}

/** Reads friendly entry ("30 days", "1h 30m", "off") and ISO 8601. */
export function readEntry(given: string): Entry {
  const text = given.trim();
  if (/^(?:off|never|none|0)$/i.test(text)) return { seconds: 0 };
  const iso = isoSeconds(text);
  if (iso !== null) return { seconds: iso };
  const parts = text.toLowerCase().replace(/,? and |,/g, " ");
  if (!/^(?:\d+\s*[a-z]+\s*)+$/.test(parts)) return { problem: entryProblem(text) };
  let total = 0;
  let last = Number.POSITIVE_INFINITY;
  for (const [, amount = "", name = ""] of parts.matchAll(/(\d+)\s*([a-z]+)/g)) {
    const size = FRIENDLY_UNITS.find(([pattern]) => pattern.test(name))?.[1];
    if (size === undefined || size >= last) return { problem: entryProblem(text) };
    total += Number(amount) * size;
    last = size;
  }
  return total <= SECONDS_MAX ? { seconds: total } : { problem: "That is longer than a hundred years." };
}

/** How a duration of the API stands in a field of friendly entry; none is off. */
export function entryText(iso: string | null): string {
  const seconds = iso === null ? 0 : (isoSeconds(iso) ?? 0);
  return seconds === 0 ? "off" : inWords(seconds);
}

export type TimerKind = "inactive" | "closed";

/** The shortest that each timer takes, in seconds. */
export const TIMER_SECONDS_MIN: Readonly<Record<TimerKind, number>> = { inactive: MINUTE, closed: 10 * MINUTE };

/** Reads the entry for a timer: as [readEntry], and refuses what is below the timer's minimum. Zero is off. */
export function readTimer(kind: TimerKind, given: string): Entry {
  const entry = readEntry(given);
  const least = TIMER_SECONDS_MIN[kind];
  if ("problem" in entry || entry.seconds === 0 || entry.seconds >= least) return entry;
  return { problem: `The ${kind} timer takes ${inWords(least)} or more, or “off”.` };
}
