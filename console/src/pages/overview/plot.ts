/** What plots are made of, without drawing: pure functions. */
import { scaleLinear, scaleTime, scaleUtc } from "d3-scale";
import type { Statistics } from "../../api/types";

export type Step = Statistics["step"];

export const STEP_MS: Readonly<Record<Step, number>> = { hour: 3_600_000, day: 86_400_000 };

/** One line, area or part of a bar. `tone` names its colour in overview.css. */
export interface Series {
  readonly label: string;
  readonly tone: string;
}

/** The values of all series from `at` on, in their order; null where there is none. */
export interface Point {
  readonly at: number;
  readonly values: readonly (number | null)[];
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Room around the marks, in pixels: figures of the axes stand there. */
export const MARGIN = { top: 10, right: 22, bottom: 26, left: 56 };

/** How an axis writes its values, and in which unit its ticks are round. */
export interface Measure {
  /** Seconds, or whatever the values are in, of one unit of the axis. */
  readonly unit: number;
  readonly tick: (inUnits: number) => string;
  /** The value in full. */
  readonly full: (value: number) => string;
  readonly isWhole: boolean;
}

const figures = new Intl.NumberFormat();
const short = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
const few = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });

export const COUNT: Measure = { unit: 1, tick: (n) => short.format(n), full: (n) => figures.format(n), isWhole: true };

const TIME_UNITS: readonly (readonly [number, string])[] = [
  [86_400, "d"],
  [3_600, "h"],
  [60, "min"],
  [1, "s"],
  [0.001, "ms"],
];

const unitOf = (seconds: number): readonly [number, string] =>
  TIME_UNITS.find(([size]) => seconds >= size) ?? [0.001, "ms"];

/** "350 ms", "2.5 s", "4 min". */
export function seconds(value: number): string {
  const [size, name] = unitOf(value);
  return `${few.format(value / size)} ${name}`;
}

/** The measure of durations up to `most` seconds. */
export function secondsUpTo(most: number): Measure {
  const [unit, name] = unitOf(most);
  return { unit, tick: (n) => `${few.format(n)} ${name}`, full: seconds, isWhole: false };
}

/** The largest value that has to fit: of one series, or of all on top of each other. */
export function largest(points: readonly Point[], isStacked: boolean): number {
  const of = ({ values }: Point): number => {
    const given = values.map((value) => value ?? 0);
    return isStacked ? given.reduce((sum, value) => sum + value, 0) : Math.max(0, ...given);
  };
  return points.reduce((most, point) => Math.max(most, of(point)), 0);
}

/** The scale of values, from zero: an axis that does not begin there makes small differences look large. */
export function valueScale(most: number, measure: Measure, height: number) {
  const inUnits = most / measure.unit;
  const scale = scaleLinear()
    .domain([0, inUnits > 0 ? inUnits : 1])
    .range([height - MARGIN.bottom, MARGIN.top])
    .nice(4);
  const ticks = scale.ticks(4).filter((tick) => !measure.isWhole || Number.isInteger(tick));
  return { y: (value: number): number => scale(value / measure.unit), ticks, tickY: (tick: number) => scale(tick) };
}

/** Days of statistics are days of UTC, hours are shown in the zone of whoever looks. */
export function timeScale(from: number, to: number, step: Step, width: number) {
  const scale = (step === "day" ? scaleUtc() : scaleTime())
    .domain([from, to])
    .range([MARGIN.left, width - MARGIN.right]);
  const ticks = scale.ticks(Math.max(2, Math.floor((width - MARGIN.left) / 90)));
  return { x: (at: number): number => scale(at), ticks };
}

const zoneOf = (step: Step): Intl.DateTimeFormatOptions => (step === "day" ? { timeZone: "UTC" } : {});

/** Texts of the time axis: the time of day within a day, otherwise the date. */
export function timeTick(at: Date, step: Step): string {
  const isMidnight = step === "day" || (at.getHours() === 0 && at.getMinutes() === 0);
  return isMidnight
    ? at.toLocaleDateString(undefined, { day: "numeric", month: "short", ...zoneOf(step) })
    : at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
}

/** One point for every step from `from` to `to`: what the server leaves out has no value. */
export function everyStep(points: readonly Point[], from: number, to: number, step: Step, series: number): Point[] {
  const known = new Map(points.map((point) => [point.at, point]));
  const none = Array<null>(series).fill(null);
  const count = Math.max(0, Math.ceil((to - from) / STEP_MS[step]));
  return Array.from({ length: count }, (_, index) => {
    const at = from + index * STEP_MS[step];
    return known.get(at) ?? { at, values: none };
  });
}

/** The step that begins at `at`, in words; what has not ended by `now` is told to be unfinished. */
export function stepText(at: number, step: Step, now: number): string {
  const text =
    step === "day" && at % STEP_MS.day === 0
      ? new Date(at).toLocaleDateString(undefined, {
          weekday: "short",
          day: "numeric",
          month: "short",
          timeZone: "UTC",
        })
      : new Date(at).toLocaleString(undefined, {
          weekday: "short",
          day: "numeric",
          month: "short",
          hour: "2-digit",
          minute: "2-digit",
        });
  const isWhole = at % STEP_MS[step] === 0;
  return isWhole && at <= now && now < at + STEP_MS[step] ? `${text}, so far` : text;
}

/** The index of the point whose step holds `at`, or the nearest. */
export function indexAt(points: readonly Point[], at: number): number {
  const after = points.findIndex((point) => point.at > at);
  return after === -1 ? points.length - 1 : Math.max(0, after - 1);
}
