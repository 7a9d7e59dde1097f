//! The second half of `POST /ConversationWithParticipants` (contract §5.2): adds the participants of a
//! conversation that was created with some, all or none, and lets its life begin.

use std::sync::Arc;

use dwell_core::group::Group;
use dwell_core::lifecycle::Input;
use dwell_core::{AccountSid, Conversation, ConversationSid, Reason, Rights, Timestamp, limits};
use dwell_store::conversations::Key;
use dwell_store::initializations::{self, Initialization};
use dwell_store::transitions::Failure;
use dwell_store::{StoreError, Tx, accounts, conversations};
use serde_json::{Map, Value};

use crate::context::{Caller, SOURCE_API, Scope};
use crate::deliveries::Notifier;
use crate::engine::Engine;
use crate::error::Error;
use crate::groups;
use crate::journal::{Journal, release_if_closed, settle};
use crate::participants::{self, Sids};

/// The error of a conversation whose participants could not be added (contract §4.3).
const PARTICIPANTS_NOT_ADDED: i64 = 50_427;
/// The error of a group text that was created with too few (contract §4.3).
const GROUP_NOT_ACTIVATED: i64 = 50_435;
/// Most conversations looked up at once.
const BATCH_CONVERSATIONS_MAX: i64 = 100;
/// Internal errors after which a conversation is given up.
const ATTEMPTS_MAX: i64 = 5;

fn not_added(problem: &impl std::fmt::Display) -> Failure {
    Failure { code: PARTICIPANTS_NOT_ADDED, message: format!("The participants could not be added: {problem}") }
}

/// Reads and checks the participants that a conversation is to be created with.
pub(super) fn read(texts: &[String]) -> Result<Vec<participants::Create>, Reason> {
    if texts.len() > limits::PARTICIPANTS_AT_CREATION_MAX {
        return Err(Reason::TooManyParticipants);
    }
    texts
        .iter()
        .map(|text| {
            let participant = read_one(text)?;
            participant.check()?;
            Ok(participant)
        })
        .collect()
}

/// The keys are those of the participant resource; others are passed over.
fn read_one(text: &str) -> Result<participants::Create, Reason> {
    let object: Map<String, Value> = serde_json::from_str(text).map_err(|_| Reason::ParticipantInvalid)?;
    let binding = match object.get("messaging_binding") {
        None | Some(Value::Null) => &Map::new(),
        Some(Value::Object(binding)) => binding,
        Some(_) => return Err(Reason::ParticipantInvalid),
    };
    Ok(participants::Create {
        identity: member(&object, "identity")?,
        messaging_binding_address: member(binding, "address")?,
        messaging_binding_proxy_address: member(binding, "proxy_address")?,
        messaging_binding_projected_address: member(binding, "projected_address")?,
        messaging_binding_name: None,
        date_created: member(&object, "date_created")?,
        date_updated: member(&object, "date_updated")?,
        attributes: member(&object, "attributes")?,
        role_sid: member(&object, "role_sid")?,
    })
}

/// A text, which like any parameter holds no null character; null is as good as absent.
fn member(object: &Map<String, Value>, name: &str) -> Result<Option<String>, Reason> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if !text.contains('\0') => Ok(Some(text.clone())),
        Some(_) => Err(Reason::ParticipantInvalid),
    }
}

impl Engine {
    /// Adds the participants of every conversation that waits for some, in order of creation. A
    /// conversation whose participants break a rule is closed instead. What another node is at is left
    /// to it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer, and [`Error::Conflict`] or
    /// [`Error::Internal`] when one of the conversations has to be tried again; the others are done.
    pub async fn initialize_conversations(&self) -> Result<(), Error> {
        let (mut after, mut again) = (None, None);
        loop {
            let pending = self
                .inner
                .store
                .read(move |tx| initializations::pending(tx, after.as_ref(), BATCH_CONVERSATIONS_MAX))
                .await
                .map_err(|error: StoreError| Error::from(error))?;
            for sid in &pending {
                match self.initialize_one(*sid).await {
                    Err(error @ (Error::Conflict | Error::NotFound | Error::Internal(_))) => again = Some(error),
                    ended => ended?,
                }
            }
            match pending.last() {
                Some(last) => after = Some(*last),
                None => return again.map_or(Ok(()), Err),
            }
        }
    }

    async fn initialize_one(&self, sid: ConversationSid) -> Result<(), Error> {
        let now = self.now();
        let sids = [(); limits::PARTICIPANTS_AT_CREATION_MAX].map(|()| Sids::new(self));
        let (notifier, any) = (self.notifier(), self.inner.accepts_any_proxy);
        match self.write(move |tx| initialize(tx, &notifier, &sid, now, &sids, any)).await {
            // The outcome of a rule, and final; nothing of the attempt is left.
            Err(Error::Refused(Reason::GroupTooSmall)) => {
                let message = "Group conversation activation failed: it needs at least 3 bound participants".to_owned();
                self.give_up(sid, Failure { code: GROUP_NOT_ACTIVATED, message }).await
            }
            Err(Error::Refused(reason)) => self.give_up(sid, not_added(&reason)).await,
            Err(Error::Internal(problem)) => {
                tracing::error!(conversation = %sid, problem, "participants cannot be added");
                let is_last = self.write(move |tx| count_attempt(tx, &sid)).await?;
                if is_last { self.give_up(sid, not_added(&problem)).await } else { Err(Error::Internal(problem)) }
            }
            ended => ended,
        }
    }

