import { expect, it } from "vitest";
import {
  COUNT,
  everyStep,
  indexAt,
  largest,
  MARGIN,
  seconds,
  secondsUpTo,
  stepText,
  timeScale,
  valueScale,
} from "./plot";

const HOUR = 3_600_000;
const points = [
  { at: 0, values: [1, 2] },
  { at: HOUR, values: [4, null] },
  { at: 2 * HOUR, values: [0, 3] },
];

it("finds the largest value, alone or on top of each other", () => {
  expect(largest(points, false)).toBe(4);
  expect(largest(points, true)).toBe(4);
  expect(largest([{ at: 0, values: [2, 3] }], true)).toBe(5);
  expect(largest([], true)).toBe(0);
});

it("has axes of values that begin at zero and count in whole numbers", () => {
  const { y, ticks } = valueScale(2, COUNT, 200);
  expect(y(0)).toBe(200 - MARGIN.bottom);
  expect(ticks).toEqual([0, 1, 2]);
  expect(valueScale(0, COUNT, 200).ticks).toEqual([0, 1]);
});

it("has ticks that are round in the unit of the axis", () => {
  const measure = secondsUpTo(290);
  const { ticks } = valueScale(290, measure, 200);
  expect(ticks.map(measure.tick)).toEqual(["0 min", "1 min", "2 min", "3 min", "4 min", "5 min"]);
});

it("writes durations short", () => {
  expect([0.0004, 0.35, 2.5, 240, 5_400, 200_000].map(seconds)).toEqual([
    "0.4 ms",
    "350 ms",
    "2.5 s",
    "4 min",
    "1.5 h",
    "2.31 d",
  ]);
});

it("finds the step that holds an instant", () => {
  expect([-5, 0, HOUR - 1, HOUR, 9 * HOUR].map((at) => indexAt(points, at))).toEqual([0, 0, 0, 1, 2]);
});

it("says of the present step that it has not ended", () => {
  expect(stepText(0, "hour", HOUR - 1)).toMatch(/, so far$/);
  expect(stepText(0, "hour", HOUR)).not.toMatch(/so far/);
});

it("puts days where they begin in UTC", () => {
  const day = 24 * HOUR;
  const { x, ticks } = timeScale(0, 4 * day, "day", 500);
  expect(x(0)).toBe(MARGIN.left);
  expect(ticks.every((tick) => tick.getTime() % day === 0)).toBe(true);
});

it("has a point for every step, without a value where nothing was told", () => {
  const told = everyStep([{ at: HOUR, values: [7] }], 0, 2.5 * HOUR, "hour", 1);
  expect(told).toEqual([
    { at: 0, values: [null] },
    { at: HOUR, values: [7] },
    { at: 2 * HOUR, values: [null] },
  ]);
});
