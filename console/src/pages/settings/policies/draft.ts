/** A policy as it stands in the form: texts where people type. Pure: reading, checking, what is sent, words. */
import type { FormFields } from "../../../api/client";
import type { BusinessHours, LifecyclePolicy, OnReturn, TimelineStep, Weekday } from "../../../api/types";
import { type Entry, entryText, inWords, isoSeconds, isoText, readEntry } from "../../../time/duration";
import type { Moment } from "../moments";

export interface Draft {
  readonly friendly_name: string;
  readonly enabled: boolean;
  readonly chat_service_sid: string;
  readonly channel_type: string;
  readonly address: string;
  readonly counts: LifecyclePolicy["counts"];
  readonly starts_on: LifecyclePolicy["starts_on"];
  readonly idle_after: string;
  readonly action: LifecyclePolicy["action"];
  readonly end_inactive_after: string;
  readonly end_closes: boolean;
  readonly on_return: OnReturn;
  readonly queue: string;
  readonly farewell: string;
  readonly warnings: readonly DraftWarning[];
  readonly hours: BusinessHours | null;
}

export interface DraftWarning {
  /** Tells rows apart while they are edited. */
  readonly id: number;
  readonly before: string;
  readonly body: string;
}

export const WARNINGS_MAX = 3;
const TEXT_LENGTH_MAX = 1_600;
const IDLE_SECONDS_MIN = 60;
const END_SECONDS_MIN = 600;
const WARNING_SECONDS_MIN = 5;
const BUSINESS_IDLE_SECONDS_MAX = 30 * 86_400;
const BUSINESS_MINUTES_A_WEEK_MIN = 60;

export const WEEKDAYS: readonly (readonly [Weekday, string])[] = [
  ["mon", "Monday"],
  ["tue", "Tuesday"],
  ["wed", "Wednesday"],
  ["thu", "Thursday"],
  ["fri", "Friday"],
  ["sat", "Saturday"],
  ["sun", "Sunday"],
];

export interface Preset {
  readonly name: string;
  readonly hint: string;
  readonly rules: Pick<Draft, "counts" | "starts_on" | "idle_after" | "action" | "end_inactive_after">;
}

export const PRESETS: readonly Preset[] = [
  {
    name: "Rep desk",
    hint: "5 minutes of the customer's silence after a reply, 24 hours until the end",
    rules: {
      counts: "customer",
      starts_on: "first_agent_reply",
      idle_after: "5 minutes",
      action: "inactivate_and_end",
      end_inactive_after: "24 hours",
    },
  },
  {
    name: "Long-term relationship",
    hint: "30 days without a message, 1 year until the end",
    rules: {
      counts: "anyone",
      starts_on: "last_message",
      idle_after: "30 days",
      action: "inactivate_and_end",
      end_inactive_after: "365 days",
    },
  },
  {
    name: "Off",
    hint: "No clock at all",
    rules: {
      counts: "anyone",
      starts_on: "last_message",
      idle_after: "off",
      action: "inactivate",
      end_inactive_after: "off",
    },
  },
];

export const NEW: Draft = {
  friendly_name: "",
  enabled: true,
  chat_service_sid: "",
  channel_type: "",
  address: "",
  counts: "customer",
  starts_on: "first_agent_reply",
  idle_after: "5 minutes",
  action: "inactivate_and_end",
  end_inactive_after: "24 hours",
  end_closes: true,
  on_return: "same_agent",
  queue: "",
  farewell: "",
  warnings: [],
  hours: null,
};

export const draftOf = (policy: LifecyclePolicy): Draft => ({
  friendly_name: policy.friendly_name,
  enabled: policy.enabled,
  chat_service_sid: policy.chat_service_sid ?? "",
  channel_type: policy.channel_type ?? "",
  address: policy.address ?? "",
  counts: policy.counts,
  starts_on: policy.starts_on,
  idle_after: entryText(policy.idle_after),
  action: policy.action,
  end_inactive_after: entryText(policy.end_inactive_after),
  end_closes: policy.end_closes,
  on_return: policy.on_return,
  queue: policy.queue ?? "",
  farewell: policy.farewell ?? "",
  warnings: policy.warnings.map((warning, id) => ({ id, before: entryText(warning.before), body: warning.body })),
  hours: policy.hours,
});

