/** Services, users, roles, addresses, channels: what they are called and what can be changed of them. */
import { serviceName } from "../../../api/services";
import type { AddressConfiguration, Role, Service, User } from "../../../api/types";
import { Chip } from "../../../ui/notices";
import { When } from "../../../ui/When";
import type { Resource } from "./ResourcePage";
import { SingletonForm } from "./SingletonForm";
import type { Choice, Field, Value, Values } from "./values";

export const choicesOf = (...values: readonly string[]): readonly Choice[] =>
  values.map((value) => ({ value, label: value }));

const rolesOf = (type: Role["type"], blank?: string): NonNullable<Field<never>["list"]> => ({
  path: (service) => `/v1/Services/${service}/Roles?PageSize=50`,
  choice: (role: Role) => (role.type === type ? { value: role.sid, label: role.friendly_name } : null),
  ...(blank === undefined ? {} : { blank }),
});

interface ServiceConfiguration {
  readonly default_conversation_creator_role_sid: string;
  readonly default_conversation_role_sid: string;
  readonly default_chat_service_role_sid: string;
  readonly reachability_enabled: boolean;
}

const SERVICE_CONFIGURATION: readonly Field<ServiceConfiguration>[] = [
  {
    name: "DefaultConversationCreatorRoleSid",
    label: "Role of who creates a conversation",
    kind: "choice",
    list: rolesOf("conversation"),
    read: (one) => one.default_conversation_creator_role_sid,
  },
  {
    name: "DefaultConversationRoleSid",
    label: "Role of new participants",
    kind: "choice",
    list: rolesOf("conversation"),
    read: (one) => one.default_conversation_role_sid,
  },
  {
    name: "DefaultChatServiceRoleSid",
    label: "Role of new users",
    kind: "choice",
    list: rolesOf("service"),
    read: (one) => one.default_chat_service_role_sid,
  },
  {
    name: "ReachabilityEnabled",
    label: "Show who is online",
    kind: "switch",
    read: (one) => one.reachability_enabled,
  },
];

export const SERVICES: Resource<Service> = {
  title: "Services",
  lead: "A service holds conversations, users and roles of its own. The API's short paths speak of the account's default service.",
  one: "service",
  path: () => "/v1/Services?PageSize=100",
  name: serviceName,
  columns: [
    { label: "SID", cell: (service) => <code>{service.sid}</code> },
    { label: "Made", cell: (service) => <When at={service.date_created} /> },
  ],
  fields: [
    {
      name: "FriendlyName",
      label: "Name",
      kind: "text",
      on: "create",
      isRequired: true,
      hint: "It cannot be changed later.",
      check: (value) => (String(value).length > 256 ? "At most 256 characters." : undefined),
    },
  ],
  mayUpdate: false,
  deleteWarning: "Everything in it goes with it: conversations, messages, users and roles. This cannot be undone.",
  detail: (service) => (
    <SingletonForm
      title="Roles and reachability"
      path={`/v1/Services/${service.sid}/Configuration`}
      fields={SERVICE_CONFIGURATION}
      scope={service.sid}
    />
  ),
};

export const USERS: Resource<User> = {
  title: "Users",
  lead: "Identities that take part in conversations of a service.",
  one: "user",
  isPerService: true,
  path: (service) => `/v1/Services/${service}/Users?PageSize=50`,
  name: (user) => user.identity,
  columns: [
    { label: "Friendly name", cell: (user) => user.friendly_name ?? "—" },
    {
      label: "Online",
      cell: (user) =>
        user.is_online === null ? (
          "—"
        ) : (
          <Chip tone={user.is_online ? "good" : "quiet"}>{user.is_online ? "online" : "offline"}</Chip>
        ),
    },
    { label: "Made", cell: (user) => <When at={user.date_created} /> },
  ],
  fields: [
    {
      name: "Identity",
      label: "Identity",
      kind: "text",
      on: "create",
      isRequired: true,
      hint: "Unique within the service; it never changes.",
    },
    { name: "FriendlyName", label: "Friendly name", kind: "text", read: (user) => user.friendly_name },
    {
      name: "RoleSid",
      label: "Role",
      kind: "choice",
      list: rolesOf("service", "The service's default"),
      read: (user) => user.role_sid,
    },
    {
      name: "Attributes",
      label: "Attributes",
      kind: "json",
      hint: "Your own data: a JSON document.",
      read: (user) => user.attributes,
    },
  ],
  deleteWarning: "The user leaves every conversation. Messages stay.",
};

