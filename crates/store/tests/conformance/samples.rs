//! Rows to try things on. Numbers name them: `n` of one kind is always the same row.

use dwell_core::lifecycle::{Armed, Mark, Timers};
use dwell_core::participant::{Binding, NotificationLevel};
use dwell_core::role::RoleType;
use dwell_core::*;
use dwell_store::{Seek, Store, conversations, services};

use crate::write;

pub(crate) fn bytes(n: i64) -> SidBytes {
    SidBytes::new(n, 0, [7; 8])
}

/// A whole second after the epoch.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

pub(crate) fn account_sid(n: i64) -> AccountSid {
    AccountSid::new(bytes(n))
}

pub(crate) fn service_sid(n: i64) -> ServiceSid {
    ServiceSid::new(bytes(n))
}

pub(crate) fn conversation_sid(n: i64) -> ConversationSid {
    ConversationSid::new(bytes(n))
}

pub(crate) fn messaging_service_sid() -> MessagingServiceSid {
    MessagingServiceSid::new(bytes(1))
}

/// The account and the service that most cases use.
pub(crate) fn home() -> (AccountSid, ServiceSid) {
    (account_sid(1), service_sid(1))
}

pub(crate) fn account(n: i64) -> Account {
    Account {
        sid: account_sid(n),
        friendly_name: format!("account {n} – Zürich 🕰"),
        test_clock: None,
        disabled_at: None,
        date_created: at(n),
        default_service_sid: service_sid(n),
        default_messaging_service_sid: messaging_service_sid(),
        default_inactive_timer: None,
        default_closed_timer: Some("P30D".to_owned()),
    }
}

pub(crate) fn service(n: i64) -> Service {
    Service {
        sid: service_sid(n),
        account_sid: account_sid(1),
        friendly_name: format!("service {n}"),
        default_chat_service_role_sid: RoleSid::new(bytes(1)),
        default_conversation_role_sid: RoleSid::new(bytes(2)),
        default_conversation_creator_role_sid: RoleSid::new(bytes(3)),
        reachability_enabled: false,
        date_created: at(n),
        date_updated: at(n),
    }
}

pub(crate) fn role(n: i64) -> Role {
    Role {
        sid: RoleSid::new(bytes(n)),
        account_sid: account_sid(1),
        service_sid: service_sid(1),
        friendly_name: "channel admin".to_owned(),
        role_type: RoleType::Conversation,
        permissions: vec!["sendMessage".to_owned(), "with \"quotes\"".to_owned()],
        date_created: at(n),
        date_updated: at(n + 1),
    }
}

/// An active conversation without timers, created at second `n`.
pub(crate) fn conversation(n: i64) -> Conversation {
    Conversation {
        sid: conversation_sid(n),
        account_sid: account_sid(1),
        service_sid: service_sid(1),
        messaging_service_sid: messaging_service_sid(),
        friendly_name: None,
        unique_name: None,
        attributes: "{}".to_owned(),
        email_address: None,
        email_name: None,
        lifecycle: Lifecycle::created(State::Active, Timers::default(), at(n)).unwrap(),
        date_created: at(n),
        date_updated: at(n),
        activity_at: at(n),
        last_event_at: at(n),
        event_seq: 1,
        next_message_index: 0,
        chat_participants: 0,
        non_chat_participants: 0,
        has_receipts: false,
        has_sessions: false,
        created_by: "system".to_owned(),
    }
}

/// A conversation whose timer to become inactive ends at second `due`.
pub(crate) fn armed(n: i64, due: i64) -> Conversation {
    let mut c = conversation(n);
    c.lifecycle.timers = Timers { inactive: Some(60), closed: Some(600) };
    c.lifecycle.armed = Some(Armed { due: at(due), kind: Mark::Inactive });
    c
}

