//! What tests of e-mail begin with. The mails are beside this file.

use dwell_core::channel::{Channel, EmailSettings, Provider, Settings};
use dwell_core::sid::SidBytes;
use dwell_core::{AccountSid, ChannelSid, ConversationSid, MessageSid, Timestamp};
use dwell_engine::carriers::Parcel;
use dwell_engine::hooks::AuthToken;

pub(super) fn channel(addresses: &[&str]) -> Channel {
    Channel {
        sid: ChannelSid::new(SidBytes::new(1, 1, [1; 8])),
        account_sid: AccountSid::new(SidBytes::new(2, 2, [2; 8])),
        provider: Provider::Email,
        friendly_name: None,
        addresses: addresses.iter().map(|&address| address.to_owned()).collect(),
        enabled: true,
        date_created: Timestamp::from_micros(0),
        date_updated: Timestamp::from_micros(0),
    }
}

pub(super) const TOKEN: &str = "2d9c1a0e-0000-4000-8000-000000000001";

pub(super) fn settings(smtp_url: &str) -> EmailSettings {
    EmailSettings {
        smtp_url: smtp_url.to_owned(),
        smtp_username: None,
        smtp_password: None,
        imap_url: None,
        imap_username: None,
        imap_password: None,
        imap_folder: "INBOX".to_owned(),
        from_name: Some("The Shöp".to_owned()),
    }
}

pub(super) fn parcel(smtp_url: &str) -> Parcel {
    let bytes = SidBytes::new(3, 3, [3; 8]);
    Parcel {
        channel: channel(&["help@shop.example"]),
        settings: Settings::Email(settings(smtp_url)),
        auth_token: AuthToken::new("token"),
        from: "help@shop.example".to_owned(),
        from_name: None,
        to: vec!["ann@example.org".to_owned()],
        others: Vec::new(),
        body: Some("Hello,\nsee you — soon.".to_owned()),
        media: Vec::new(),
        subject: Some("Re: Rücksendung".to_owned()),
        references: vec!["first@example.org".to_owned(), "second@shop.example".to_owned()],
        author: "agent".to_owned(),
        conversation_sid: ConversationSid::new(bytes),
        message_sid: MessageSid::new(bytes),
        message_index: 0,
        receipts: Vec::new(),
        idempotency_token: TOKEN.to_owned(),
        timeout_millis: 5_000,
    }
}
