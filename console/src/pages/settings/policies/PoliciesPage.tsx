import { Page } from "../../../ui/page";

export function PoliciesPage() {
  return <Page title="Lifecycle policies">{null}</Page>;
}
