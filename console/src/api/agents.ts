/** Who works in the account. */
import { useQuery } from "@tanstack/react-query";
import { keys } from "./keys";
import { all } from "./paging";
import type { Agent } from "./types";

const AGENTS_MAX = 1000;

export const useAgents = () =>
  useQuery({
    queryKey: keys.agents,
    queryFn: ({ signal }) => all<Agent>("/dwell/v1/Agents?PageSize=1000", AGENTS_MAX, signal),
  });
