import { afterEach, expect, it, vi } from "vitest";
import { ApiError, encode, get, post, setCsrfToken, Unreachable } from "./client";
import { retryDelay } from "./live";
import { all, relative } from "./paging";

const answer = (status: number, body: unknown) =>
  vi.fn(() => Promise.resolve(new Response(JSON.stringify(body), { status })));

afterEach(() => vi.unstubAllGlobals());

it("encodes forms as Twilio's libraries do: keys repeat, what is not given is left out", () => {
  const text = encode({ Queues: ["a", "b c"], Limit: 0, On: false, Gone: undefined, None: null, Blank: "" }).toString();
  expect(text).toBe("Queues=a&Queues=b+c&Limit=0&On=false&Blank=");
});

it("sends the token with writes", async () => {
  const fetched = answer(200, {});
  vi.stubGlobal("fetch", fetched);
  setCsrfToken("token");
  await post("/v1/Configuration", { DefaultInactiveTimer: "PT5M" });
  const [, init] = fetched.mock.calls[0] as unknown as [string, RequestInit];
  expect(new Headers(init.headers).get("X-Dwell-CSRF")).toBe("token");
});

it("turns a refusal into an ApiError with Twilio's code", async () => {
  vi.stubGlobal("fetch", answer(400, { code: 50375, message: "too short", status: 400 }));
  const error = await get("/v1/Configuration").catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ApiError);
  expect(error).toMatchObject({ code: 50375, message: "too short", status: 400 });
});

it("says that the server cannot be reached", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
  await expect(get("/v1/Configuration")).rejects.toBeInstanceOf(Unreachable);
});

it("follows lists to their end, on the page's own host", async () => {
  const meta = { page: 0, page_size: 1, url: "", previous_page_url: null, key: "roles" };
  const fetched = vi
    .fn()
    .mockResolvedValueOnce(
      new Response(
        JSON.stringify({ meta: { ...meta, next_page_url: "https://public.example/v1/Roles?Page=1" }, roles: [1] }),
      ),
    )
    .mockResolvedValueOnce(new Response(JSON.stringify({ meta: { ...meta, next_page_url: null }, roles: [2] })));
  vi.stubGlobal("fetch", fetched);
  expect(await all("/v1/Roles?PageSize=1")).toEqual([1, 2]);
  expect(fetched.mock.calls[1]?.[0]).toBe("/v1/Roles?Page=1");
});

it("makes addresses relative", () => {
  expect(relative("https://dwell.example:8443/dwell/v1/Sessions?Page=1")).toBe("/dwell/v1/Sessions?Page=1");
  expect(relative("/v1/Roles")).toBe("/v1/Roles");
});

it("backs off between half and all of a doubling time, up to half a minute", () => {
  expect(retryDelay(0, 0)).toBe(500);
  expect(retryDelay(2, 1)).toBe(4_000);
  expect(retryDelay(20, 1)).toBe(30_000);
});
