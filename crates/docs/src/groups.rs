//! The groups of operations, in the order of the reference.

/// What is said about a group of operations.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// Its name in the OpenAPI document.
    pub tag: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What its operations are about.
    pub summary: &'static str,
}

const fn group(tag: &'static str, title: &'static str, summary: &'static str) -> Group {
    Group { tag, title, summary }
}

/// Every group: Twilio's first, then Dwell's own.
#[rustfmt::skip] // A table: one group a line.
pub const ALL: &[Group] = &[
    group("Conversation", "Conversations", "What everything happens in: a state, two timers, and all that is below."),
    group("ConversationWithParticipants", "Conversations with participants", "A conversation and up to ten participants in one request."),
    group("Message", "Messages", "What is said in a conversation."),
    group("Receipt", "Delivery receipts", "What became of a message at each participant outside the chat."),
    group("Media", "Media", "Files of messages: uploaded first, then named by a message."),
    group("Participant", "Participants", "Who is in a conversation: of the chat, or reached at an address."),
    group("ParticipantConversation", "Conversations of a participant", "Where an identity or an address takes part."),
    group("User", "Users", "Who an identity is, in every conversation of a service."),
    group("UserConversation", "Conversations of a user", "What a user keeps of each: how far it has read, what it is told."),
    group("Webhook", "Webhooks of a conversation", "Programs that hear of what happens in one conversation."),
    group("Role", "Roles", "What participants and users may do."),
    group("Service", "Services", "Separate worlds within an account, each with its own conversations and users."),
    group("Configuration", "Configuration", "Default timers, roles, webhooks and notifications of the account and of each service."),
    group("Address", "Addresses", "What happens when somebody writes to an address of yours outside of a conversation."),
    group("Credential", "Push credentials", "Keys to the push services of telephones."),
    group("Binding", "Push bindings", "Devices that are told of new messages."),
    group("Lifecycle", "Lifecycle", "Why each transition of a conversation happened, and what comes next."),
    group("LifecyclePolicy", "Lifecycle policies", "Whose silence counts, what is said before a clock ends, and what its end makes of a conversation."),
    group("Timers", "Timers", "Every armed timer of the account."),
    group("TestClock", "Test clock", "The clock of a test account, which you turn."),
    group("LastCall", "Last call", "A program that is asked before a timer moves a conversation."),
    group("Channel", "Channels", "Which addresses of yours are served, and through whom messages go and come."),
    group("Inbound", "Messages from outside", "Where whatever comes in is handed over, whoever brings it."),
    group("OutboundMessage", "Messages on their way", "What leaves for addresses outside, how it goes, and what became of it."),
    group("Phone", "Simulated phones", "For development: what simulated telephones receive, send and report."),
    group("Bulk", "Bulk jobs", "One act on many conversations, previewed, with a result for each."),
    group("Statistics", "Statistics", "What has happened over time, and how things are now."),
    group("Sessions", "Sessions", "Stints of work on conversations: who has them, how they stand, and what people do with them."),
    group("Agents", "Agents", "Who works on sessions, and how much they have room for."),
    group("Desk", "Desk", "How the account hands out its work, and how much of it there is."),
    group("Live", "Live", "What happens in the account, told as it happens."),
    group("View", "Saved views", "Filters over conversations that the people of an account share."),
    group("WebhookDelivery", "Webhook deliveries", "What webhooks were told, how it went, and sending it again."),
    group("Person", "People", "Who signs in to the console, and in which role."),
    group("RolePermissions", "Permissions of roles", "What agents and supervisors may do besides."),
    group("AuditLog", "Audit log", "What people did, when and from where."),
    group("Key", "API keys", "Credentials for programs, which stand for the account."),
    group("AccessToken", "Access tokens", "What client SDKs sign in with."),
];

/// The group of a tag.
pub fn find(tag: &str) -> Option<&'static Group> {
    ALL.iter().find(|group| group.tag == tag)
}
