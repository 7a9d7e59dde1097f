import { expect, it } from "vitest";
import { bounds, RANGES, stepOf, stepsOf } from "./range";

const NOW = Date.parse("2026-11-21T20:15:30Z");

it("ends with the step that holds the present", () => {
  expect(bounds("day", "hour", NOW)).toEqual({
    from: Date.parse("2026-11-20T21:00:00Z"),
    to: Date.parse("2026-11-21T21:00:00Z"),
  });
  expect(bounds("month", "day", NOW).to).toBe(Date.parse("2026-11-22T00:00:00Z"));
});

it("offers every range the step that suits it", () => {
  for (const { value } of RANGES) expect(stepsOf(value)).toContain(stepOf(value));
});
