import { Page } from "../../ui/page";

export function ConversationPage() {
  return <Page title="Conversation">{null}</Page>;
}
