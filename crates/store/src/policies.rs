//! The tables `policies` and `policy_versions`. Versions are only ever added: conversations live by them.

use dwell_core::address::BindingType;
use dwell_core::policy::{Policy, Rules, Scope};
use dwell_core::{AccountSid, ConversationSid, PolicySid, ServiceSid};

use crate::columns::{Columns, to_json};
use crate::error::StoreError;
use crate::statement::{ListStmts, Row, Seek, Tx, params, statements};

macro_rules! select {
    ($rest:expr) => {
        concat!(
            "SELECT p.account_sid, p.service_sid, p.channel_type, p.address, p.friendly_name, p.enabled,
                p.date_created, p.date_updated, v.rules
             FROM policies p JOIN policy_versions v ON v.policy_sid = p.sid AND v.version = p.version ",
            $rest
        )
    };
}

/// Whether the policy `p` is for the conversation of this SID in this service.
macro_rules! is_for {
    ($p:literal, $service:literal, $conversation:literal) => {
        concat!(
            "(",
            $p,
            ".service_sid IS NULL OR ",
            $p,
            ".service_sid = ",
            $service,
            ") AND (",
            $p,
            ".channel_type IS NULL AND ",
            $p,
            ".address IS NULL OR EXISTS (SELECT 1 FROM participants m WHERE m.conversation_sid = ",
            $conversation,
            " AND m.binding_type = COALESCE(",
            $p,
            ".channel_type, m.binding_type) AND (",
            $p,
            ".address IS NULL OR m.proxy_address = ",
            $p,
            ".address OR m.projected_address = ",
            $p,
            ".address)))"
        )
    };
}

/// The conversations that are to live by the current version of the policy `?2` and do not: it is for them, no other
/// is that outranks it, and nobody has set timers of their own.
macro_rules! candidates {
    ($from:literal) => {
        concat!(
            "FROM ",
            $from,
            " JOIN policies p ON p.sid = ?2 AND p.account_sid = ?1
             WHERE c.account_sid = ?1 AND p.enabled = 1 AND c.state <> 'closed'
                AND NOT (c.policy_sid IS NOT NULL AND c.policy_sid = p.sid AND c.policy_version = p.version)
                AND (c.own_timers = 0 OR c.own_timers IS NULL AND c.timer_inactive IS NULL AND c.timer_closed IS NULL)
                AND ",
            is_for!("p", "c.service_sid", "c.sid"),
            " AND NOT EXISTS (SELECT 1 FROM policies q WHERE q.account_sid = ?1 AND q.enabled = 1
                AND (q.specificity, q.sid) > (p.specificity, p.sid) AND ",
            is_for!("q", "c.service_sid", "c.sid"),
            ")"
        )
    };
}

statements! {
    BY_SID = select!("WHERE p.sid = ?2 AND p.account_sid = ?1");
    BY_SID_LOCKED = concat!(select!("WHERE p.sid = ?2 AND p.account_sid = ?1"), " {lock}");
    LIST = select!("WHERE p.account_sid = ?1 AND p.sid > ?2 ORDER BY p.sid LIMIT ?3");
    LIST_BACK = select!("WHERE p.account_sid = ?1 AND p.sid < ?2 ORDER BY p.sid DESC LIMIT ?3");
    GOVERNING = concat!(
        select!("WHERE p.account_sid = ?1 AND p.enabled = 1 AND "),
        is_for!("p", "?2", "?3"),
        " ORDER BY p.specificity DESC, p.sid DESC LIMIT 1"
    );
    COUNT = "SELECT COUNT(*) FROM policies WHERE account_sid = ?1";
    OUTDATED =
        "SELECT COUNT(*) FROM conversations
         WHERE policy_sid = ?2 AND policy_version < ?3 AND account_sid = ?1 AND state <> 'closed'";
    CANDIDATES = concat!(
        "SELECT c.sid ",
        candidates!("conversations c"),
        " AND EXISTS (SELECT 1 FROM services s WHERE s.sid = c.service_sid AND s.deleted_at IS NULL)
          AND c.sid > ?3 ORDER BY c.sid LIMIT ?4"
    );
    /// Service by service: the conversations of other accounts are none of its business.
    COUNT_CANDIDATES = concat!(
        "SELECT COUNT(*) ",
        candidates!("services s JOIN conversations c ON c.service_sid = s.sid AND s.account_sid = ?1 AND s.deleted_at IS NULL")
    );
    NAME_OF = "SELECT friendly_name FROM policies WHERE sid = ?2 AND account_sid = ?1";
    INSERT =
        "INSERT INTO policies (sid, account_sid, service_sid, channel_type, address, friendly_name, enabled, specificity,
            version, date_created, date_updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    INSERT_VERSION =
        "INSERT INTO policy_versions (policy_sid, version, account_sid, rules) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO NOTHING";
    UPDATE =
        "UPDATE policies SET service_sid = ?3, channel_type = ?4, address = ?5, friendly_name = ?6, enabled = ?7,
            specificity = ?8, version = ?9, date_updated = ?10
         WHERE sid = ?1 AND account_sid = ?2";
    DELETE = "DELETE FROM policies WHERE sid = ?2 AND account_sid = ?1";
}

