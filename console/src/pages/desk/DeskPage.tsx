import { Page } from "../../ui/page";

export function DeskPage() {
  return <Page title="Desk">{null}</Page>;
}
