/** What the address of the desk says: the list, and the open conversation. */
import { LISTS, type ListName } from "./lists";

export interface DeskSearch {
  readonly list?: ListName;
  readonly open?: string;
}

export function readSearch(given: Record<string, unknown>): DeskSearch {
  const { list, open } = given;
  return {
    ...(typeof list === "string" && Object.hasOwn(LISTS, list) ? { list: list as ListName } : {}),
    ...(typeof open === "string" && /^CH[0-9a-f]{32}$/.test(open) ? { open } : {}),
  };
}
