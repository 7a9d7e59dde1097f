import { describe, expect, it } from "vitest";
import { type Draft, dayProblem, formOf, NEW, PRESETS, previewMoments, problemsOf } from "./draft";

const NAMED: Draft = { ...NEW, friendly_name: "Desk" };
const WEEK = { time_zone: "Europe/Berlin", week: { mon: [["09:00", "17:00"]] as const } };

describe("what the API would refuse is said beside its field", () => {
  it.each<[string, Partial<Draft>, readonly string[]]>([
    ["a good one", {}, []],
    ["no name", { friendly_name: " " }, ["friendly_name"]],
    ["too short a silence", { idle_after: "30 s" }, ["idle_after"]],
    ["no clock is allowed", { idle_after: "off" }, []],
    ["an end without its time", { end_inactive_after: "off" }, ["end_inactive_after"]],
    ["too short until the end", { end_inactive_after: "5 min" }, ["end_inactive_after"]],
    ["no end at all when it only parks", { action: "inactivate", end_inactive_after: "off" }, []],
    ["a warning after the end", { warnings: [{ id: 0, before: "5 min", body: "x" }] }, ["warnings"]],
    ["a warning without text", { warnings: [{ id: 0, before: "1 min", body: " " }] }, ["warnings"]],
    [
      "two warnings at once",
      {
        warnings: [
          { id: 0, before: "1 min", body: "x" },
          { id: 1, before: "60 s", body: "y" },
        ],
      },
      ["warnings"],
    ],
    ["a warning of nothing", { idle_after: "off", warnings: [{ id: 0, before: "1 min", body: "x" }] }, ["warnings"]],
    ["too long for business hours", { idle_after: "31 days", hours: WEEK }, ["idle_after"]],
    ["a week without hours", { hours: { time_zone: "UTC", week: {} } }, ["hours"]],
    [
      "hours that end before they begin",
      { hours: { time_zone: "UTC", week: { mon: [["17:00", "09:00"]] } } },
      ["hours"],
    ],
  ])("%s", (_, change, fields) => {
    expect(Object.keys(problemsOf({ ...NAMED, ...change }))).toEqual(fields);
  });

  it("every preset is good", () => {
    for (const preset of PRESETS) expect(problemsOf({ ...NAMED, ...preset.rules })).toEqual({});
  });
});

it.each<[readonly (readonly [string, string])[], boolean]>([
  [[], true],
  [[["09:00", "17:00"]], true],
  [
    [
      ["13:00", "24:00"],
      ["09:00", "12:00"],
    ],
    true,
  ],
  [
    [
      ["09:00", "12:00"],
      ["12:00", "17:00"],
    ],
    false,
  ],
  [[["09:00", "09:00"]], false],
  [[["9:00", "12:00"]], false],
  [[["09:00", "24:30"]], false],
])("the hours %j of a day are good: %s", (stretches, isGood) => {
  expect(dayProblem(stretches) === undefined).toBe(isGood);
});

it("sends ISO durations, and blanks for what is taken away", () => {
  const form = formOf({
    ...NAMED,
    action: "inactivate",
    warnings: [{ id: 0, before: "1 min", body: " Still there? " }],
  });
  expect(form).toMatchObject({
    IdleAfter: "PT5M",
    EndInactiveAfter: "P1D",
    Address: "",
    Hours: "",
    Warnings: '[{"before":"PT1M","body":"Still there?"}]',
  });
});

it("draws the server's preview: a warning changes no state, a farewell belongs to what it is said at", () => {
  const step = { at: "", text: "", body: null };
  const moments = previewMoments([
    { ...step, after: "PT0S", what: "customer_writes" },
    { ...step, after: "PT30S", what: "agent_replies" },
    { ...step, after: "PT4M30S", what: "warning", body: "Still there?" },
    { ...step, after: "PT5M30S", what: "farewell", body: "Good bye!" },
    { ...step, after: "PT5M30S", what: "inactive" },
    { ...step, after: "P1DT5M30S", what: "closed" },
  ]);
  expect(moments.map((moment) => [moment.after, moment.state, moment.says])).toEqual([
    [0, "active", undefined],
    [30, null, undefined],
    [270, null, "Still there?"],
    [330, "inactive", "Good bye!"],
    [86_730, "closed", undefined],
  ]);
});
