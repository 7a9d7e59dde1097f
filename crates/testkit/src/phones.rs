//! Messages on simulated phones that nobody sent.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot be set up fails")]

use dwell_core::phone::{PhoneFile, Way};
use dwell_core::receipt::Status;
use dwell_core::{
    AccountSid, ChannelSid, ConversationSid, MediaSid, MessageSid, PhoneMessage, PhoneMessageSid, ReceiptSid,
};
use dwell_store::{StoreError, phones};

use crate::app::TestApp;

impl TestApp {
    /// Puts a message onto a phone of the first account, as if it were of a conversation that is gone, and returns
    /// its SID.
    pub async fn keep_phone_message(&self, phone: &str) -> String {
        let (now, bytes) = (self.engine.now(), self.engine.sid());
        let file = PhoneFile {
            sid: MediaSid::new(bytes).to_string(),
            content_type: "image/png".to_owned(),
            filename: Some("map.png".to_owned()),
            size: 4_711,
            link: "/media/map".to_owned(),
        };
        let message = PhoneMessage {
            sid: PhoneMessageSid::new(bytes),
            account_sid: AccountSid::parse(&self.account.sid).expect("an account SID"),
            phone: phone.to_owned(),
            other: "+15017122662".to_owned(),
            channel_sid: Some(ChannelSid::new(bytes)),
            way: Way::Received,
            author: Some("ann".to_owned()),
            subject: Some("A map".to_owned()),
            body: Some("Look".to_owned()),
            files: vec![file],
            status: Some(Status::Undelivered),
            error_code: Some(30_003),
            conversation_sid: Some(ConversationSid::new(bytes)),
            message_sid: Some(MessageSid::new(bytes)),
            receipt_sid: Some(ReceiptSid::new(bytes)),
            date_created: now,
            date_updated: now,
        };
        let sid = message.sid.to_string();
        let kept = self.engine.store().write(move |tx| phones::insert(tx, &message));
        assert!(kept.await.unwrap_or_else(|error: StoreError| panic!("no message on a phone: {error}")));
        sid
    }
}
