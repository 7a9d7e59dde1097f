import { expect, it } from "vitest";
import { momentsOf, positions, summary } from "./moments";

const DAY = 86_400;
const line = (inactive: number, closed: number) =>
  momentsOf(inactive, closed).map(({ after, state }) => [after, state]);

it("follows the table of timers: none, inactive only, closed only, both", () => {
  expect(line(0, 0)).toEqual([[0, "active"]]);
  expect(line(300, 0)).toEqual([
    [0, "active"],
    [300, "inactive"],
  ]);
  expect(line(0, DAY)).toEqual([
    [0, "active"],
    [DAY, "closed"],
  ]);
  // The closed timer starts when the conversation becomes inactive.
  expect(line(300, DAY)).toEqual([
    [0, "active"],
    [300, "inactive"],
    [300 + DAY, "closed"],
  ]);
});

it("says what is easily misunderstood: a closed timer alone counts from the creation", () => {
  expect(summary(0, 30 * DAY)).toBe("A conversation is closed 30 days after its creation, whatever is said in it.");
  expect(momentsOf(0, DAY)[0]?.text).toContain("do not postpone");
});

it("places minutes and years on one line, in order, with room after the last", () => {
  const places = positions([0, 300, 300 + 365 * DAY]);
  expect(places[0]).toBe(0);
  expect(places[1]).toBeGreaterThan(0.1);
  expect(places[2]).toBeGreaterThan(places[1] ?? 1);
  expect(places[2]).toBeLessThan(0.95);
});
