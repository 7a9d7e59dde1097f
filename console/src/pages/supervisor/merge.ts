/** Keeps a long list of pages up to date without reading all of it again. */
import type { InfiniteData } from "@tanstack/react-query";
import type { Page } from "../../api/paging";

export type Pages<T> = InfiniteData<Page<T>, string>;

/**
 * A list that has what changed last at its top, after a look at its top: `head` goes first, and what was told to have
 * changed but is not in it is no longer in the list.
 */
export function mergeHead<T extends { readonly sid: string }>(
  list: Pages<T>,
  head: readonly T[],
  changed: ReadonlySet<string>,
): Pages<T> {
  const gone = new Set([...changed, ...head.map((item) => item.sid)]);
  const pages = list.pages.map((page) => {
    const items = page.items.filter((item) => !gone.has(item.sid));
    return items.length === page.items.length ? page : { ...page, items };
  });
  const [first, ...rest] = pages;
  return first ? { ...list, pages: [{ ...first, items: [...head, ...first.items] }, ...rest] } : list;
}

/** The list with the items that were read anew, each in its place; one that no longer belongs to it is left out. */
export function replaceItems<T extends { readonly sid: string }>(
  list: Pages<T>,
  fresh: ReadonlyMap<string, T>,
  belongs: (item: T) => boolean,
): Pages<T> {
  const pages = list.pages.map((page) => {
    if (!page.items.some((item) => fresh.has(item.sid))) return page;
    return { ...page, items: page.items.map((item) => fresh.get(item.sid) ?? item).filter(belongs) };
  });
  return { ...list, pages };
}
