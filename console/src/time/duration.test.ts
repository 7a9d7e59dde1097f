import { describe, expect, it } from "vitest";
import { inShort, inWords, isoSeconds, isoText, readEntry, readTimer, SECONDS_MAX } from "./duration";

const DAY = 86_400;

describe("ISO 8601 as the API takes it", () => {
  it.each([
    ["PT1M", 60],
    ["PT60S", 60],
    ["P30D", 30 * DAY],
    ["PT60000S", 60_000],
    ["P1DT2H3M4S", 93_784],
    ["PT0S", 0],
    ["P0D", 0],
    ["PT0M", 0],
    ["PT0H0M0S", 0],
    ["P36525D", SECONDS_MAX],
  ])("%s is %d seconds", (text, seconds) => {
    expect(isoSeconds(text)).toBe(seconds);
  });

  it.each([
    "",
    " ",
    "P",
    "PT",
    "1",
    "60",
    "P1M",
    "P1Y",
    "P0M",
    "P1W",
    "PT1.5M",
    "PT1,5M",
    "-PT1M",
    "+PT1M",
    "PT-1M",
    "pt1m",
    "P1DT",
    "PT1M ",
    "PT1S1M",
    "PTM",
    "P1H",
    "T1M",
    "PT99999999999999999999S",
    "P36525DT1S",
    "P٣D",
    `PT${"0".repeat(100)}1S`,
  ])("%j is refused", (text) => {
    expect(isoSeconds(text)).toBeNull();
  });

  it("reads back what it writes", () => {
    for (const seconds of [0, 1, 59, 60, 61, 3_600, 3_661, DAY, DAY + 1, 30 * DAY, 93_784, SECONDS_MAX]) {
      expect(isoSeconds(isoText(seconds))).toBe(seconds);
    }
    expect([0, 90, 93_600, 2 * DAY].map(isoText)).toEqual(["PT0S", "PT1M30S", "P1DT2H", "P2D"]);
  });
});

describe("words", () => {
  it.each([
    [0, "0 seconds"],
    [1, "1 second"],
    [300, "5 minutes"],
    [5_400, "1 hour 30 minutes"],
    [30 * DAY, "30 days"],
    [93_784, "1 day 2 hours 3 minutes 4 seconds"],
  ])("%d seconds are %s", (seconds, words) => {
    expect(inWords(seconds)).toBe(words);
  });

  it("cuts off small units on demand", () => {
    expect(inWords(93_784, 2)).toBe("1 day 2 hours");
    expect([0, 270, 93_784].map((seconds) => inShort(seconds))).toEqual(["0 s", "4 min 30 s", "1 d 2 h"]);
  });
});

describe("friendly entry", () => {
  it.each([
    ["30 days", 30 * DAY],
    ["30d", 30 * DAY],
    ["5 min", 300],
    ["5m", 300],
    ["1h 30m", 5_400],
    ["1 hour, 30 minutes", 5_400],
    ["1 Hour and 30 Minutes", 5_400],
    ["90 sec", 90],
    ["2 weeks", 14 * DAY],
    ["1 year", 365 * DAY],
    ["off", 0],
    ["Never", 0],
    ["0", 0],
    ["PT5M", 300],
    ["  P1D ", DAY],
  ])("%j is %d seconds", (text, seconds) => {
    expect(readEntry(text)).toEqual({ seconds });
  });

  it.each([
    ["", /Enter a duration/],
    ["5", /Say the unit/],
    ["-5 min", /no sign/],
    ["1.5h", /whole numbers/],
    ["1 month", /Months differ/],
    ["P1M", /days, hours, minutes and seconds only/],
    ["P1W", /days, hours, minutes and seconds only/],
    ["soon", /not understood/],
    ["5 parsecs", /not understood/],
    ["5 min 1 hour", /not understood/],
    ["101 years", /hundred years/],
  ])("%j is refused with a reason", (text, why) => {
    expect(readEntry(text)).toEqual({ problem: expect.stringMatching(why) });
  });

  it("knows the least of each timer, and that zero turns it off", () => {
    expect(readTimer("inactive", "1 min")).toEqual({ seconds: 60 });
    expect(readTimer("inactive", "59 s")).toEqual({ problem: expect.stringContaining("1 minute or more") });
    expect(readTimer("closed", "PT10M")).toEqual({ seconds: 600 });
    expect(readTimer("closed", "PT5M30S")).toEqual({ problem: expect.stringContaining("10 minutes or more") });
    expect(readTimer("closed", "PT0M")).toEqual({ seconds: 0 });
  });
});
