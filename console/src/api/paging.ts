import { get } from "./client";

/** `meta` of every list; `key` names the array beside it. */
export interface Meta {
  readonly page: number;
  readonly page_size: number;
  readonly url: string;
  readonly next_page_url: string | null;
  readonly previous_page_url: string | null;
  readonly key: string;
}

/** One page of a list whose items are T. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Path and query of the next page; null at the end. */
  readonly next: string | null;
}

/** Addresses in answers are absolute and made from the public URL, which need not be the page's own: the path is. */
export function relative(url: string): string {
  const parsed = new URL(url, "http://dwell.invalid");
  return parsed.pathname + parsed.search;
}

/** Reads the page at `path` (with its query). */
export async function page<T>(path: string, signal?: AbortSignal): Promise<Page<T>> {
  const body = await get<{ meta: Meta } & Record<string, unknown>>(path, undefined, signal);
  const items = body[body.meta.key];
  return {
    items: Array.isArray(items) ? (items as T[]) : [],
    next: body.meta.next_page_url && relative(body.meta.next_page_url),
  };
}

/** Follows a list to its end, or until `max` items are there. */
export async function all<T>(path: string, max = 1000, signal?: AbortSignal): Promise<T[]> {
  const items: T[] = [];
  for (let next: string | null = path; next !== null && items.length < max; ) {
    const one: Page<T> = await page<T>(next, signal);
    items.push(...one.items);
    next = one.next;
  }
  return items;
}