const secondsOf = (entry: Entry): number => ("seconds" in entry ? entry.seconds : 0);

/** As [readEntry], refusing what is below the least. Zero is off. */
const readAtLeast = (text: string, least: number): Entry => {
  const entry = readEntry(text);
  if ("problem" in entry || entry.seconds === 0 || entry.seconds >= least) return entry;
  return { problem: `${inWords(least)} or more, or “off”.` };
};

export const readIdle = (text: string): Entry => readAtLeast(text, IDLE_SECONDS_MIN);
export const readEnd = (text: string): Entry => readAtLeast(text, END_SECONDS_MIN);

/** How long before the end of the idle clock a warning comes: within the clock, and not at its very end. */
export function readBefore(text: string, idle: number): Entry {
  const entry = readEntry(text);
  if ("problem" in entry) return entry;
  if (entry.seconds < WARNING_SECONDS_MIN) return { problem: `${WARNING_SECONDS_MIN} seconds or more before.` };
  if (idle > 0 && entry.seconds >= idle) return { problem: `Less than the ${inWords(idle)} of silence.` };
  return entry;
}

const minuteOf = (text: string): number | null => {
  const found = /^(\d{2}):(\d{2})$/.exec(text);
  if (!found) return null;
  const minute = Number(found[1]) * 60 + Number(found[2]);
  return Number(found[2]) < 60 && minute <= 1440 ? minute : null;
};

/** What is wrong with the hours of a day; undefined when nothing is. */
export function dayProblem(stretches: readonly (readonly [string, string])[]): string | undefined {
  let last = -1;
  const read = stretches.map(([from, to]) => [minuteOf(from), minuteOf(to)] as const);
  for (const [from, to] of [...read].sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))) {
    if (from === null || to === null) return "A time is HH:MM, from 00:00 to 24:00.";
    if (from >= to) return "It ends after it begins; over midnight are two days.";
    if (from <= last) return "These overlap or touch.";
    last = to;
  }
  return undefined;
}

function hoursProblem(hours: BusinessHours): string | undefined {
  const days = WEEKDAYS.map(([day]) => hours.week[day] ?? []);
  if (days.some((day) => dayProblem(day) !== undefined)) return "Correct the hours above.";
  const open = days.flat().reduce((sum, [from, to]) => sum + (minuteOf(to) ?? 0) - (minuteOf(from) ?? 0), 0);
  return open < BUSINESS_MINUTES_A_WEEK_MIN ? "At least one hour a week has to be open." : undefined;
}

export type Problems = Readonly<Partial<Record<keyof Draft, string>>>;

const problemOf = (entry: Entry): string | undefined => ("problem" in entry ? entry.problem : undefined);

function endProblem(draft: Draft, end: Entry): string | undefined {
  const isMissing = draft.action === "inactivate_and_end" && "seconds" in end && end.seconds === 0;
  return isMissing ? "Say after how long it ends, or choose “becomes inactive”." : problemOf(end);
}

function warningsProblem(draft: Draft, idle: number): string | undefined {
  const read = draft.warnings.map((warning) => readBefore(warning.before, idle));
  if (draft.warnings.length > 0 && idle === 0) return "Without a clock there is nothing to warn of.";
  if (read.some((entry) => "problem" in entry)) return "Correct the times of the warnings.";
  if (new Set(read.map(secondsOf)).size < read.length) return "Two warnings come at the same time.";
  if (draft.warnings.some((warning) => warning.body.trim() === "")) return "A warning needs a text.";
  if (draft.warnings.some((warning) => warning.body.length > TEXT_LENGTH_MAX))
    return "A text has at most 1600 characters.";
  return undefined;
}

