//! The table `participants`: who is in a conversation, which address pairs are held, and which
//! conversations count for an identity.

use dwell_core::participant::{Binding, NotificationLevel};
use dwell_core::{AccountSid, ConversationSid, Participant, ParticipantSid, RoleSid, ServiceSid};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{ListStmts, Row, Seek, Tx, params, statements};

macro_rules! participant_columns {
    () => {
        "p.sid, p.account_sid, p.service_sid, p.conversation_sid, p.identity, p.binding_type, p.address,
            p.proxy_address, p.projected_address, p.address_name, p.address_level, p.role_sid, p.attributes,
            p.last_read_message_index, p.last_read_timestamp, p.notification_level, p.date_created, p.date_updated"
    };
}
pub(crate) use participant_columns;

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT ", participant_columns!(), " FROM participants p ", $rest)
    };
}

statements! {
    BY_SID = select!("WHERE conversation_sid = ?2 AND sid = ?3 AND account_sid = ?1");
    BY_IDENTITY = select!("WHERE conversation_sid = ?2 AND identity = ?3 AND account_sid = ?1");
    LIST = select!("WHERE conversation_sid = ?2 AND account_sid = ?1 AND sid > ?3 ORDER BY sid LIMIT ?4");
    LIST_BACK = select!("WHERE conversation_sid = ?2 AND account_sid = ?1 AND sid < ?3 ORDER BY sid DESC LIMIT ?4");
    BOUND = select!("WHERE conversation_sid = ?2 AND account_sid = ?1 AND binding_type IS NOT NULL ORDER BY sid LIMIT ?3");
    ANY_PROJECTED =
        "SELECT sid FROM participants WHERE conversation_sid = ?2 AND account_sid = ?1 AND projected_address IS NOT NULL
            AND projected_address > '' LIMIT 1";
    AUTHOR_BY_IDENTITY = "SELECT sid FROM participants WHERE conversation_sid = ?1 AND identity = ?2";
    AUTHOR_BY_ADDRESS =
        "SELECT sid FROM participants
         WHERE service_sid = ?1 AND address = ?2 AND conversation_sid = ?3 ORDER BY sid LIMIT 1";
    INSERT =
        "INSERT INTO participants (sid, account_sid, service_sid, conversation_sid, identity, binding_type, address,
            proxy_address, projected_address, address_name, address_level, role_sid, attributes,
            last_read_message_index, last_read_timestamp, open, notification_level, date_created, date_updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, 1, ?16, ?17, ?18)
         ON CONFLICT DO NOTHING";
    UPDATE =
        "UPDATE participants SET identity = ?3, binding_type = ?4, proxy_address = ?5, projected_address = ?6,
            role_sid = ?7, attributes = ?8, last_read_message_index = ?9, last_read_timestamp = ?10,
            notification_level = ?11, date_created = ?12, date_updated = ?13
         WHERE conversation_sid = ?1 AND sid = ?2";
    DELETE = "DELETE FROM participants WHERE conversation_sid = ?1 AND sid = ?2";
    DELETE_ALL = "DELETE FROM participants WHERE conversation_sid = ?1";
    PAIR_HOLDER =
        "SELECT conversation_sid, sid FROM participants
         WHERE account_sid = ?1 AND address = ?2 AND proxy_address = ?3 AND open = 1";
    /// Closing lets go of the pairs and of the identities' slots (contract §6.1).
    RELEASE(Text) =
        "UPDATE participants SET open = 0 {from_rows}
         WHERE participants.conversation_sid = {1} AND participants.open = 1";
    COUNT_OPEN =
        "SELECT COUNT(*) FROM (SELECT 1 FROM participants
            WHERE service_sid = ?1 AND identity = ?2 AND open = 1 LIMIT ?3) AS found";
    OPEN_CONVERSATIONS =
        "SELECT conversation_sid, sid FROM participants
         WHERE account_sid = ?1 AND service_sid = ?2 AND identity = ?3 AND open = 1 ORDER BY conversation_sid LIMIT ?4";
}

