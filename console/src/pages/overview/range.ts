/** Which time the overview shows. */
import { STEP_MS, type Step } from "./plot";

export const RANGES = [
  { value: "day", label: "24 hours", hours: 24, step: "hour" },
  { value: "week", label: "7 days", hours: 7 * 24, step: "hour" },
  { value: "month", label: "30 days", hours: 30 * 24, step: "day" },
  { value: "quarter", label: "90 days", hours: 90 * 24, step: "day" },
] as const;

export type RangeName = (typeof RANGES)[number]["value"];

const HOURLY_MAX = 14 * 24;

const rangeOf = (name: RangeName) => RANGES.find((range) => range.value === name) ?? RANGES[0];

/** The steps that a range can be shown in: hundreds of bars are none. */
export function stepsOf(name: RangeName): readonly Step[] {
  const { hours } = rangeOf(name);
  if (hours <= 24) return ["hour"];
  return hours <= HOURLY_MAX ? ["hour", "day"] : ["day"];
}

/** The step that suits a range best. */
export const stepOf = (name: RangeName): Step => rangeOf(name).step;

/** From and to, in whole steps, with the present step as the last one. */
export function bounds(name: RangeName, step: Step, now: number): { readonly from: number; readonly to: number } {
  const size = STEP_MS[step];
  const to = Math.floor(now / size) * size + size;
  return { from: to - rangeOf(name).hours * STEP_MS.hour, to };
}