/** What the API would refuse, by field. */
export function problemsOf(draft: Draft): Problems {
  const idle = readIdle(draft.idle_after);
  const seconds = secondsOf(idle);
  const isLong = draft.hours !== null && seconds > BUSINESS_IDLE_SECONDS_MAX;
  const found: Partial<Record<keyof Draft, string | undefined>> = {
    friendly_name: draft.friendly_name.trim() === "" ? "A name is required." : undefined,
    idle_after: isLong ? "With business hours at most 30 days of them." : problemOf(idle),
    end_inactive_after: endProblem(draft, readEnd(draft.end_inactive_after)),
    warnings: warningsProblem(draft, seconds),
    farewell: draft.farewell.length > TEXT_LENGTH_MAX ? "At most 1600 characters." : undefined,
    hours: draft.hours ? hoursProblem(draft.hours) : undefined,
  };
  return Object.fromEntries(Object.entries(found).filter(([, problem]) => problem !== undefined));
}

/** All parameters; blank ones take away. */
export function formOf(draft: Draft): FormFields {
  const warnings = draft.warnings.map((one) => ({
    before: isoText(secondsOf(readEntry(one.before))),
    body: one.body.trim(),
  }));
  return {
    FriendlyName: draft.friendly_name.trim(),
    Enabled: draft.enabled,
    ChatServiceSid: draft.chat_service_sid,
    ChannelType: draft.channel_type,
    Address: draft.address.trim(),
    Counts: draft.counts,
    StartsOn: draft.starts_on,
    IdleAfter: isoText(secondsOf(readIdle(draft.idle_after))),
    Action: draft.action,
    EndInactiveAfter: isoText(secondsOf(readEnd(draft.end_inactive_after))),
    EndCloses: draft.end_closes,
    OnReturn: draft.on_return,
    Queue: draft.queue.trim(),
    Farewell: draft.farewell.trim(),
    Warnings: JSON.stringify(warnings),
    Hours: draft.hours === null ? "" : JSON.stringify(draft.hours),
  };
}

const STARTS: Readonly<Record<LifecyclePolicy["starts_on"], string>> = {
  last_message: "the last message",
  first_agent_reply: "the agent's first reply",
  last_agent_message: "the agent's last message",
};

/** What a policy does, in one line. */
export function rulesInWords(policy: LifecyclePolicy): string {
  const idle = policy.idle_after === null ? 0 : (isoSeconds(policy.idle_after) ?? 0);
  if (idle === 0) return "No clock";
  const who = policy.counts === "customer" ? "the customer's silence" : "silence";
  const act = policy.action === "end" ? "ends" : "inactive";
  const end = policy.end_inactive_after === null ? 0 : (isoSeconds(policy.end_inactive_after) ?? 0);
  const then = policy.action === "inactivate_and_end" && end > 0 ? `, ends ${inWords(end)} later` : "";
  return `${inWords(idle)} of ${who} after ${STARTS[policy.starts_on]}: ${act}${then}`;
}

/** How each step of a preview is called, and the state that it leads to; null for what changes none. */
const STEPS: Readonly<Record<TimelineStep["what"], readonly [title: string, state: Moment["state"]]>> = {
  customer_writes: ["Customer writes", "active"],
  agent_replies: ["Agent replies", null],
  warning: ["Warning", null],
  farewell: ["Farewell", null],
  inactive: ["Inactive", "inactive"],
  session_ends: ["Session ends", "closed"],
  closed: ["Closed", "closed"],
};

/** The server's preview as moments of the drawing; a farewell belongs to what it is said at. */
export function previewMoments(timeline: readonly TimelineStep[]): readonly Moment[] {
  const farewellAt = new Map(
    timeline.filter((step) => step.what === "farewell").map((step) => [step.after, step.body]),
  );
  return timeline
    .filter((step) => step.what !== "farewell")
    .map((step) => {
      const [title, state] = STEPS[step.what];
      const says = step.body ?? (state === null ? null : farewellAt.get(step.after));
      return { after: isoSeconds(step.after) ?? 0, state, title, text: step.text, ...(says ? { says } : {}) };
    });
}
