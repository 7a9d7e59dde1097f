//! Participants with the conversations that they are in: what lookups by identity and by address
//! read. Closed conversations belong to it (contract §5.9).

use dwell_core::limits::UNREAD_MESSAGES_MAX;
use dwell_core::{AccountSid, Conversation, Participant, ServiceSid, UserSid};

use crate::columns::Columns;
use crate::conversations::{self, conversation_columns};
use crate::error::StoreError;
use crate::participants::{self, participant_columns};
use crate::statement::{ListStmts, Row, Seek, Tx, Value, params, statements};

macro_rules! select {
    ($more:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            participant_columns!(),
            ", ",
            conversation_columns!(),
            ", ",
            $more,
            " FROM participants p JOIN conversations c ON c.sid = p.conversation_sid ",
            $rest
        )
    };
}

macro_rules! with_user {
    ($rest:literal) => {
        select!("(SELECT u.sid FROM users u WHERE u.service_sid = p.service_sid AND u.identity = p.identity)", $rest)
    };
}

macro_rules! with_unread {
    ($rest:literal) => {
        select!(
            "(SELECT COUNT(*) FROM (SELECT 1 FROM messages m WHERE m.conversation_sid = p.conversation_sid
                AND m.message_index > p.last_read_message_index LIMIT ?5) AS found)",
            $rest
        )
    };
}

statements! {
    OF_IDENTITY = with_user!(
        "WHERE p.account_sid = ?1 AND p.service_sid = ?2 AND p.identity = ?3 AND p.open = ?4 AND p.conversation_sid > ?5
         ORDER BY p.conversation_sid LIMIT ?6"
    );
    OF_IDENTITY_BACK = with_user!(
        "WHERE p.account_sid = ?1 AND p.service_sid = ?2 AND p.identity = ?3 AND p.open = ?4 AND p.conversation_sid < ?5
         ORDER BY p.conversation_sid DESC LIMIT ?6"
    );
    OF_ADDRESS = with_user!(
        "WHERE p.account_sid = ?1 AND p.service_sid = ?2 AND p.address = ?3 AND (p.conversation_sid, p.sid) > (?4, ?5)
         ORDER BY p.conversation_sid, p.sid LIMIT ?6"
    );
    OF_ADDRESS_BACK = with_user!(
        "WHERE p.account_sid = ?1 AND p.service_sid = ?2 AND p.address = ?3 AND (p.conversation_sid, p.sid) < (?4, ?5)
         ORDER BY p.conversation_sid DESC, p.sid DESC LIMIT ?6"
    );
    OF_USER = with_unread!(
        "WHERE p.account_sid = ?1 AND p.service_sid = ?2 AND p.identity = ?3 AND p.open = ?4 AND p.conversation_sid > ?6
         ORDER BY p.conversation_sid LIMIT ?7"
    );
    OF_USER_BACK = with_unread!(
        "WHERE p.account_sid = ?1 AND p.service_sid = ?2 AND p.identity = ?3 AND p.open = ?4 AND p.conversation_sid < ?6
         ORDER BY p.conversation_sid DESC LIMIT ?7"
    );
}

/// A participant, its conversation, and something more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership<M> {
    /// The participant.
    pub participant: Participant,
    /// The conversation that it is in.
    pub conversation: Conversation,
    /// What one kind of lookup tells besides.
    pub more: M,
}

fn read<M>(
    row: &dyn Row,
    more: impl FnOnce(&mut Columns<'_>) -> Result<M, StoreError>,
) -> Result<Membership<M>, StoreError> {
    let mut c = Columns::new(row);
    Ok(Membership {
        participant: participants::read_columns(&mut c)?,
        conversation: conversations::read_columns(&mut c)?,
        more: more(&mut c)?,
    })
}

/// The two ranges of the index over identities, closed conversations and open ones.
const OPEN: [bool; 2] = [false, true];

/// A page of an identity's memberships: one ordered index range for its open conversations, one for
/// the closed ones, merged. `parameters` are those of the statements but for the key and the limit.
fn merged<'a, M>(
    tx: &mut dyn Tx,
    list: &ListStmts,
    parameters: impl Fn(bool) -> Vec<Value<'a>>,
    seek: Seek<'_>,
    limit: i64,
    read: impl Fn(&dyn Row) -> Result<Membership<M>, StoreError>,
) -> Result<Vec<Membership<M>>, StoreError> {
    let mut found = Vec::new();
    for open in OPEN {
        found.extend(tx.page(list, &parameters(open), seek, limit, &read)?);
    }
    found.sort_by_key(|membership| membership.conversation.sid);
    if let Seek::Before(_) = seek {
        found.reverse();
    }
    found.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(found)
}

/// The conversations of an identity by SID, each with its participant and the user of that
/// identity, when there is one. The list is sought by conversation SID.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn of_identity(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    identity: &str,
    seek: Seek<'_>,
    limit: i64,
) -> Result<Vec<Membership<Option<UserSid>>>, StoreError> {
    let list = ListStmts { after: &OF_IDENTITY, before: &OF_IDENTITY_BACK };
    let parameters = |open| params![account, service, identity, open].to_vec();
    merged(tx, &list, parameters, seek, limit, read_with_user)
}

/// The conversations of an identity by SID, each with its participant and how many of its messages
/// lie behind the participant's read horizon (contract §8), which is nothing without a horizon. The
/// list is sought by conversation SID.
pub fn of_user(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    identity: &str,
    seek: Seek<'_>,
    limit: i64,
) -> Result<Vec<Membership<Option<i64>>>, StoreError> {
    let list = ListStmts { after: &OF_USER, before: &OF_USER_BACK };
    let parameters = |open| params![account, service, identity, open, UNREAD_MESSAGES_MAX].to_vec();
    merged(tx, &list, parameters, seek, limit, |row| {
        let mut membership = read(row, |c| c.opt_int())?;
        membership.more = membership.more.filter(|_| membership.participant.last_read_message_index.is_some());
        Ok(membership)
    })
}

/// The conversations of an address by SID, each with its participant and the user of the
/// participant's identity, when there is one. An address may be in a conversation more than once,
/// facing different proxy addresses, so the list is sought by both SIDs, the conversation's first,
/// with a space between.
pub fn of_address(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    address: &str,
    seek: Seek<'_>,
    limit: i64,
) -> Result<Vec<Membership<Option<UserSid>>>, StoreError> {
    let (stmt, key) = match seek {
        Seek::After(key) => (&OF_ADDRESS, key),
        Seek::Before(key) => (&OF_ADDRESS_BACK, key),
    };
    let (conversation, participant) = key.split_once(' ').unwrap_or((key, ""));
    tx.all(stmt, params![account, service, address, conversation, participant, limit], read_with_user)
}

fn read_with_user(row: &dyn Row) -> Result<Membership<Option<UserSid>>, StoreError> {
    read(row, |c| c.opt_parsed(UserSid::parse))
}
