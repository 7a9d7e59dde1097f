/** The tab and the filter stand in the address: they can be bookmarked, sent, and gone back from. */
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { bare, type Filter, readFilter, readTab, type Tab } from "./filter";

export interface SupervisorState {
  readonly tab: Tab;
  readonly filter: Filter;
  readonly setTab: (tab: Tab) => void;
  readonly setFilter: (filter: Filter, tab?: Tab) => void;
}

export function useSupervisorState(): SupervisorState {
  const search: Readonly<Record<string, unknown>> = useSearch({ strict: false });
  const navigate = useNavigate();
  const filter = useMemo(() => readFilter(search), [search]);
  const tab = readTab(search["tab"]);
  const go = (next: Filter, to: Tab): void => {
    void navigate({ to: "/supervisor", search: { tab: to, ...bare(next) }, replace: to === tab });
  };
  return { tab, filter, setTab: (to) => go(filter, to), setFilter: (next, to = tab) => go(next, to) };
}
