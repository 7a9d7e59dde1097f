//! The table `webhooks`: those of single conversations.

use dwell_core::webhook::{Action, Hook, Method, Target};
use dwell_core::{AccountSid, ConversationSid, FlowSid, Webhook, WebhookSid};

use crate::columns::{Columns, to_json};
use crate::error::StoreError;
use crate::statement::{ListStmts, Row, Seek, Tx, params, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT sid, account_sid, conversation_sid, target, url, method, filters, triggers, flow_sid, replay_after,
                date_created, date_updated FROM webhooks ",
            $rest
        )
    };
}

statements! {
    BY_SID = select!("WHERE conversation_sid = ?2 AND sid = ?3 AND account_sid = ?1");
    LIST = select!("WHERE conversation_sid = ?2 AND account_sid = ?1 AND sid > ?3 ORDER BY sid LIMIT ?4");
    LIST_BACK = select!("WHERE conversation_sid = ?2 AND account_sid = ?1 AND sid < ?3 ORDER BY sid DESC LIMIT ?4");
    ANY = "SELECT sid FROM webhooks WHERE account_sid = ?1 ORDER BY sid LIMIT 1";
    OF_CONVERSATIONS(Text, Text) =
        select!("WHERE (conversation_sid, account_sid) IN (SELECT {1}, {2} {from_rows})");
    COUNT = "SELECT COUNT(*) FROM webhooks WHERE conversation_sid = ?2 AND account_sid = ?1";
    INSERT =
        "INSERT INTO webhooks (sid, account_sid, conversation_sid, target, url, method, filters, triggers, flow_sid,
            replay_after, date_created, date_updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    UPDATE =
        "UPDATE webhooks SET url = ?3, method = ?4, filters = ?5, triggers = ?6, flow_sid = ?7, date_updated = ?8
         WHERE conversation_sid = ?1 AND sid = ?2";
    DELETE = "DELETE FROM webhooks WHERE conversation_sid = ?1 AND sid = ?2";
    DELETE_ALL = "DELETE FROM webhooks WHERE conversation_sid = ?1";
}

/// The columns of a hook, in any table that has them.
#[derive(Default)]
pub(crate) struct HookColumns<'a> {
    pub(crate) url: Option<&'a str>,
    pub(crate) method: Option<&'static str>,
    pub(crate) filters: Option<String>,
}

impl<'a> HookColumns<'a> {
    pub(crate) fn of(hook: &'a Hook) -> Result<Self, StoreError> {
        let method = Some(hook.method.as_str());
        Ok(HookColumns { url: Some(&hook.url), method, filters: Some(to_json(&hook.filters)?) })
    }
}

/// Reads the columns of a hook; `None` where they are empty.
pub(crate) fn read_hook(c: &mut Columns<'_>) -> Result<Option<Hook>, StoreError> {
    let (url, method) = (c.opt_text()?, c.opt_parsed(Method::parse)?);
    let filters = c.opt_parsed(|text| serde_json::from_str(text).ok())?;
    Ok(url.zip(method).zip(filters).map(|((url, method), filters)| Hook { url, method, filters }))
}

fn read(row: &dyn Row) -> Result<Webhook, StoreError> {
    let mut c = Columns::new(row);
    let sid = c.parsed(WebhookSid::parse)?;
    let account_sid = c.parsed(AccountSid::parse)?;
    let conversation_sid = c.parsed(ConversationSid::parse)?;
    let target = c.parsed(Target::parse)?;
    let hook = read_hook(&mut c)?;
    let triggers: Option<Vec<String>> = c.opt_parsed(|text| serde_json::from_str(text).ok())?;
    let flow_sid = c.opt_parsed(FlowSid::parse)?;
    let action = match target {
        Target::Webhook => hook.map(Action::Webhook),
        Target::Trigger => hook.zip(triggers).map(|(hook, triggers)| Action::Trigger { hook, triggers }),
        Target::Studio => flow_sid.map(|flow_sid| Action::Studio { flow_sid }),
    };
    Ok(Webhook {
        action: action.ok_or_else(|| StoreError::Corrupt(format!("webhook {sid} lacks what its target needs")))?,
        sid,
        account_sid,
        conversation_sid,
        replay_after: c.opt_int()?,
        date_created: c.time()?,
        date_updated: c.time()?,
    })
}