    /// Closes the conversation and tells those who run the server.
    async fn give_up(&self, sid: ConversationSid, error: Failure) -> Result<(), Error> {
        let (now, notifier) = (self.now(), self.notifier());
        let Failure { code, message: problem } = error.clone();
        if let Some(account) = self.write(move |tx| close(tx, &notifier, &sid, now, &error)).await? {
            tracing::warn!(code, conversation = %sid, %account, problem, "participants not added; conversation closed");
        }
        Ok(())
    }
}

/// What is to be done, with its conversation, both locked; `None` when there is nothing, or another node
/// is at it. What was to be done to a deleted conversation is dropped.
fn take(
    tx: &mut dyn Tx,
    notifier: &Notifier,
    sid: &ConversationSid,
    now: Timestamp,
    accepts_any_proxy: bool,
) -> Result<Option<(Initialization, Scope, Conversation)>, Error> {
    let Some(taken) = initializations::take(tx, sid)? else { return Ok(None) };
    let found = conversations::lock(tx, &taken.account_sid, &taken.service_sid, Key::Sid(sid))?;
    let account = accounts::fetch(tx, &taken.account_sid)?;
    let Some((conversation, (account, _))) = found.zip(account) else {
        initializations::delete(tx, sid)?;
        return Ok(None);
    };
    let caller = Caller {
        account: Arc::new(account),
        credential: taken.actor.clone(),
        person: None,
        rights: Rights::All,
        received_at: now,
        webhooks: taken.notify,
        notifier: notifier.clone(),
        source: SOURCE_API,
        accepts_any_proxy,
    };
    let scope = Scope { caller, service_sid: taken.service_sid };
    Ok(Some((taken, scope, conversation)))
}

/// Adds the participants and lets the conversation's life begin.
fn initialize(
    tx: &mut dyn Tx,
    notifier: &Notifier,
    sid: &ConversationSid,
    now: Timestamp,
    sids: &[Sids],
    accepts_any_proxy: bool,
) -> Result<(), Error> {
    let Some((taken, scope, mut c)) = take(tx, notifier, sid, now, accepts_any_proxy)? else { return Ok(()) };
    let requests: Vec<participants::Create> =
        serde_json::from_str(&taken.participants).map_err(|error| Error::Internal(error.to_string()))?;
    let mut journal = Journal::new(&scope.caller, scope.caller.now(tx)?.max(c.last_event_at));
    let mut is_group = false;
    for (request, sids) in requests.iter().zip(sids) {
        let added = participants::add(tx, &scope, &mut c, &mut journal, *sids, request)?;
        is_group |= added.is_for_group();
    }
    if is_group && groups::settle(tx, &c)? == Some(Group::Gathering) {
        return Err(Error::Refused(Reason::GroupTooSmall));
    }
    journal.apply(&mut c, Input::Initialized { state: taken.state, created_at: taken.created_at }, None)?;
    // A closed timer that counts from the creation may have come due meanwhile.
    settle(tx, &mut journal, &mut c)?;
    end(tx, &c, journal)
}

/// Closes a conversation whose participants cannot be added, and says whose it was.
fn close(
    tx: &mut dyn Tx,
    notifier: &Notifier,
    sid: &ConversationSid,
    now: Timestamp,
    error: &Failure,
) -> Result<Option<AccountSid>, Error> {
    let Some((taken, scope, mut c)) = take(tx, notifier, sid, now, false)? else { return Ok(None) };
    let mut journal = Journal::new(&scope.caller, scope.caller.now(tx)?.max(c.last_event_at));
    journal.give_up(&mut c, error.clone())?;
    end(tx, &c, journal)?;
    Ok(Some(taken.account_sid))
}

/// Writes the outcome in the same unit of work that removes what was to be done: it comes about once.
fn end(tx: &mut dyn Tx, c: &Conversation, journal: Journal<'_>) -> Result<(), Error> {
    conversations::update(tx, c)?;
    release_if_closed(tx, c)?;
    initializations::delete(tx, &c.sid)?;
    journal.write(tx)
}

/// Counts an attempt that ended in an internal error, and says whether it was the last.
fn count_attempt(tx: &mut dyn Tx, sid: &ConversationSid) -> Result<bool, Error> {
    let Some(taken) = initializations::take(tx, sid)? else { return Ok(false) };
    let attempts = taken.attempts + 1;
    initializations::update_attempts(tx, sid, attempts)?;
    Ok(attempts >= ATTEMPTS_MAX)
}
