/** What is on its way out: armed timers, deliveries to webhooks, messages to channels. */
import type { ConversationState } from "./types";

export interface ArmedTimer {
  readonly conversation_sid: string;
  readonly chat_service_sid: string;
  readonly state: ConversationState;
  readonly timer: "inactive" | "closed";
  readonly due: string;
}

export interface WebhookAttempt {
  readonly number: number;
  readonly at: string;
  readonly milliseconds: number;
  readonly status: number | null;
  readonly error: string | null;
  readonly excerpt: string | null;
}

export interface WebhookDelivery {
  readonly sid: string;
  readonly hook_sid: string;
  readonly hook_level: "account" | "service" | "conversation";
  readonly conversation_sid: string | null;
  readonly user_sid: string | null;
  readonly event_type: string;
  readonly webhook_url: string;
  readonly method: "GET" | "POST";
  readonly parameters: Readonly<Record<string, string>>;
  readonly idempotency_token: string;
  readonly status: "pending" | "delivered" | "failed";
  readonly attempts_count: number;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly date_created: string;
  readonly date_finished: string | null;
  readonly attempts?: readonly WebhookAttempt[];
}

export interface OutboundMessage {
  readonly sid: string;
  readonly conversation_sid: string;
  readonly message_sid: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly status: "pending" | "accepted" | "failed";
  readonly attempts_count: number;
  readonly last_error: string | null;
  readonly date_created: string;
  readonly date_finished: string | null;
}

/** Why a delivery has not arrived, in a few words. */
export const deliveryProblem = (delivery: WebhookDelivery): string =>
  delivery.last_error ?? (delivery.last_status === null ? "no answer yet" : `answered ${delivery.last_status}`);