fn read(row: &dyn Row) -> Result<Participant, StoreError> {
    read_columns(&mut Columns::new(row))
}

/// Reads [`participant_columns!`].
pub(crate) fn read_columns(c: &mut Columns<'_>) -> Result<Participant, StoreError> {
    let sid = c.parsed(ParticipantSid::parse)?;
    let account_sid = c.parsed(AccountSid::parse)?;
    let service_sid = c.parsed(ServiceSid::parse)?;
    let conversation_sid = c.parsed(ConversationSid::parse)?;
    let identity = c.opt_text()?;
    let binding_type = c.opt_text()?;
    let (address, proxy_address, projected_address) = (c.opt_text()?, c.opt_text()?, c.opt_text()?);
    let (name, level) = (c.opt_text()?, c.opt_text()?);
    Ok(Participant {
        sid,
        account_sid,
        service_sid,
        conversation_sid,
        identity,
        binding: binding_type.map(|binding_type| Binding {
            binding_type,
            address,
            proxy_address,
            projected_address,
            name,
            level,
        }),
        role_sid: c.opt_parsed(RoleSid::parse)?,
        attributes: c.text()?,
        last_read_message_index: c.opt_int()?,
        last_read_timestamp: c.opt_time()?,
        notification_level: c.parsed(NotificationLevel::parse)?,
        date_created: c.time()?,
        date_updated: c.time()?,
    })
}

/// A conversation and a participant of it.
fn read_place(row: &dyn Row) -> Result<(ConversationSid, ParticipantSid), StoreError> {
    let mut c = Columns::new(row);
    Ok((c.parsed(ConversationSid::parse)?, c.parsed(ParticipantSid::parse)?))
}

/// How a path names a participant (contract §1.6).
#[derive(Debug, Clone, Copy)]
pub enum Key<'a> {
    /// By SID.
    Sid(&'a ParticipantSid),
    /// By the identity of a chat participant.
    Identity(&'a str),
}

/// One participant of a conversation.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(
    tx: &mut dyn Tx,
    account: &AccountSid,
    conversation: &ConversationSid,
    key: Key<'_>,
) -> Result<Option<Participant>, StoreError> {
    match key {
        Key::Sid(sid) => tx.first(&BY_SID, params![account, conversation, sid], read),
        Key::Identity(identity) => tx.first(&BY_IDENTITY, params![account, conversation, identity], read),
    }
}

/// The participant of a conversation, which is in `service`, whose identity or address is `author`.
pub fn author(
    tx: &mut dyn Tx,
    service: &ServiceSid,
    conversation: &ConversationSid,
    author: &str,
) -> Result<Option<ParticipantSid>, StoreError> {
    let sid = |row: &dyn Row| Columns::new(row).parsed(ParticipantSid::parse);
    match tx.first(&AUTHOR_BY_IDENTITY, params![conversation, author], sid)? {
        Some(found) => Ok(Some(found)),
        None => tx.first(&AUTHOR_BY_ADDRESS, params![service, author, conversation], sid),
    }
}

/// Participants of a conversation in order of creation.
pub fn list(
    tx: &mut dyn Tx,
    account: &AccountSid,
    conversation: &ConversationSid,
    seek: Seek<'_>,
    limit: i64,
) -> Result<Vec<Participant>, StoreError> {
    tx.page(&ListStmts { after: &LIST, before: &LIST_BACK }, params![account, conversation], seek, limit, read)
}

/// Participants of a conversation who have addresses, in order of creation.
pub fn bound(
    tx: &mut dyn Tx,
    account: &AccountSid,
    conversation: &ConversationSid,
    limit: i64,
) -> Result<Vec<Participant>, StoreError> {
    tx.all(&BOUND, params![account, conversation, limit], read)
}

/// Whether somebody in a conversation has a projected address: it is a group text then.
pub fn any_projected(
    tx: &mut dyn Tx,
    account: &AccountSid,
    conversation: &ConversationSid,
) -> Result<bool, StoreError> {
    Ok(tx.first(&ANY_PROJECTED, params![account, conversation], |_| Ok(()))?.is_some())
}