fn read(row: &dyn Row) -> Result<Policy, StoreError> {
    let mut c = Columns::new(row);
    Ok(Policy {
        account_sid: c.parsed(AccountSid::parse)?,
        scope: Scope {
            service_sid: c.opt_parsed(ServiceSid::parse)?,
            channel_type: c.opt_parsed(BindingType::parse)?,
            address: c.opt_text()?,
        },
        friendly_name: c.text()?,
        enabled: c.flag()?,
        date_created: c.time()?,
        date_updated: c.time()?,
        rules: c.json::<Rules>()?,
    })
}

/// One policy of an account.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(tx: &mut dyn Tx, account: &AccountSid, sid: &PolicySid) -> Result<Option<Policy>, StoreError> {
    tx.first(&BY_SID, params![account, sid], read)
}

/// One policy of an account, locked until the unit of work ends.
pub fn lock(tx: &mut dyn Tx, account: &AccountSid, sid: &PolicySid) -> Result<Option<Policy>, StoreError> {
    tx.first(&BY_SID_LOCKED, params![account, sid], read)
}

/// The name of a policy, while it is there.
pub fn name_of(tx: &mut dyn Tx, account: &AccountSid, sid: &PolicySid) -> Result<Option<String>, StoreError> {
    tx.first(&NAME_OF, params![account, sid], |row| Columns::new(row).text())
}

/// Policies of an account in order of creation.
pub fn list(tx: &mut dyn Tx, account: &AccountSid, seek: Seek<'_>, limit: i64) -> Result<Vec<Policy>, StoreError> {
    tx.page(&ListStmts { after: &LIST, before: &LIST_BACK }, params![account], seek, limit, read)
}

/// The policy that governs a conversation of a service, by its participants as they are now: the enabled one that
/// says most, the newest of several.
pub fn governing(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    conversation: &ConversationSid,
) -> Result<Option<Policy>, StoreError> {
    tx.first(&GOVERNING, params![account, service, conversation], read)
}

/// How many policies an account has.
pub fn count(tx: &mut dyn Tx, account: &AccountSid) -> Result<i64, StoreError> {
    Ok(tx.first(&COUNT, params![account], |row| Columns::new(row).int())?.unwrap_or_default())
}

/// How many open conversations live by an older version of a policy.
pub fn count_outdated(tx: &mut dyn Tx, policy: &Policy) -> Result<i64, StoreError> {
    let Rules { policy_sid, version, .. } = &policy.rules;
    let found =
        tx.first(&OUTDATED, params![&policy.account_sid, policy_sid, *version], |row| Columns::new(row).int())?;
    Ok(found.unwrap_or_default())
}

/// Open conversations that are to live by the current version of an enabled policy and do not, in order of their
/// SIDs, those after `after`.
pub fn candidates(
    tx: &mut dyn Tx,
    account: &AccountSid,
    sid: &PolicySid,
    after: Option<&ConversationSid>,
    limit: i64,
) -> Result<Vec<ConversationSid>, StoreError> {
    let after = after.map_or("", |sid| sid.as_str());
    tx.all(&CANDIDATES, params![account, sid, after, limit], |row| Columns::new(row).parsed(ConversationSid::parse))
}

/// How many [`candidates`] there are. Looks at every conversation of the account.
pub fn count_candidates(tx: &mut dyn Tx, account: &AccountSid, sid: &PolicySid) -> Result<i64, StoreError> {
    Ok(tx.first(&COUNT_CANDIDATES, params![account, sid], |row| Columns::new(row).int())?.unwrap_or_default())
}

/// Adds a policy with its first version.
pub fn insert(tx: &mut dyn Tx, p: &Policy) -> Result<(), StoreError> {
    tx.exec(
        &INSERT,
        params![
            &p.rules.policy_sid,
            &p.account_sid,
            p.scope.service_sid.as_ref(),
            p.scope.channel_type.map(BindingType::as_str),
            p.scope.address.as_deref(),
            &p.friendly_name,
            p.enabled,
            p.scope.specificity(),
            p.rules.version,
            p.date_created,
            p.date_updated,
        ],
    )?;
    insert_version(tx, p)
}

/// Writes everything of a policy that can change. Its rules are kept as a new version when theirs is one.
pub fn update(tx: &mut dyn Tx, p: &Policy) -> Result<(), StoreError> {
    tx.exec(
        &UPDATE,
        params![
            &p.rules.policy_sid,
            &p.account_sid,
            p.scope.service_sid.as_ref(),
            p.scope.channel_type.map(BindingType::as_str),
            p.scope.address.as_deref(),
            &p.friendly_name,
            p.enabled,
            p.scope.specificity(),
            p.rules.version,
            p.date_updated,
        ],
    )?;
    insert_version(tx, p)
}

fn insert_version(tx: &mut dyn Tx, p: &Policy) -> Result<(), StoreError> {
    let rules = to_json(&p.rules)?;
    tx.exec(&INSERT_VERSION, params![&p.rules.policy_sid, p.rules.version, &p.account_sid, &rules])?;
    Ok(())
}

/// Removes a policy. Its versions stay for the conversations that live by them.
pub fn delete(tx: &mut dyn Tx, account: &AccountSid, sid: &PolicySid) -> Result<(), StoreError> {
    tx.exec(&DELETE, params![account, sid])?;
    Ok(())
}
