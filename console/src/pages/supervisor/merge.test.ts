import { expect, it } from "vitest";
import { mergeHead, replaceItems } from "./merge";

const list = {
  pages: [
    { items: [{ sid: "a" }, { sid: "b" }], next: "/2" },
    { items: [{ sid: "c" }, { sid: "d" }], next: null },
  ],
  pageParams: ["/1", "/2"],
};
const sids = (pages: { pages: readonly { items: readonly { sid: string }[] }[] }): string =>
  pages.pages.map((page) => page.items.map((item) => item.sid).join("")).join("|");

it("puts the head first and once, and takes away what changed and is not in it", () => {
  expect(sids(mergeHead(list, [{ sid: "d" }, { sid: "new" }], new Set(["d", "b"])))).toBe("dnewa|c");
  expect(sids(mergeHead(list, [{ sid: "a" }, { sid: "b" }], new Set()))).toBe("ab|cd");
});

it("goes on from where the list ended", () => {
  expect(mergeHead(list, [{ sid: "z" }], new Set()).pages.map((page) => page.next)).toEqual(["/2", null]);
});

it("renews items in their places", () => {
  const fresh = new Map([
    ["b", { sid: "b", gone: true }],
    ["c", { sid: "c", gone: false }],
  ]);
  const items: { pages: { items: { sid: string; gone?: boolean }[]; next: string | null }[]; pageParams: string[] } =
    list;
  expect(sids(replaceItems(items, fresh, (item) => !item.gone))).toBe("a|cd");
});