/// Adds a participant; `false` when its identity is in the conversation already or its address pair
/// is held.
pub fn insert(tx: &mut dyn Tx, p: &Participant) -> Result<bool, StoreError> {
    let binding = p.binding.as_ref();
    let changed = tx.exec(
        &INSERT,
        params![
            &p.sid,
            &p.account_sid,
            &p.service_sid,
            &p.conversation_sid,
            p.identity.as_deref(),
            binding.map(|b| b.binding_type.as_str()),
            binding.and_then(|b| b.address.as_deref()),
            binding.and_then(|b| b.proxy_address.as_deref()),
            binding.and_then(|b| b.projected_address.as_deref()),
            binding.and_then(|b| b.name.as_deref()),
            binding.and_then(|b| b.level.as_deref()),
            p.role_sid.as_ref(),
            &p.attributes,
            p.last_read_message_index,
            p.last_read_timestamp,
            p.notification_level.as_str(),
            p.date_created,
            p.date_updated,
        ],
    )?;
    Ok(changed == 1)
}

/// Writes everything of a participant that the API can change.
///
/// # Errors
/// [`StoreError::Unique`] with `ParticipantPair` when another conversation took the new pair.
pub fn update(tx: &mut dyn Tx, p: &Participant) -> Result<(), StoreError> {
    let binding = p.binding.as_ref();
    tx.exec(
        &UPDATE,
        params![
            &p.conversation_sid,
            &p.sid,
            p.identity.as_deref(),
            binding.map(|b| b.binding_type.as_str()),
            binding.and_then(|b| b.proxy_address.as_deref()),
            binding.and_then(|b| b.projected_address.as_deref()),
            p.role_sid.as_ref(),
            &p.attributes,
            p.last_read_message_index,
            p.last_read_timestamp,
            p.notification_level.as_str(),
            p.date_created,
            p.date_updated,
        ],
    )?;
    Ok(())
}

/// Removes a participant.
pub fn delete(tx: &mut dyn Tx, p: &Participant) -> Result<(), StoreError> {
    tx.exec(&DELETE, params![&p.conversation_sid, &p.sid])?;
    Ok(())
}

/// Removes every participant of a conversation.
pub fn delete_all(tx: &mut dyn Tx, conversation: &ConversationSid) -> Result<(), StoreError> {
    tx.exec(&DELETE_ALL, params![conversation])?;
    Ok(())
}

/// The conversation that holds an (address, proxy address) pair, and the participant through which it does.
pub fn pair_holder(
    tx: &mut dyn Tx,
    account: &AccountSid,
    address: &str,
    proxy_address: &str,
) -> Result<Option<(ConversationSid, ParticipantSid)>, StoreError> {
    tx.first(&PAIR_HOLDER, params![account, address, proxy_address], read_place)
}

/// Lets go of the pairs and the identities' slots of closed conversations.
pub fn release(tx: &mut dyn Tx, conversations: &[ConversationSid]) -> Result<(), StoreError> {
    let mut values = Vec::with_capacity(conversations.len());
    for sid in conversations {
        values.extend_from_slice(params![sid]);
    }
    tx.exec_many(&RELEASE, &values)?;
    Ok(())
}

/// How many active and inactive conversations an identity is in, counted up to `limit`.
pub fn count_open(tx: &mut dyn Tx, service: &ServiceSid, identity: &str, limit: i64) -> Result<i64, StoreError> {
    Ok(tx.first(&COUNT_OPEN, params![service, identity, limit], |row| Columns::new(row).int())?.unwrap_or_default())
}

/// The active and inactive conversations that an identity is in, with its participant in each.
pub fn open_conversations(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    identity: &str,
    limit: i64,
) -> Result<Vec<(ConversationSid, ParticipantSid)>, StoreError> {
    tx.all(&OPEN_CONVERSATIONS, params![account, service, identity, limit], read_place)
}