/// What an action says of itself in the columns.
struct ActionColumns<'a> {
    hook: HookColumns<'a>,
    triggers: Option<String>,
    flow_sid: Option<&'a FlowSid>,
}

impl<'a> ActionColumns<'a> {
    fn of(action: &'a Action) -> Result<Self, StoreError> {
        let (hook, triggers, flow_sid) = match action {
            Action::Webhook(hook) => (HookColumns::of(hook)?, None, None),
            Action::Trigger { hook, triggers } => (HookColumns::of(hook)?, Some(to_json(triggers)?), None),
            Action::Studio { flow_sid } => (HookColumns::default(), None, Some(flow_sid)),
        };
        Ok(ActionColumns { hook, triggers, flow_sid })
    }
}

/// One webhook of a conversation.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(
    tx: &mut dyn Tx,
    account: &AccountSid,
    conversation: &ConversationSid,
    sid: &WebhookSid,
) -> Result<Option<Webhook>, StoreError> {
    tx.first(&BY_SID, params![account, conversation, sid], read)
}

/// Webhooks of a conversation in order of creation.
pub fn list(
    tx: &mut dyn Tx,
    account: &AccountSid,
    conversation: &ConversationSid,
    seek: Seek<'_>,
    limit: i64,
) -> Result<Vec<Webhook>, StoreError> {
    tx.page(&ListStmts { after: &LIST, before: &LIST_BACK }, params![account, conversation], seek, limit, read)
}

/// Whether any conversation of an account has a webhook.
pub fn any(tx: &mut dyn Tx, account: &AccountSid) -> Result<bool, StoreError> {
    Ok(tx.first(&ANY, params![account], |_| Ok(()))?.is_some())
}

/// All webhooks of some conversations, in no order.
pub fn of_conversations<'c>(
    tx: &mut dyn Tx,
    account: &AccountSid,
    conversations: impl IntoIterator<Item = &'c ConversationSid>,
) -> Result<Vec<Webhook>, StoreError> {
    let values: Vec<_> = conversations.into_iter().flat_map(|sid| *params![sid, account]).collect();
    let mut found = Vec::new();
    tx.rows_many(&OF_CONVERSATIONS, &values, &mut |row| {
        found.push(read(row)?);
        Ok(())
    })?;
    Ok(found)
}

/// How many webhooks a conversation has. Whoever holds the conversation's lock can count on it.
pub fn count(tx: &mut dyn Tx, account: &AccountSid, conversation: &ConversationSid) -> Result<i64, StoreError> {
    let count = tx.first(&COUNT, params![account, conversation], |row| Columns::new(row).int())?;
    Ok(count.unwrap_or_default())
}

/// Adds a webhook.
pub fn insert(tx: &mut dyn Tx, w: &Webhook) -> Result<(), StoreError> {
    let columns = ActionColumns::of(&w.action)?;
    tx.exec(
        &INSERT,
        params![
            &w.sid,
            &w.account_sid,
            &w.conversation_sid,
            w.action.target().as_str(),
            columns.hook.url,
            columns.hook.method,
            columns.hook.filters.as_deref(),
            columns.triggers.as_deref(),
            columns.flow_sid,
            w.replay_after,
            w.date_created,
            w.date_updated,
        ],
    )?;
    Ok(())
}

/// Writes everything of a webhook that the API can change.
pub fn update(tx: &mut dyn Tx, w: &Webhook) -> Result<(), StoreError> {
    let columns = ActionColumns::of(&w.action)?;
    tx.exec(
        &UPDATE,
        params![
            &w.conversation_sid,
            &w.sid,
            columns.hook.url,
            columns.hook.method,
            columns.hook.filters.as_deref(),
            columns.triggers.as_deref(),
            columns.flow_sid,
            w.date_updated,
        ],
    )?;
    Ok(())
}

/// Removes a webhook.
pub fn delete(tx: &mut dyn Tx, w: &Webhook) -> Result<(), StoreError> {
    tx.exec(&DELETE, params![&w.conversation_sid, &w.sid])?;
    Ok(())
}

/// Removes all webhooks of a conversation.
pub fn delete_all(tx: &mut dyn Tx, conversation: &ConversationSid) -> Result<(), StoreError> {
    tx.exec(&DELETE_ALL, params![conversation])?;
    Ok(())
}
