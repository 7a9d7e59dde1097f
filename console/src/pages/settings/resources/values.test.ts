import { expect, it } from "vitest";
import { type Field, formOf, problems, shown, valuesOf } from "./values";

interface Thing {
  readonly name: string | null;
  readonly limit: number;
  readonly on: boolean;
  readonly urls: readonly string[];
}

const FIELDS: readonly Field<Thing>[] = [
  { name: "FriendlyName", label: "Name", kind: "text", isRequired: true, read: (thing) => thing.name },
  { name: "Limit", label: "Limit", kind: "number", read: (thing) => thing.limit },
  { name: "On", label: "On", kind: "switch", read: (thing) => thing.on, initial: true },
  {
    name: "Urls",
    label: "Addresses",
    kind: "lines",
    read: (thing) => thing.urls,
    when: (values) => values["On"] === true,
  },
  { name: "Secret", label: "Secret", kind: "password", on: "create" },
  { name: "Attributes", label: "Attributes", kind: "json" },
];
const THING: Thing = { name: "one", limit: 5, on: true, urls: ["a", "b"] };

it("begins with the item's values, or with those of nothing", () => {
  expect(valuesOf(FIELDS, THING)).toMatchObject({
    FriendlyName: "one",
    Limit: "5",
    On: true,
    Urls: "a\nb",
    Secret: "",
  });
  expect(valuesOf(FIELDS, null)).toMatchObject({ FriendlyName: "", On: true, Urls: "" });
});

it("sends on a change what differs, and a list anew", () => {
  const before = valuesOf(FIELDS, THING);
  expect(formOf(FIELDS, before, before)).toEqual({});
  expect(formOf(FIELDS, { ...before, Urls: " c \n\nd" }, before)).toEqual({ Urls: ["c", "d"] });
  expect(formOf(FIELDS, { ...before, FriendlyName: "", Urls: "", On: false }, before)).toEqual({
    FriendlyName: "",
    Urls: [""],
    On: false,
  });
});

it("sends on creation what is filled in", () => {
  const values = { ...valuesOf(FIELDS, null), FriendlyName: "new" };
  expect(formOf(FIELDS, values, null)).toEqual({ FriendlyName: "new", On: true });
});

it("shows what plays a part now", () => {
  const names = (on: "create" | "update", isOn: boolean) => shown(FIELDS, on, { On: isOn }).map((field) => field.name);
  expect(names("create", true)).toEqual(["FriendlyName", "Limit", "On", "Urls", "Secret", "Attributes"]);
  expect(names("update", false)).toEqual(["FriendlyName", "Limit", "On", "Attributes"]);
});

it("says what is wrong before the server has to", () => {
  expect(problems(FIELDS, { FriendlyName: " ", Limit: "five", Attributes: "{" })).toEqual({
    FriendlyName: "Name is required.",
    Limit: "Enter a whole number.",
    Attributes: "This is not a JSON document.",
  });
  expect(problems(FIELDS, { FriendlyName: "x", Limit: "5", Attributes: "{}" })).toEqual({});
});
