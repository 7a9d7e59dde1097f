import { expect, it } from "vitest";
import { encode } from "../../api/client";
import { ACTS, formOf, NOTHING, problemOf } from "./acts";

const filled = { to: "ana", queue: " billing ", by: "1h 30m", reason: " silent ", farewell: "" };
const sent = (act: (typeof ACTS)[number]["value"]): string => encode(formOf(act, filled)).toString();

it("sends of what was filled in only what the act takes", () => {
  expect(ACTS.map(({ value }) => [value, sent(value)])).toEqual([
    ["assign", "To=ana"],
    ["transfer", "Queue.To=billing"],
    ["inactivate", "Reason=silent"],
    ["end", "Reason=silent"],
    ["reopen", ""],
    ["hold", ""],
    ["release", ""],
    ["extend", "By=PT1H30M"],
  ]);
});

it("says what is missing before anything is sent", () => {
  expect(problemOf("assign", NOTHING)).toBe("Choose an agent.");
  expect(problemOf("transfer", NOTHING)).toBe("Name the queue.");
  expect(problemOf("extend", { ...NOTHING, by: "off" })).toBe("Say how much later.");
  expect(problemOf("extend", { ...NOTHING, by: "5" })).toMatch(/unit/);
  expect(problemOf("end", NOTHING)).toBeNull();
});
