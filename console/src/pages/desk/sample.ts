/** Sessions and messages for tests. */
import type { Message, Session } from "../../api/types";

type Parts = Partial<Omit<Session, "conversation">> & { readonly conversation?: Partial<Session["conversation"]> };

export function sampleSession({ conversation, ...parts }: Parts = {}): Session {
  return {
    sid: "DS1",
    account_sid: "AC1",
    chat_service_sid: "IS1",
    conversation_sid: "CH1",
    number: 1,
    status: "active",
    owner: "ada",
    queue: null,
    origin: "inbound",
    reason: null,
    ended_by: null,
    on_return: "same_agent",
    held: false,
    date_created: "2026-11-21T10:00:00.000000Z",
    date_waiting: "2026-11-21T10:00:00.000000Z",
    date_accepted: null,
    date_first_reply: null,
    date_inactive: null,
    date_returned: null,
    date_ended: null,
    date_updated: "2026-11-21T10:00:00.000000Z",
    agent_messages: 0,
    customer_messages: 1,
    date_last_agent_message: null,
    date_last_customer_message: null,
    error: null,
    revision: 1,
    url: "",
    ...parts,
    conversation: {
      friendly_name: "Grace",
      unique_name: null,
      state: "active",
      armed: null,
      forecast: [],
      held: false,
      policy_sid: null,
      channel_type: "sms",
      customer: "+15017122661",
      last_message: null,
      ...conversation,
    },
  };
}

export function sampleMessage(index: number, parts: Partial<Message> = {}): Message {
  return {
    sid: `IM${index}`,
    conversation_sid: "CH1",
    index,
    author: "+15017122661",
    body: `number ${index}`,
    media: null,
    attributes: "{}",
    participant_sid: null,
    date_created: new Date(Date.UTC(2026, 10, 21, 10, 0, index)).toISOString(),
    date_updated: "2026-11-21T10:00:00Z",
    delivery: null,
    url: "",
    ...parts,
  };
}
