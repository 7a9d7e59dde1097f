//! What the contract's names mean, told once instead of at every field: a name that ends in `sid`
//! holds a SID of one kind, `date_…` an instant, `url` a URL (contract §1.5), and where a resource
//! lives says what its `sid` begins with and which words its fields may hold (§1.6, §5).

use utoipa::openapi::path::{Operation, Parameter};
use utoipa::openapi::schema::{ArrayItems, Components, KnownFormat, SchemaFormat, SchemaType};
use utoipa::openapi::{Array, Object, RefOr, Schema, Type};

use super::{fixed_part, item_schema};

/// Ends of names, without dots and underscores and in lower case, and what the SID begins with.
const SIDS: &[(&str, &str)] = &[
    ("channelmessagesid", "[a-zA-Z]{2}"),
    ("accountsid", "AC"),
    ("channelsid", "CN"),
    ("messagingservicesid", "MG"),
    ("servicesid", "IS"),
    ("conversationsid", "CH"),
    ("messagesid", "IM"),
    ("participantsid", "MB"),
    ("usersid", "US"),
    ("rolesid", "RL"),
    ("credentialsid", "CR"),
    ("mediasid", "ME"),
    ("contentsid", "HX"),
    ("flowsid", "FW"),
];

/// A kind of resource, by the end of the path that names it, without its variables.
struct Kind {
    segment: &'static str,
    sid: &'static str,
    /// What a path says for one of them.
    variable: &'static str,
    /// Whether only the SID names one.
    is_by_sid: bool,
}

const fn by_sid(segment: &'static str, sid: &'static str, variable: &'static str) -> Kind {
    Kind { segment, sid, variable, is_by_sid: true }
}

const fn by_name(segment: &'static str, sid: &'static str, variable: &'static str) -> Kind {
    Kind { segment, sid, variable, is_by_sid: false }
}

const KINDS: &[Kind] = &[
    by_name("Addresses", "IG", "The SID of the address configuration, or the address itself."),
    by_name("Conversations", "CH", "The SID of the conversation, or its unique name."),
    by_name("ConversationWithParticipants", "CH", "The SID of the conversation, or its unique name."),
    by_name("Participants", "MB", "The SID of the participant, or the identity of a chat participant."),
    by_name("Users", "US", "The SID of the user, or its identity."),
    by_sid("Bindings", "BS", "The SID of the push binding."),
    by_sid("Bulk", "BJ", "The SID of the bulk job."),
    by_sid("Channels", "CN", "The SID of the channel."),
    by_sid("Credentials", "CR", "The SID of the push credential."),
    by_sid("AuditLog", "AE", "The SID of the entry."),
    by_sid("Keys", "SK", "The SID of the API key."),
    by_sid("People", "PE", "The SID of the person."),
    by_name("RolePermissions", "", "The role: `agent` or `supervisor`."),
    by_name("Phones", "", "The address of the simulated phone."),
    by_sid("Phones/Messages", "SM", "The SID of the message on the phone."),
    by_sid("Media", "ME", "The SID of the media."),
    by_sid("Messages", "IM", "The SID of the message."),
    by_sid("OutboundMessages", "WD", "The SID of the message's way."),
    by_sid("Receipts", "DY", "The SID of the delivery receipt."),
    by_sid("Roles", "RL", "The SID of the role."),
    by_sid("Services", "IS", "The SID of the conversation service."),
    by_sid("LifecyclePolicies", "LP", "The SID of the policy."),
    by_name("Agents", "", "The identity of the agent."),
    by_sid("Sessions", "DS", "The SID of the session."),
    by_sid("Views", "VW", "The SID of the saved view."),
    by_sid("WebhookDeliveries", "WD", "The SID of the delivery."),
    by_sid("Webhooks", "WH", "The SID of the webhook."),
];

/// A field, or a parameter that is a list, that holds a few words only, by the end of the path
/// without its variables.
type Words = (&'static str, &'static str, &'static [&'static str]);

const SESSION_STATUSES: &[&str] = &["waiting", "active", "paused", "inactive", "ended", "error"];

const WORDS: &[Words] = &[
    ("Bindings", "binding_type", &["apn", "gcm", "fcm", "twilsock"]),
    ("Bindings", "BindingType", &["apn", "gcm", "fcm", "twilsock"]),
    ("Channels", "provider", &["twilio", "smpp", "email", "http", "loopback"]),
    ("Configuration/Addresses", "type", &["sms", "whatsapp", "messenger", "gbm", "email", "rcs", "apple", "chat"]),
    ("Configuration/Webhooks", "method", &["GET", "POST"]),
    ("Configuration/Webhooks", "target", &["webhook", "flex"]),
    ("Conversations", "conversation_state", &["inactive", "active", "closed"]),
    ("Conversations", "notification_level", &["default", "muted"]),
    ("Conversations", "state", &["initializing", "inactive", "active", "closed"]),
    ("Conversations/Webhooks", "target", &["webhook", "trigger", "studio"]),
    ("ConversationWithParticipants", "state", &["initializing", "inactive", "active", "closed"]),
    ("Credentials", "type", &["apn", "gcm", "fcm"]),
    ("OutboundMessages", "status", &["pending", "accepted", "failed"]),
    ("ParticipantConversations", "conversation_state", &["inactive", "active", "closed"]),
    ("Keys", "rights", &["all", "read"]),
    ("People", "role", &["admin", "supervisor", "agent", "viewer"]),
    ("RolePermissions", "role", &["viewer", "agent", "supervisor", "admin"]),
    ("Phones/Messages", "direction", &["received", "sent"]),
    ("Phones/Messages", "outcome", &["appended", "created", "rejected"]),
    ("Phones/Messages", "status", &["delivered", "read", "failed", "undelivered"]),
    ("Receipts", "status", &["read", "failed", "delivered", "undelivered", "sent"]),
    ("Roles", "type", &["conversation", "service"]),
    ("Agents", "role", &["admin", "supervisor", "agent"]),
    ("Desk", "routing", &["automatic", "manual"]),
    ("Sessions", "ended_by", &["agent", "bot", "end_user", "system"]),
    ("Sessions", "on_return", &["same_agent", "queue"]),
    ("Sessions", "origin", &["inbound", "agent", "api"]),
    ("Sessions", "status", SESSION_STATUSES),
    ("Sessions", "Status", SESSION_STATUSES),
    ("WebhookDeliveries", "hook_level", &["account", "service", "conversation"]),
    ("WebhookDeliveries", "method", &["GET", "POST"]),
    ("WebhookDeliveries", "status", &["pending", "delivered", "failed"]),
];

