import { Page } from "../../ui/page";

export function SupervisorPage() {
  return <Page title="Supervisor">{null}</Page>;
}
