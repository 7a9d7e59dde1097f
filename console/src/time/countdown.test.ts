import { expect, it } from "vitest";
import { accountTime } from "./clock";
import { ago, countdown, isUrgent } from "./countdown";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];

it.each([
  [0, "now"],
  [-5 * SECOND, "now"],
  [400, "0:01"],
  [59 * SECOND, "0:59"],
  [5 * MINUTE + 250, "5:00"],
  [5 * MINUTE - 250, "5:00"],
  [5 * MINUTE - 750, "4:59"],
  [192 * SECOND, "3:12"],
  [HOUR - SECOND, "59:59"],
  [HOUR - 250, "1 h"],
  [HOUR, "1 h"],
  [80 * MINUTE, "1 h 20 min"],
  [23 * HOUR + 59 * MINUTE, "23 h"],
  [47 * HOUR, "47 h"],
  [6 * DAY + HOUR, "6 d"],
])("%d ms from now reads %s", (left, text) => {
  expect(countdown(NOW + left, NOW)).toBe(text);
});

it("stands out in the last minute only", () => {
  expect(isUrgent(NOW + MINUTE, NOW)).toBe(true);
  expect(isUrgent(NOW + MINUTE + 1, NOW)).toBe(false);
});

it.each([
  [30 * SECOND, "just now"],
  [4 * MINUTE, "4 min ago"],
  [3 * HOUR, "3 h ago"],
  [5 * DAY, "5 d ago"],
])("%d ms past reads %s", (past, text) => {
  expect(ago(NOW - past, NOW)).toBe(text);
});

it("follows the account's clock: it runs on from the reading, or stands still", () => {
  expect(accountTime({ account: NOW, local: 100, isFrozen: false }, 1_100)).toBe(NOW + SECOND);
  expect(accountTime({ account: NOW, local: 100, isFrozen: true }, 1_100)).toBe(NOW);
});
