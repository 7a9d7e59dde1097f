/** What will happen to a conversation, as moments on a line. Pure, for the drawing and for the words beside it. */
import type { ConversationState } from "../../api/types";
import { inWords } from "../../time/duration";

export interface Moment {
  /** Seconds after the beginning of the line. */
  readonly after: number;
  /** The state from here on; null when the moment changes none (a warning). */
  readonly state: Exclude<ConversationState, "initializing"> | null;
  readonly title: string;
  readonly text: string;
  /** What is said in the conversation then. */
  readonly says?: string;
}

const LOOP = "A message at any time makes it active again and starts over.";

/** The life of a silent conversation with these default timers, in seconds; zero is off. */
export function momentsOf(inactive: number, closed: number): readonly Moment[] {
  const created = (text: string): Moment => ({ after: 0, state: "active", title: "Created", text });
  if (inactive === 0 && closed === 0) return [created("It is active, and stays so until somebody changes it.")];
  if (inactive === 0) {
    return [
      created("It is active. Messages do not postpone what comes."),
      {
        after: closed,
        state: "closed",
        title: "Closed",
        text: `${inWords(closed)} after its creation, whatever has been said in it. Nothing opens it again.`,
      },
    ];
  }
  const idle: Moment = {
    after: inactive,
    state: "inactive",
    title: "Inactive",
    text: `After ${inWords(inactive)} without a message. ${LOOP}`,
  };
  const begin = created("It is active. Every message starts the inactive timer anew.");
  if (closed === 0) return [begin, { ...idle, text: `${idle.text} It is never closed by a timer.` }];
  return [
    begin,
    idle,
    {
      after: inactive + closed,
      state: "closed",
      title: "Closed",
      text: `After ${inWords(closed)} of being inactive. Nothing opens it again; a customer who writes then begins a new one.`,
    },
  ];
}

/** The same in one sentence. */
export function summary(inactive: number, closed: number): string {
  if (inactive === 0 && closed === 0) return "Conversations stay active for ever.";
  if (inactive === 0) return `A conversation is closed ${inWords(closed)} after its creation, whatever is said in it.`;
  const idle = `After ${inWords(inactive)} of silence a conversation becomes inactive; a message brings it back.`;
  if (closed === 0) return `${idle} It is never closed.`;
  return `${idle} After ${inWords(closed)} of being inactive it is closed.`;
}

const TAIL_WEIGHT = 1.1;

/**
 * Where the moments stand on a line from 0 to 1, in order. Minutes and years have to be on one line, so distances
 * grow with the logarithm of time; the last stretch is what comes after the last moment.
 */
export function positions(afters: readonly number[]): readonly number[] {
  const weights = afters.map((after, i) => (i === 0 ? 0 : 1 + Math.log10(1 + (after - (afters[i - 1] ?? 0)) / 60)));
  const total = weights.reduce((sum, weight) => sum + weight, TAIL_WEIGHT);
  let sum = 0;
  return weights.map((weight) => {
    sum += weight;
    return sum / total;
  });
}
