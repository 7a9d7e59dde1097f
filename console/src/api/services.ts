import { useQuery } from "@tanstack/react-query";
import { all } from "./paging";
import type { Service } from "./types";

/** The services of the account; none while they are being read. */
export function useServices(): readonly Service[] {
  const { data } = useQuery({
    queryKey: ["services"],
    queryFn: ({ signal }) => all<Service>("/v1/Services?PageSize=100", 1000, signal),
  });
  return data ?? [];
}

/** What a person calls it. */
export const serviceName = (service: Service): string => service.friendly_name || service.sid;
