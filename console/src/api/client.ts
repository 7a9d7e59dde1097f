/** One client for `/v1`, `/dwell/v1` and `/console`: cookies, forms in, JSON out, Twilio's error body as an exception. */

/** A refusal as the API tells it. `code` is Twilio's (0 when the answer had none), `status` is HTTP's. */
export class ApiError extends Error {
  readonly code: number;
  readonly status: number;
  /** The whole body, for the rare refusal that says more (sign-in). */
  readonly body: unknown;

  constructor(status: number, code: number, message: string, body?: unknown) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.body = body;
  }
}

/** The server could not be reached at all. */
export class Unreachable extends Error {
  constructor() {
    super("The server cannot be reached. Check the connection and try again.");
    this.name = "Unreachable";
  }
}

export type FormValue = string | number | boolean | null | undefined | readonly (string | number)[];
/** PascalCase names to values; a list repeats its key, undefined and null are left out. */
export type FormFields = Readonly<Record<string, FormValue>>;

/** Form encoding as Twilio's libraries do it. */
export function encode(fields: FormFields): URLSearchParams {
  const out = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue;
    for (const one of Array.isArray(value) ? value : [value]) out.append(name, String(one));
  }
  return out;
}

let csrfToken = "";
let whenSignedOut: () => void = () => undefined;

/** Called by `session/` only: the token of every write from now on. */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** Called by `session/` only: what happens when an answer says that the person is signed out. */
export function onSignedOut(act: () => void): void {
  whenSignedOut = act;
}

export type Method = "GET" | "POST" | "DELETE";

interface Options {
  readonly query?: FormFields;
  readonly form?: FormFields | FormData;
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Goes out even when the page is left meanwhile. For small forms only. */
  readonly keepalive?: boolean;
}

/** The path with the query behind it; the path may have one already. */
export function address(path: string, query: FormFields = {}): string {
  const text = encode(query).toString();
  return text ? `${path}${path.includes("?") ? "&" : "?"}${text}` : path;
}

async function refusal(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  const told = (body ?? {}) as { code?: unknown; message?: unknown };
  const code = typeof told.code === "number" ? told.code : 0;
  const message = typeof told.message === "string" ? told.message : `The server answered ${response.status}.`;
  return new ApiError(response.status, code, message, body);
}

/** Sends one request. Rejects with [ApiError] or [Unreachable]; a 204 resolves to undefined. */
export async function send<T>(method: Method, path: string, options: Options = {}): Promise<T> {
  const headers = new Headers({ Accept: "application/json", ...options.headers });
  if (method !== "GET") headers.set("X-Dwell-CSRF", csrfToken);
  const form = options.form;
  const body = form === undefined ? null : form instanceof FormData ? form : encode(form);
  let response: Response;
  try {
    response = await fetch(address(path, options.query), {
      method,
      headers,
      body,
      credentials: "same-origin",
      signal: options.signal ?? null,
      keepalive: options.keepalive ?? false,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable();
  }
  if (!response.ok) {
    const error = await refusal(response);
    if (response.status === 401 && !path.startsWith("/console/")) whenSignedOut();
    throw error;
  }
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

export const get = <T>(path: string, query?: FormFields, signal?: AbortSignal): Promise<T> =>
  send<T>("GET", path, { ...(query ? { query } : {}), signal });

export const post = <T>(path: string, form: FormFields | FormData = {}): Promise<T> => send<T>("POST", path, { form });

export const remove = (path: string): Promise<void> => send<void>("DELETE", path);
