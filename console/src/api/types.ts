/** The shapes of answers. Twilio's v1 resources first, Dwell's own after; instants are RFC 3339, durations ISO 8601. */

// --- Twilio's v1 ---

export type ConversationState = "initializing" | "active" | "inactive" | "closed";

export interface Conversation {
  readonly sid: string;
  readonly account_sid: string;
  readonly chat_service_sid: string;
  readonly messaging_service_sid: string | null;
  readonly friendly_name: string | null;
  readonly unique_name: string | null;
  readonly attributes: string;
  readonly state: ConversationState;
  readonly date_created: string;
  readonly date_updated: string;
  readonly timers: { readonly date_inactive?: string; readonly date_closed?: string };
  readonly url: string;
  readonly links: Readonly<Record<string, string>>;
  readonly bindings: unknown;
}

export interface MessageMedia {
  readonly sid: string;
  readonly category: string;
  readonly content_type: string;
  readonly filename: string | null;
  readonly size: number;
}

export interface DeliverySummary {
  readonly total: number;
  readonly sent: "none" | "some" | "all";
  readonly delivered: "none" | "some" | "all";
  readonly read: "none" | "some" | "all";
  readonly failed: "none" | "some" | "all";
  readonly undelivered: "none" | "some" | "all";
}

export interface Message {
  readonly sid: string;
  readonly conversation_sid: string;
  readonly index: number;
  readonly author: string | null;
  readonly body: string | null;
  readonly media: readonly MessageMedia[] | null;
  readonly attributes: string;
  readonly participant_sid: string | null;
  readonly date_created: string;
  readonly date_updated: string;
  readonly delivery: DeliverySummary | null;
  readonly url: string;
}

export interface MessagingBinding {
  readonly type?: string;
  readonly address?: string;
  readonly proxy_address?: string;
  readonly projected_address?: string;
}

export interface Participant {
  readonly sid: string;
  readonly conversation_sid: string;
  readonly identity: string | null;
  readonly attributes: string;
  readonly messaging_binding: MessagingBinding | null;
  readonly role_sid: string | null;
  readonly last_read_message_index: number | null;
  readonly last_read_timestamp: string | null;
  readonly date_created: string;
  readonly date_updated: string;
  readonly url: string;
}

export interface User {
  readonly sid: string;
  readonly chat_service_sid: string;
  readonly identity: string;
  readonly friendly_name: string | null;
  readonly attributes: string;
  readonly role_sid: string;
  readonly is_online: boolean | null;
  readonly is_notifiable: boolean | null;
  readonly date_created: string;
  readonly date_updated: string;
  readonly url: string;
}

export interface Role {
  readonly sid: string;
  readonly chat_service_sid: string;
  readonly friendly_name: string;
  readonly type: "conversation" | "service";
  readonly permissions: readonly string[];
  readonly date_created: string;
  readonly date_updated: string;
  readonly url: string;
}

export interface Service {
  readonly sid: string;
  readonly friendly_name: string;
  readonly date_created: string;
  readonly date_updated: string;
  readonly url: string;
}

export interface Configuration {
  readonly account_sid: string;
  readonly default_chat_service_sid: string;
  readonly default_messaging_service_sid: string;
  readonly default_inactive_timer: string | null;
  readonly default_closed_timer: string | null;
  readonly url: string;
}

export interface AccountWebhook {
  readonly pre_webhook_url: string | null;
  readonly post_webhook_url: string | null;
  readonly method: "GET" | "POST";
  readonly filters: readonly string[];
  readonly target: string;
  readonly url: string;
}

export interface AddressConfiguration {
  readonly sid: string;
  readonly address: string;
  readonly type: string;
  readonly friendly_name: string | null;
  readonly address_country: string | null;
  readonly auto_creation: {
    readonly enabled: boolean;
    readonly type: "webhook" | "studio" | "default";
    readonly conversation_service_sid: string | null;
    readonly webhook_url: string | null;
    readonly webhook_method: string | null;
    readonly webhook_filters: readonly string[] | null;
    readonly studio_flow_sid?: string | null;
  };
  readonly date_created: string;
  readonly date_updated: string;
  readonly url: string;
}

// --- The lifecycle of a conversation ---

export interface Armed {
  readonly timer: string;
  readonly due: string;
}

export interface Forecast {
  readonly to: ConversationState;
  readonly at: string;
}

export interface Transition {
  /** Null for the creation. */
  readonly from: ConversationState | null;
  readonly to: ConversationState;
  readonly at: string;
  readonly reason: "API" | "TIMER" | "EVENT";
  readonly actor: string | null;
  readonly message_sid: string | null;
  readonly error?: { readonly code: number; readonly message: string } | null;
}

