/** Instants as people read them, in the browser's own language and time zone. */

const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const timeOnly = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });

/** "21 Nov 2026, 20:15"; an em dash for nothing. */
export const showDateTime = (at: string | number | null | undefined): string =>
  at ? dateTime.format(new Date(at)) : "—";
/** With weekday, seconds and zone: for titles. */
export const showExact = (at: string | number): string => exact.format(new Date(at));
/** "20:15". */
export const showTime = (at: string | number): string => timeOnly.format(new Date(at));