pub(crate) fn participant(conversation: i64, n: i64) -> Participant {
    Participant {
        sid: ParticipantSid::new(bytes(n)),
        account_sid: account_sid(1),
        service_sid: service_sid(1),
        conversation_sid: conversation_sid(conversation),
        identity: None,
        binding: None,
        role_sid: None,
        attributes: "{}".to_owned(),
        last_read_message_index: None,
        last_read_timestamp: None,
        notification_level: NotificationLevel::Default,
        date_created: at(n),
        date_updated: at(n),
    }
}

pub(crate) fn chatting(conversation: i64, n: i64, identity: &str) -> Participant {
    Participant { identity: Some(identity.to_owned()), ..participant(conversation, n) }
}

pub(crate) fn texting(conversation: i64, n: i64, address: &str, proxy_address: &str) -> Participant {
    let binding = Binding {
        binding_type: "sms".to_owned(),
        address: Some(address.to_owned()),
        proxy_address: Some(proxy_address.to_owned()),
        ..Binding::default()
    };
    Participant { binding: Some(binding), ..participant(conversation, n) }
}

pub(crate) fn message(conversation: i64, index: i64) -> Message {
    Message {
        sid: MessageSid::new(bytes(conversation * 1_000_000 + index)),
        account_sid: account_sid(1),
        conversation_sid: conversation_sid(conversation),
        index,
        author: "system".to_owned(),
        participant_sid: None,
        body: Some(format!("message {index}")),
        attributes: "{}".to_owned(),
        content_sid: None,
        content_variables: None,
        subject: None,
        date_created: at(index),
        date_updated: at(index),
        added: None,
        media: Vec::new(),
        delivery: None,
    }
}

pub(crate) fn user(n: i64, identity: &str) -> User {
    User {
        sid: UserSid::new(bytes(n)),
        account_sid: account_sid(1),
        service_sid: service_sid(1),
        identity: identity.to_owned(),
        friendly_name: None,
        attributes: "{}".to_owned(),
        role_sid: RoleSid::new(bytes(1)),
        event_seq: 1,
        date_created: at(n),
        date_updated: at(n),
    }
}

pub(crate) fn credential_sid(n: i64) -> CredentialSid {
    CredentialSid::new(bytes(n))
}

pub(crate) fn credential(n: i64) -> Credential {
    Credential {
        sid: credential_sid(n),
        account_sid: account_sid(1),
        friendly_name: Some(format!("credential {n}")),
        push_type: PushType::Apn,
        sandbox: true,
        date_created: at(n),
        date_updated: at(n),
    }
}

pub(crate) fn push_binding(n: i64, identity: &str, binding_type: PushType) -> PushBinding {
    PushBinding {
        sid: BindingSid::new(bytes(n)),
        account_sid: account_sid(1),
        service_sid: service_sid(1),
        identity: identity.to_owned(),
        binding_type,
        credential_sid: (binding_type != PushType::Twilsock).then(|| credential_sid(1)),
        endpoint: format!("device {n}"),
        message_types: vec!["new_message".to_owned(), "added_to_conversation".to_owned()],
        date_created: at(n),
        date_updated: at(n + 1),
    }
}

/// What lies after a key, for a parameter that says which way to go.
pub(crate) fn after(key: &str) -> Seek<'_> {
    Seek::After(key)
}

/// What lies before it.
pub(crate) fn before(key: &str) -> Seek<'_> {
    Seek::Before(key)
}

/// The service, and conversations in it.
pub(crate) fn given(store: &Store, conversations: Vec<Conversation>) {
    write(store, move |tx| {
        services::insert(tx, &service(1))?;
        for c in &conversations {
            assert!(conversations::insert(tx, c)?);
        }
        Ok(())
    });
}

pub(crate) fn fetched(store: &Store, n: i64) -> Option<Conversation> {
    crate::read(store, move |tx| {
        let (account, service) = home();
        conversations::fetch(tx, &account, &service, conversations::Key::Sid(&conversation_sid(n)))
    })
}