export interface Lifecycle {
  readonly state: ConversationState;
  readonly now: string;
  readonly timers: { readonly inactive: string | null; readonly closed: string | null };
  readonly armed: (Armed & { readonly started: string | null; readonly cause: string }) | null;
  readonly forecast: readonly Forecast[];
  readonly history: readonly Transition[];
}

export interface TestClock {
  readonly now: string;
  readonly status: "running" | "frozen";
  readonly transitions: number;
}

// --- Sessions, agents, the desk ---

export type SessionStatus = "waiting" | "active" | "paused" | "inactive" | "ended" | "error";
export type Side = "agent" | "customer" | "system";

export interface Session {
  readonly sid: string;
  readonly account_sid: string;
  readonly chat_service_sid: string;
  readonly conversation_sid: string;
  readonly number: number;
  readonly status: SessionStatus;
  readonly owner: string | null;
  readonly queue: string | null;
  readonly origin: "inbound" | "agent" | "api";
  readonly reason: string | null;
  readonly ended_by: "agent" | "bot" | "end_user" | "system" | null;
  readonly on_return: OnReturn | null;
  readonly held: boolean;
  readonly date_created: string;
  readonly date_waiting: string | null;
  readonly date_accepted: string | null;
  readonly date_first_reply: string | null;
  readonly date_inactive: string | null;
  readonly date_returned: string | null;
  readonly date_ended: string | null;
  readonly date_updated: string;
  readonly agent_messages: number;
  readonly customer_messages: number;
  readonly date_last_agent_message: string | null;
  readonly date_last_customer_message: string | null;
  readonly error: null | { readonly code: number; readonly message: string };
  readonly revision: number;
  readonly conversation: {
    readonly friendly_name: string | null;
    readonly unique_name: string | null;
    readonly state: ConversationState;
    readonly armed: Armed | null;
    readonly forecast: readonly Forecast[];
    readonly held: boolean;
    readonly policy_sid: string | null;
    readonly channel_type: string | null;
    readonly customer: string | null;
    readonly last_message: null | {
      readonly index: number;
      readonly author: string | null;
      readonly side: Side;
      readonly body: string | null;
      readonly date_created: string;
    };
  };
  readonly url: string;
}

export interface SessionLogEntry {
  readonly seq: number;
  readonly at: string;
  readonly act: string;
  readonly from: SessionStatus | null;
  readonly to: SessionStatus;
  readonly cause: "api" | "timer" | "message" | "agent" | "system";
  readonly actor: string | null;
  readonly actor_name: string | null;
  readonly detail: string | null;
}

export interface DeskCounts {
  readonly mine_active: number;
  readonly mine_inactive: number;
  readonly queue: number;
  readonly waiting_longest_since: string | null;
  readonly by_status: Readonly<Partial<Record<SessionStatus, number>>>;
  readonly by_queue: readonly { readonly queue: string | null; readonly waiting: number }[];
  readonly by_owner: readonly { readonly owner: string; readonly active: number; readonly inactive: number }[];
}

export interface Agent {
  readonly identity: string;
  readonly person_sid: string | null;
  readonly friendly_name: string;
  readonly role: PersonRole;
  readonly available: boolean;
  readonly queues: readonly string[];
  readonly limit: number;
  readonly used: number;
  readonly inactive: number;
  readonly free: number;
  readonly url: string;
}

export interface Capacity {
  readonly identity: string;
  readonly limit: number;
  readonly used: number;
  readonly inactive: number;
  readonly counts_inactive: boolean;
  readonly free: number;
  readonly available: boolean;
  readonly url: string;
}

export interface DeskSettings {
  readonly routing: "automatic" | "manual";
  readonly count_inactive: boolean;
  readonly limit_default: number;
  readonly url: string;
}

// --- Policies ---

export type OnReturn = "same_agent" | "queue";
export type Weekday = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

export interface BusinessHours {
  readonly time_zone: string;
  readonly week: Readonly<Partial<Record<Weekday, readonly (readonly [string, string])[]>>>;
}

export interface Warning {
  readonly before: string;
  readonly body: string;
}

export interface LifecyclePolicy {
  readonly sid: string;
  readonly account_sid: string;
  readonly chat_service_sid: string | null;
  readonly channel_type: string | null;
  readonly address: string | null;
  readonly friendly_name: string;
  readonly enabled: boolean;
  readonly version: number;
  readonly counts: "anyone" | "customer";
  readonly starts_on: "last_message" | "first_agent_reply" | "last_agent_message";
  readonly idle_after: string | null;
  readonly action: "inactivate" | "end" | "inactivate_and_end";
  readonly end_inactive_after: string | null;
  readonly end_closes: boolean;
  readonly on_return: OnReturn;
  readonly queue: string | null;
  readonly farewell: string | null;
  readonly warnings: readonly Warning[];
  readonly hours: BusinessHours | null;
  readonly outdated: number;
  readonly date_created: string;
  readonly date_updated: string;
  readonly url: string;
}