const PERMISSIONS: Readonly<Record<Role["type"], readonly string[]>> = {
  service: [
    "addParticipant",
    "createConversation",
    "deleteAnyMessage",
    "deleteConversation",
    "editAnyMessage",
    "editAnyMessageAttributes",
    "editAnyUserInfo",
    "editConversationAttributes",
    "editConversationName",
    "editOwnMessage",
    "editOwnMessageAttributes",
    "editOwnUserInfo",
    "joinConversation",
    "removeParticipant",
  ],
  conversation: [
    "addParticipant",
    "deleteAnyMessage",
    "deleteConversation",
    "deleteOwnMessage",
    "editAnyMessage",
    "editAnyMessageAttributes",
    "editAnyParticipantAttributes",
    "editAnyUserInfo",
    "editConversationAttributes",
    "editConversationName",
    "editNotificationLevel",
    "editOwnMessage",
    "editOwnMessageAttributes",
    "editOwnUserInfo",
    "leaveConversation",
    "removeParticipant",
    "sendMediaMessage",
    "sendMessage",
  ],
};

const permissionsOf = (type: Role["type"]): Field<Role> => ({
  name: "Permission",
  label: "Allows",
  kind: "checks",
  isRequired: true,
  choices: choicesOf(...PERMISSIONS[type]),
  read: (role) => role.permissions,
  when: (values) => values["Type"] === type,
});

export const ROLES: Resource<Role> = {
  title: "Roles",
  lead: "What users of a service and participants of its conversations may do through the SDKs. What people may do in this console is under Role permissions.",
  one: "role",
  isPerService: true,
  path: (service) => `/v1/Services/${service}/Roles?PageSize=50`,
  name: (role) => role.friendly_name,
  columns: [
    { label: "Governs", cell: (role) => role.type },
    { label: "Allows", cell: (role) => `${role.permissions.length} things` },
    { label: "Changed", cell: (role) => <When at={role.date_updated} /> },
  ],
  fields: [
    { name: "FriendlyName", label: "Name", kind: "text", on: "create", isRequired: true },
    {
      name: "Type",
      label: "Governs",
      kind: "choice",
      on: "create",
      initial: "conversation",
      choices: [
        { value: "conversation", label: "A conversation", hint: "Participants have it" },
        { value: "service", label: "The service", hint: "Users have it" },
      ],
      read: (role) => role.type,
    },
    permissionsOf("conversation"),
    permissionsOf("service"),
  ],
  deleteWarning: "A role that somebody has, or that is a default, cannot be deleted.",
};

const makesConversations = (values: Values): boolean => values["AutoCreation.Enabled"] === true;
const tellsWebhook = (values: Values): boolean =>
  makesConversations(values) && values["AutoCreation.Type"] === "webhook";
const startsStudio = (values: Values): boolean =>
  makesConversations(values) && values["AutoCreation.Type"] === "studio";

export const SCOPED_EVENTS = [
  "onConversationRemoved",
  "onConversationUpdated",
  "onConversationStateUpdated",
  "onMessageAdded",
  "onMessageRemoved",
  "onMessageUpdated",
  "onParticipantAdded",
  "onParticipantRemoved",
  "onParticipantUpdated",
  "onDeliveryUpdated",
] as const;

export const urlProblem = (value: Value): string | undefined =>
  /^https?:\/\/\S+$/.test(String(value)) ? undefined : "An absolute address, with http:// or https:// in front.";

