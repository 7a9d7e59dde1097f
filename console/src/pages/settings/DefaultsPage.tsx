import { Page } from "../../ui/page";

export function DefaultsPage() {
  return <Page title="Default timers">{null}</Page>;
}