export interface TimelineStep {
  readonly at: string;
  readonly after: string;
  readonly what: "customer_writes" | "agent_replies" | "warning" | "farewell" | "inactive" | "session_ends" | "closed";
  readonly text: string;
  readonly body: string | null;
}

// --- Bulk ---

export interface BulkPreview {
  readonly act: string;
  readonly count: number;
  readonly sample: readonly {
    readonly conversation_sid: string;
    readonly friendly_name: string | null;
    readonly unique_name: string | null;
  }[];
}

export interface BulkJob {
  readonly sid: string;
  readonly act: string;
  readonly state: "running" | "done" | "stopped";
  readonly total: number;
  readonly done: number;
  readonly refused: number;
  readonly created_by: string;
  readonly date_created: string;
  readonly date_updated: string;
  readonly url: string;
  readonly links: { readonly results: string };
}

export interface BulkResult {
  readonly conversation_sid: string;
  readonly outcome: "done" | "refused";
  readonly code: number | null;
  readonly message: string | null;
}

// --- People ---

export type PersonRole = "admin" | "supervisor" | "agent" | "viewer";

export interface Person {
  readonly sid: string;
  readonly account_sid: string;
  readonly email: string;
  readonly friendly_name: string;
  readonly identity: string;
  readonly role: PersonRole;
  readonly disabled: boolean;
  readonly has_password: boolean;
  readonly date_created: string;
  readonly date_updated: string;
  readonly date_last_sign_in: string | null;
  readonly url: string;
}

export interface Switches {
  readonly can_inactivate: boolean;
  readonly can_end: boolean;
  readonly can_end_others: boolean;
  readonly can_bulk: boolean;
}

export type RolePermissions = Switches & { readonly role: PersonRole; readonly url: string };

/** What `/console/session` answers. */
export interface SignedIn {
  readonly person: Person;
  readonly account: {
    readonly sid: string;
    readonly friendly_name: string;
    readonly is_test: boolean;
    readonly default_service_sid: string;
  };
  readonly permissions: Switches;
  readonly csrf_token: string;
}

/** What a signed-out `/console/session` says beside the error. */
export interface SignInWays {
  readonly password: boolean;
  readonly openid_connect: null | { readonly name: string; readonly url: string };
}

export interface AuditEntry {
  readonly sid: string;
  readonly at: string;
  readonly actor: string;
  readonly actor_name: string | null;
  readonly act: string;
  readonly target: string | null;
  readonly status: number | null;
  readonly remote_address: string | null;
}

// --- Statistics, views, events ---

export interface Statistics {
  readonly from: string;
  readonly to: string;
  readonly step: "hour" | "day";
  /** Up to where everything is counted. */
  readonly complete_until: string;
  readonly states: readonly {
    readonly at: string;
    readonly active: number;
    readonly inactive: number;
    readonly closed: number;
  }[];
  readonly transitions: readonly {
    readonly at: string;
    readonly api: number;
    readonly timer: number;
    readonly event: number;
  }[];
  readonly lateness: readonly {
    readonly at: string;
    readonly count: number;
    readonly p50_seconds: number | null;
    readonly p99_seconds: number | null;
    readonly max_seconds: number | null;
  }[];
  readonly first_reply: readonly {
    readonly at: string;
    readonly count: number;
    readonly p50_seconds: number | null;
    readonly p90_seconds: number | null;
  }[];
  readonly identities: readonly {
    readonly identity: string;
    readonly chat_service_sid: string;
    readonly conversations: number;
    readonly limit: number;
  }[];
  readonly now: {
    readonly active: number;
    readonly inactive: number;
    readonly closed: number;
    readonly waiting: number;
    readonly overdue: number;
  };
}

export interface SavedView {
  readonly sid: string;
  readonly friendly_name: string;
  /** A JSON object, which means what the page that saved it wants. */
  readonly filter: Readonly<Record<string, unknown>>;
  readonly date_created: string;
  readonly date_updated: string;
  readonly url: string;
}

export interface LoggedEvent {
  readonly seq: number;
  readonly kind: string;
  readonly at: string;
  readonly source: string;
  readonly actor: string | null;
  readonly payload: unknown;
}