export const ADDRESSES: Resource<AddressConfiguration> = {
  title: "Addresses",
  lead: "What happens when a message comes to one of the account's addresses and belongs to no conversation.",
  one: "address",
  path: () => "/v1/Configuration/Addresses?PageSize=50",
  name: (one) => one.address,
  columns: [
    { label: "Kind", cell: (one) => one.type },
    { label: "Friendly name", cell: (one) => one.friendly_name ?? "—" },
    {
      label: "New messages",
      cell: (one) =>
        one.auto_creation.enabled ? <Chip tone="good">make a conversation</Chip> : <Chip>are refused</Chip>,
    },
  ],
  fields: [
    {
      name: "Type",
      label: "Kind",
      kind: "choice",
      on: "create",
      initial: "sms",
      choices: choicesOf("sms", "whatsapp", "messenger", "gbm", "email", "rcs", "apple", "chat"),
    },
    {
      name: "Address",
      label: "Address",
      kind: "text",
      on: "create",
      isRequired: true,
      hint: "Such as +15017122661, whatsapp:+15017122661 or desk@example.com. It never changes.",
    },
    { name: "FriendlyName", label: "Friendly name", kind: "text", read: (one) => one.friendly_name },
    {
      name: "AutoCreation.Enabled",
      label: "A message makes a conversation",
      kind: "switch",
      initial: true,
      read: (one) => one.auto_creation.enabled,
    },
    {
      name: "AutoCreation.ConversationServiceSid",
      label: "In the service",
      kind: "choice",
      list: {
        path: () => "/v1/Services?PageSize=100",
        choice: (service: Service) => ({ value: service.sid, label: serviceName(service) }),
        blank: "The account's default",
      },
      when: makesConversations,
      read: (one) => one.auto_creation.conversation_service_sid,
    },
    {
      name: "AutoCreation.Type",
      label: "The conversation begins with",
      kind: "choice",
      initial: "default",
      choices: [
        { value: "default", label: "Nothing" },
        { value: "webhook", label: "A webhook" },
        { value: "studio", label: "A Studio flow" },
      ],
      when: makesConversations,
      read: (one) => one.auto_creation.type,
    },
    {
      name: "AutoCreation.WebhookUrl",
      label: "Webhook",
      kind: "url",
      isRequired: true,
      when: tellsWebhook,
      check: urlProblem,
      read: (one) => one.auto_creation.webhook_url,
    },
    {
      name: "AutoCreation.WebhookMethod",
      label: "Method",
      kind: "choice",
      initial: "post",
      choices: [
        { value: "post", label: "POST" },
        { value: "get", label: "GET" },
      ],
      when: tellsWebhook,
      read: (one) => one.auto_creation.webhook_method?.toLowerCase(),
    },
    {
      name: "AutoCreation.WebhookFilters",
      label: "Events that it is told",
      kind: "checks",
      isRequired: true,
      choices: choicesOf(...SCOPED_EVENTS),
      when: tellsWebhook,
      read: (one) => one.auto_creation.webhook_filters,
    },
    {
      name: "AutoCreation.StudioFlowSid",
      label: "Flow SID",
      kind: "text",
      isRequired: true,
      when: startsStudio,
      read: (one) => one.auto_creation.studio_flow_sid,
    },
  ],
  deleteWarning: "Messages to it that belong to no conversation will make none.",
};

export interface Channel {
  readonly sid: string;
  readonly provider: string;
  readonly friendly_name: string | null;
  readonly addresses: readonly string[];
  readonly enabled: boolean;
  readonly settings: object;
  readonly date_created: string;
  readonly url: string;
}

export const CHANNELS: Resource<Channel> = {
  title: "Channels",
  lead: "Through whom messages leave and arrive: one provider and the addresses that it serves.",
  one: "channel",
  path: () => "/dwell/v1/Channels?PageSize=100",
  name: (channel) => channel.friendly_name || channel.addresses.join(", "),
  columns: [
    { label: "Provider", cell: (channel) => channel.provider },
    { label: "Addresses", cell: (channel) => channel.addresses.join(", ") },
    {
      label: "State",
      cell: (channel) => <Chip tone={channel.enabled ? "good" : "warn"}>{channel.enabled ? "on" : "off"}</Chip>,
    },
  ],
  fields: [
    {
      name: "Provider",
      label: "Provider",
      kind: "choice",
      on: "create",
      initial: "loopback",
      choices: [
        { value: "twilio", label: "A Messages API as Twilio's" },
        { value: "smpp", label: "A carrier's SMSC (SMPP)" },
        { value: "email", label: "A mailbox" },
        { value: "http", label: "A program of your own" },
        { value: "loopback", label: "A simulated telephone" },
      ],
    },
    { name: "FriendlyName", label: "Friendly name", kind: "text", read: (channel) => channel.friendly_name },
    {
      name: "Addresses",
      label: "Addresses",
      kind: "lines",
      isRequired: true,
      hint: "One to a line, all of one kind.",
      read: (channel) => channel.addresses,
    },
    {
      name: "Settings",
      label: "Settings",
      kind: "json",
      hint: "What the provider needs to know: a JSON object. Secrets are shown as ********, and stay when left so.",
      read: (channel) => JSON.stringify(channel.settings, null, 2),
    },
    { name: "Enabled", label: "On", kind: "switch", initial: true, read: (channel) => channel.enabled },
  ],
  deleteWarning: "Its addresses are free at once; messages that wait for it are not sent.",
};
