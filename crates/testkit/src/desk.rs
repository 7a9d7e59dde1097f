//! A desk: who works at it, and what befalls a conversation's clock without a request.

#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot be set up fails")]

use dwell_core::lifecycle::{Input, step};
use dwell_core::{AccountSid, ConversationSid, Person, PersonRole, PersonSid};
use dwell_store::{StoreError, conversations, people};

use crate::app::TestApp;

impl TestApp {
    /// Has an agent of this identity work in the account.
    pub async fn hire(&self, identity: &str) {
        let now = self.engine.now();
        let person = Person {
            sid: PersonSid::new(self.engine.sid()),
            account_sid: AccountSid::parse(&self.account.sid).expect("an account SID"),
            email: format!("{identity}@{}.example", self.account.sid.to_lowercase()),
            friendly_name: identity.to_owned(),
            identity: identity.to_owned(),
            role: PersonRole::Agent,
            disabled_at: None,
            has_password: false,
            date_created: now,
            date_updated: now,
            date_last_sign_in: None,
        };
        let hired = self.engine.store().write(move |tx| people::insert(tx, &person, None));
        hired.await.unwrap_or_else(|error: StoreError| panic!("nobody is hired: {error}"));
    }

    /// Has something happen to the clock of a conversation that changes no state.
    pub async fn befall(&self, conversation_sid: &str, input: Input) {
        let account = AccountSid::parse(&self.account.sid).expect("an account SID");
        let sid = ConversationSid::parse(conversation_sid).expect("a conversation SID");
        let now = self.engine.now();
        let done = self.engine.store().write(move |tx| {
            let mut c = conversations::lock_anywhere(tx, &account, &sid)?.expect("a conversation");
            let done = step(&c.lifecycle, now, input.clone()).expect("it takes that");
            assert_eq!(done.transition, None, "{input:?}");
            c.lifecycle = done.next;
            conversations::update(tx, &c)
        });
        done.await.unwrap_or_else(|error: StoreError| panic!("nothing befalls it: {error}"));
    }
}
