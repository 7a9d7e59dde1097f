//! What a list of sessions tells of their conversations: one query for each kind of thing, however many they are.

use dwell_core::session::Side;
use dwell_core::{AccountSid, Conversation, ConversationSid, Timestamp};

use crate::columns::Columns;
use crate::conversations::{conversation_columns, read_columns};
use crate::error::StoreError;
use crate::statement::{Tx, Value, statements};

statements! {
    CONVERSATIONS(Text, Text) =
        concat!("SELECT ", conversation_columns!(), " FROM conversations c
            WHERE (c.sid, c.account_sid) IN (SELECT {1}, {2} {from_rows})");
    /// The newest message of each, and whether its author is a person of the account or a participant.
    LAST_MESSAGES(Text, Int, Text) =
        "SELECT m.conversation_sid, m.message_index, m.author, m.body, m.date_created,
            CASE WHEN EXISTS (SELECT 1 FROM people p WHERE p.account_sid = m.account_sid AND p.identity = m.author)
                THEN 'agent' WHEN m.participant_sid IS NOT NULL THEN 'customer' ELSE 'system' END
         FROM messages m
         WHERE (m.conversation_sid, m.message_index, m.account_sid) IN (SELECT {1}, {2}, {3} {from_rows})";
    CUSTOMERS(Text, Text) =
        "SELECT p.conversation_sid, p.sid, p.binding_type, p.address, p.identity FROM participants p
         WHERE (p.conversation_sid, p.account_sid) IN (SELECT {1}, {2} {from_rows})
            AND NOT EXISTS (SELECT 1 FROM people w WHERE w.account_sid = p.account_sid AND w.identity = p.identity)";
}

/// The newest message of a conversation.
#[derive(Clone, PartialEq, Eq)]
pub struct LastMessage {
    /// Its conversation.
    pub conversation_sid: ConversationSid,
    /// Its place there.
    pub index: i64,
    /// Who wrote it.
    pub author: String,
    /// On which side.
    pub side: Side,
    /// Its text.
    pub body: Option<String>,
    /// When, as shown.
    pub date_created: Timestamp,
}

/// A participant of a conversation who is no person of the account.
#[derive(Clone, PartialEq, Eq)]
pub struct Customer {
    /// The conversation.
    pub conversation_sid: ConversationSid,
    /// The participant.
    pub sid: String,
    /// The type of the address, when outside the chat.
    pub binding_type: Option<String>,
    /// The address, when outside the chat, or else the identity.
    pub name: Option<String>,
}

fn keys<'a>(account: &'a AccountSid, of: &'a [ConversationSid]) -> Vec<Value<'a>> {
    of.iter().flat_map(|sid| [Value::from(sid), Value::from(account)]).collect()
}

/// Conversations of an account.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn conversations(
    tx: &mut dyn Tx,
    account: &AccountSid,
    of: &[ConversationSid],
) -> Result<Vec<Conversation>, StoreError> {
    let mut found = Vec::with_capacity(of.len());
    tx.rows_many(&CONVERSATIONS, &keys(account, of), &mut |row| {
        found.push(read_columns(&mut Columns::new(row))?);
        Ok(())
    })?;
    Ok(found)
}

/// The newest message of each of these conversations that has any; one that was deleted leaves a gap.
pub fn last_messages(
    tx: &mut dyn Tx,
    account: &AccountSid,
    of: &[Conversation],
) -> Result<Vec<LastMessage>, StoreError> {
    let written = of.iter().filter(|c| c.next_message_index > 0);
    let keys: Vec<_> = written
        .flat_map(|c| [Value::from(&c.sid), Value::from(c.next_message_index - 1), Value::from(account)])
        .collect();
    let mut found = Vec::with_capacity(of.len());
    tx.rows_many(&LAST_MESSAGES, &keys, &mut |row| {
        let mut c = Columns::new(row);
        found.push(LastMessage {
            conversation_sid: c.parsed(ConversationSid::parse)?,
            index: c.int()?,
            author: c.text()?,
            body: c.opt_text()?,
            date_created: c.time()?,
            side: c.parsed(Side::parse)?,
        });
        Ok(())
    })?;
    Ok(found)
}

/// Those who take part in these conversations and are no people of the account.
pub fn customers(tx: &mut dyn Tx, account: &AccountSid, of: &[ConversationSid]) -> Result<Vec<Customer>, StoreError> {
    let mut found = Vec::with_capacity(of.len());
    tx.rows_many(&CUSTOMERS, &keys(account, of), &mut |row| {
        let mut c = Columns::new(row);
        let (conversation_sid, sid) = (c.parsed(ConversationSid::parse)?, c.text()?);
        let (binding_type, address, identity) = (c.opt_text()?, c.opt_text()?, c.opt_text()?);
        found.push(Customer { conversation_sid, sid, binding_type, name: address.or(identity) });
        Ok(())
    })?;
    Ok(found)
}