/// Schemas whose names are somebody else's and mean what they mean there.
const FOREIGN: &[&str] = &["InboundForm", "StatusForm"];

/// Describes every field that a schema names.
pub(super) fn name_fields(components: &mut Components) {
    for (schema_name, schema) in &mut components.schemas {
        if FOREIGN.contains(&schema_name.as_str()) {
            continue;
        }
        let RefOr::T(Schema::Object(object)) = schema else { continue };
        for (name, property) in &mut object.properties {
            if let RefOr::T(Schema::Object(property)) = property {
                name_field(name, property, schema_name.ends_with("Links"));
            }
        }
    }
}

/// Describes a parameter, and a variable of the path by what is before it.
pub(super) fn name_parameter(parameter: &mut Parameter, path: &str) {
    let schema = match &mut parameter.schema {
        Some(RefOr::T(Schema::Object(schema))) => schema,
        Some(RefOr::T(Schema::Array(array))) => return name_items(&parameter.name, array, path),
        _ => return,
    };
    name_field(&parameter.name, schema, false);
    if parameter.name == "PageSize" {
        schema.minimum = Some(1.into());
    }
    let variable = format!("/{{{}}}", parameter.name);
    let Some((before, _)) = path.split_once(&variable) else { return };
    let place = fixed_part(before);
    if let Some(kind) = KINDS.iter().find(|kind| is_at(&place, kind.segment)) {
        parameter.description = Some(kind.variable.to_owned());
        schema.pattern = kind.is_by_sid.then(|| sid_pattern(kind.sid));
    }
}

fn name_items(name: &str, array: &mut Array, path: &str) {
    let place = fixed_part(path);
    let words = WORDS.iter().find(|(end, field, _)| *field == name && is_at(&place, end));
    if let Some((.., words)) = words
        && let ArrayItems::RefOrSchema(items) = &mut array.items
        && let RefOr::T(Schema::Object(item)) = &mut **items
    {
        item.enum_values = Some(words.iter().map(|word| (*word).into()).collect());
    }
}

/// Describes what an operation answers with by where it lives.
pub(super) fn name_answer(operation: &mut Operation, path: &str, components: &mut Components) {
    let Some(name) = item_schema(operation, components) else { return };
    let Some(RefOr::T(Schema::Object(schema))) = components.schemas.get_mut(&name) else { return };
    let place = fixed_part(path);
    if let Some(kind) = KINDS.iter().find(|kind| is_at(&place, kind.segment))
        && let Some(RefOr::T(Schema::Object(sid))) = schema.properties.get_mut("sid")
    {
        sid.pattern = Some(sid_pattern(kind.sid));
    }
    for (_, field, words) in WORDS.iter().filter(|(end, ..)| is_at(&place, end)) {
        if let Some(RefOr::T(Schema::Object(property))) = schema.properties.get_mut(*field)
            && property.enum_values.is_none()
        {
            let null = allows_null(&property.schema_type).then_some(serde_json::Value::Null);
            property.enum_values = Some(words.iter().map(|word| (*word).into()).chain(null).collect());
        }
    }
}

/// Whether a place is that one, or ends with it.
fn is_at(place: &str, end: &str) -> bool {
    place.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('/'))
}

fn name_field(name: &str, field: &mut Object, is_link: bool) {
    if !is_text(&field.schema_type) {
        return;
    }
    let flat: String = name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    if let Some((_, prefix)) = SIDS.iter().find(|(end, _)| flat.ends_with(end)) {
        field.pattern = Some(sid_pattern(prefix));
    } else if is_link || flat.ends_with("url") {
        field.format = Some(SchemaFormat::Custom("uri".to_owned()));
    } else if name.ends_with("_timestamp") || name.split('_').any(|word| word == "date") {
        field.format = Some(SchemaFormat::KnownFormat(KnownFormat::DateTime));
    }
}

fn sid_pattern(prefix: &str) -> String {
    format!("^{prefix}[0-9a-fA-F]{{32}}$")
}

fn is_text(kind: &SchemaType) -> bool {
    match kind {
        SchemaType::Type(one) => *one == Type::String,
        SchemaType::Array(types) => types.contains(&Type::String),
        SchemaType::AnyValue => false,
    }
}

/// Whether a field of this type may be null.
pub(super) fn allows_null(kind: &SchemaType) -> bool {
    matches!(kind, SchemaType::Array(types) if types.contains(&Type::Null))
}
