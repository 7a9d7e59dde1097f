//! Sessions as they are shown: each with what a desk needs to know of its conversation.

use std::collections::HashMap;

use dwell_core::session::Session;
use dwell_core::{AccountSid, Conversation, ConversationSid};
use dwell_store::Tx;
use dwell_store::sessions::{self, Customer, LastMessage};

use crate::error::Error;

/// A session and its conversation.
#[derive(Clone)]
pub struct Shown {
    /// The session.
    pub session: Session,
    /// Its conversation.
    pub conversation: Summary,
}

/// What a desk needs to know of a conversation.
#[derive(Clone)]
pub struct Summary {
    /// The conversation.
    pub conversation: Conversation,
    /// Whom it is with: of several the first outside the chat, or else the first.
    pub customer: Option<Customer>,
    /// The newest message, unless it was deleted.
    pub last_message: Option<LastMessage>,
}

/// What is shown of sessions of an account, in their order: three queries, however many they are. Those whose
/// conversation is gone are left out.
pub(super) fn show(tx: &mut dyn Tx, account: &AccountSid, found: Vec<Session>) -> Result<Vec<Shown>, Error> {
    let mut sids: Vec<ConversationSid> = found.iter().map(|session| session.conversation_sid).collect();
    sids.sort_unstable();
    sids.dedup();
    let conversations = sessions::conversations(tx, account, &sids)?;
    let mut messages: HashMap<_, _> = sessions::last_messages(tx, account, &conversations)?
        .into_iter()
        .map(|message| (message.conversation_sid, message))
        .collect();
    let mut customers: HashMap<ConversationSid, Customer> = HashMap::new();
    for customer in sessions::customers(tx, account, &sids)? {
        let rank = |customer: &Customer| (customer.binding_type.is_none(), customer.sid.clone());
        let first = customers.entry(customer.conversation_sid).or_insert_with(|| customer.clone());
        if rank(&customer) < rank(first) {
            *first = customer;
        }
    }
    let summaries: HashMap<_, _> = conversations
        .into_iter()
        .map(|conversation| {
            let (customer, last_message) = (customers.remove(&conversation.sid), messages.remove(&conversation.sid));
            (conversation.sid, Summary { conversation, customer, last_message })
        })
        .collect();
    let shown = found.into_iter().filter_map(|session| {
        let conversation = summaries.get(&session.conversation_sid)?.clone();
        Some(Shown { session, conversation })
    });
    Ok(shown.collect())
}

/// What is shown of one session.
pub(super) fn show_one(tx: &mut dyn Tx, session: Session) -> Result<Shown, Error> {
    let account = session.account_sid;
    show(tx, &account, vec![session])?.pop().ok_or(Error::NotFound)
}
