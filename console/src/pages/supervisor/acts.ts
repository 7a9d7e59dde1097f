/** The acts that can be done to many conversations at once, and what each wants to know. */
import type { FormFields } from "../../api/client";
import { isoText, readEntry } from "../../time/duration";

export const ACTS = [
  { value: "assign", label: "Assign", hint: "Give them to one agent" },
  { value: "transfer", label: "Transfer", hint: "Put them into a queue" },
  { value: "inactivate", label: "Inactivate", hint: "The customers are silent; who writes comes back" },
  { value: "end", label: "End", hint: "The work is done" },
  { value: "reopen", label: "Reopen", hint: "Make them active again" },
  { value: "hold", label: "Hold", hint: "Their clocks stand still" },
  { value: "release", label: "Release", hint: "Their clocks go on with what was left" },
  { value: "extend", label: "Extend", hint: "Their timers end later" },
] as const;

export type ActName = (typeof ACTS)[number]["value"];

/** What has been filled in; every act takes what it needs. */
export interface Filled {
  readonly to: string;
  readonly queue: string;
  readonly by: string;
  readonly reason: string;
  readonly farewell: string;
}

export const NOTHING: Filled = { to: "", queue: "", by: "1 hour", reason: "", farewell: "" };

export const labelOf = (act: ActName): string => ACTS.find(({ value }) => value === act)?.label ?? act;

/** Why it cannot be done yet; null when it can. */
export function problemOf(act: ActName, filled: Filled): string | null {
  if (act === "assign" && filled.to === "") return "Choose an agent.";
  if (act === "transfer" && filled.queue.trim() === "") return "Name the queue.";
  if (act !== "extend") return null;
  const entry = readEntry(filled.by);
  if ("problem" in entry) return entry.problem;
  return entry.seconds === 0 ? "Say how much later." : null;
}

/** What the act's own fields send. */
export function formOf(act: ActName, filled: Filled): FormFields {
  const { reason, farewell } = filled;
  switch (act) {
    case "assign":
      return { To: filled.to };
    case "transfer":
      return { "Queue.To": filled.queue.trim() };
    case "inactivate":
    case "end":
      return { Reason: reason.trim() || undefined, Farewell: farewell.trim() || undefined };
    case "extend": {
      const entry = readEntry(filled.by);
      return { By: "seconds" in entry ? isoText(entry.seconds) : undefined };
    }
    default:
      return {};
  }
}
