//! Where a message from outside belongs (contract §11, §18 M5).
//!
//! Somebody looks where it belongs, and then it is put there, which fails when that is no longer so:
//! others close conversations, add participants and bring messages at the same time. Then somebody looks
//! again. In between a pre-event webhook may have a say, so nothing can be held meanwhile.

use std::sync::Arc;

use dwell_core::address_configuration;
use dwell_core::{
    Account, AccountSid, Conversation, ConversationSid, MediaSid, Participant, ParticipantSid, Reason, Rights,
    ServiceSid, State, Timestamp, limits,
};
use dwell_store::address_configurations;
use dwell_store::conversations::Key;
use dwell_store::{Tx, accounts, conversations, participants, services};

use super::arrival::Arrival;
use super::{Inbound, Outcome, Received};
use crate::context::{Caller, Scope};
use crate::engine::Engine;
use crate::error::Error;
use crate::journal::{Journal, release_if_closed, settle};

/// How often somebody looks where a message belongs before its sender has to.
const LOOKS_MAX: u32 = 10;

/// Where a message belongs.
enum Route {
    /// It arrived before.
    Known(Received),
    /// Into the conversation that holds its addresses: the pair, or all of a group text.
    Held(Place),
    /// That one is over, though nobody has carried it out yet.
    Over { service_sid: ServiceSid, conversation_sid: ConversationSid },
    /// Into a conversation of its own in this service.
    New { service_sid: ServiceSid },
}

/// A participant and the conversation in which it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) service_sid: ServiceSid,
    pub(super) conversation_sid: ConversationSid,
    pub(super) participant_sid: ParticipantSid,
}

/// The files of a message, once they are kept, and the service in which they are.
#[derive(Default)]
struct Files(Option<(ServiceSid, Vec<MediaSid>)>);

impl Files {
    /// The files in the service of the scope: kept now, unless an earlier look led there too.
    async fn of(&mut self, engine: &Engine, scope: &Scope, arrival: &Arc<Arrival>) -> Result<Vec<MediaSid>, Error> {
        match &self.0 {
            Some((service_sid, sids)) if *service_sid == scope.service_sid => Ok(sids.clone()),
            _ => {
                let sids = engine.bring_files(scope, arrival).await?;
                self.0 = Some((scope.service_sid, sids.clone()));
                Ok(sids)
            }
        }
    }
}

impl Engine {
    /// Takes a message from outside: into the conversation that holds its pair of addresses, or, where the
    /// account's address is set up for it, into a new one. A message whose name was brought before by the
    /// same channel is not taken again; the answer says what became of it then.
    ///
    /// # Errors
    /// [`Error::NotFound`] for an account that is gone or disabled; [`Reason::InboundUnrouted`]; a
    /// [`Reason`] for each part that breaks a rule; [`Error::Unavailable`] and the like when it should
    /// be brought again.
    pub async fn receive(&self, account: &AccountSid, inbound: Inbound) -> Result<Received, Error> {
        let received = self.take(*account, inbound).await;
        let outcome = match &received {
            Ok(received) if received.is_repeated => "repeated",
            Ok(received) => received.outcome.as_str(),
            Err(Error::Refused(Reason::InboundUnrouted { .. })) => "unrouted",
            Err(_) => return received,
        };
        metrics::counter!("dwell_inbound_messages_total", "outcome" => outcome).increment(1);
        received
    }

    async fn take(&self, account: AccountSid, inbound: Inbound) -> Result<Received, Error> {
        let arrival = Arc::new(Arrival::check(account, inbound)?);
        let mut files = Files::default();
        for _ in 0..LOOKS_MAX {
            let (caller, route) = self.route(&arrival).await?;
            let scope = |service_sid| Scope { caller: caller.clone(), service_sid };
            let (outcome, put) = match route {
                Route::Known(received) => return Ok(received),
                Route::Over { service_sid, conversation_sid } => {
                    self.carry_out_end(scope(service_sid), conversation_sid).await?;
                    continue;
                }
                Route::Held(place) => {
                    let scope = scope(place.service_sid);
                    let media = files.of(self, &scope, &arrival).await?;
                    (Outcome::Appended, self.append_inbound(scope, &arrival, place, media).await)
                }
                Route::New { service_sid } => {
                    let scope = scope(service_sid);
                    let media = files.of(self, &scope, &arrival).await?;
                    (Outcome::Created, self.begin_with_inbound(scope, &arrival, media).await)
                }
            };
            match put {
                Ok((conversation, message)) => {
                    return Ok(Received {
                        outcome,
                        conversation_sid: Some(conversation),
                        message_sid: Some(message),
                        is_repeated: false,
                    });
                }
                Err(Error::Refused(Reason::PreWebhookRejected)) => return self.reject(arrival).await,
                // It does not belong there any more.
                Err(Error::Conflict | Error::NotFound)
                | Err(Error::Refused(
                    Reason::ConversationClosed | Reason::PairInUse { .. } | Reason::GroupExists { .. },
                )) => {}
                // Its sender is heard out once that conversation has its participants.
                Err(Error::Refused(Reason::ConversationInitializing)) => {
                    return Err(Error::Unavailable("the conversation is still being set up".to_owned()));
                }
                Err(error) => return Err(error),
            }
        }
        Err(Error::Unavailable("others keep changing where the message belongs".to_owned()))
    }

    async fn route(&self, arrival: &Arc<Arrival>) -> Result<(Caller, Route), Error> {
        let (arrival, now, notifier) = (arrival.clone(), self.now(), self.notifier());
        let work = move |tx: &mut dyn Tx| {
            let found = accounts::fetch(tx, &arrival.account)?.map(|(account, _)| account);
            let account = found.filter(|account| account.disabled_at.is_none()).ok_or(Error::NotFound)?;
            let route = route(tx, &account, &arrival, now)?;
            let caller = Caller {
                account: Arc::new(account),
                credential: arrival.source_sid().to_owned(),
                person: None,
                rights: Rights::All,
                received_at: now,
                webhooks: true,
                notifier: notifier.clone(),
                source: arrival.kind.source(),
                // Who configures an address says that it is the account's.
                accepts_any_proxy: true,
            };
            Ok((caller, route))
        };
        self.inner.store.read(work).await
    }

    /// Ends a conversation whose time is up, so that its pair of addresses is free.
    async fn carry_out_end(&self, scope: Scope, sid: ConversationSid) -> Result<(), Error> {
        let work = move |tx: &mut dyn Tx| {
            let account = &scope.caller.account.sid;
            let Some(mut c) = conversations::lock(tx, account, &scope.service_sid, Key::Sid(&sid))? else {
                return Ok(());
            };
            let now = scope.caller.now(tx)?.max(c.last_event_at);
            let mut journal = Journal::new(&scope.caller, now);
            if settle(tx, &mut journal, &mut c)? {
                conversations::update(tx, &c)?;
                release_if_closed(tx, &c)?;
                journal.write(tx)?;
            }
            Ok(())
        };
        self.write(work).await
    }

    /// A webhook does not want it, and is not asked again.
    async fn reject(&self, arrival: Arc<Arrival>) -> Result<Received, Error> {
        let now = self.now();
        let work = move |tx: &mut dyn Tx| match arrival.note(tx, now, Outcome::Rejected, None) {
            // Another arrival of it was faster, and may have got another answer.
            Err(Error::Conflict) => arrival.recall(tx),
            noted => noted.map(|()| None),
        };
        let rejected =
            Received { outcome: Outcome::Rejected, conversation_sid: None, message_sid: None, is_repeated: false };
        Ok(self.write(work).await?.unwrap_or(rejected))
    }
}

fn route(tx: &mut dyn Tx, account: &Account, arrival: &Arrival, now: Timestamp) -> Result<Route, Error> {
    if let Some(known) = arrival.recall(tx)? {
        return Ok(Route::Known(known));
    }
    let Some((c, participant_sid)) = holder(tx, arrival)? else {
        let (service_sid, _) = configured(tx, account, arrival)?;
        return Ok(Route::New { service_sid });
    };
    let mut life = c.lifecycle;
    life.settle(account.now(now).max(c.last_event_at));
    let (service_sid, conversation_sid) = (c.service_sid, c.sid);
    Ok(match life.state {
        State::Closed => Route::Over { service_sid, conversation_sid },
        _ => Route::Held(Place { service_sid, conversation_sid, participant_sid }),
    })
}

/// The conversation that holds the addresses of a message, and its sender there. One of a deleted service holds
/// nothing.
pub(super) fn holder(tx: &mut dyn Tx, arrival: &Arrival) -> Result<Option<(Conversation, ParticipantSid)>, Error> {
    let account = &arrival.account;
    if let Some(key) = arrival.group_key() {
        return group_holder(tx, arrival, &key);
    }
    let Some((sid, participant)) = participants::pair_holder(tx, account, &arrival.from, &arrival.to)? else {
        return Ok(None);
    };
    Ok(conversations::fetch_anywhere(tx, account, &sid)?.map(|conversation| (conversation, participant)))
}

/// The same for a group text.
///
/// # Errors
/// [`Reason::InboundUnrouted`] for what comes back from an address of the account: it is in the conversation
/// already.
fn group_holder(
    tx: &mut dyn Tx,
    arrival: &Arrival,
    key: &str,
) -> Result<Option<(Conversation, ParticipantSid)>, Error> {
    let account = &arrival.account;
    let Some(sid) = conversations::group_holder(tx, account, key)? else { return Ok(None) };
    let Some(conversation) = conversations::fetch_anywhere(tx, account, &sid)? else { return Ok(None) };
    let members = participants::bound(tx, account, &sid, limits::NON_CHAT_PARTICIPANTS_MAX)?;
    let is_sender = |p: &&Participant| p.binding.as_ref().is_some_and(|b| b.address.as_ref() == Some(&arrival.from));
    let sender = members.iter().find(is_sender);
    let sender = sender.ok_or_else(|| Reason::InboundUnrouted { address: arrival.from.clone() })?;
    Ok(Some((conversation, sender.sid)))
}

/// The service in which the account wants a conversation for a message, and what that is to begin with. Where
/// the service is gone it is the account's default one: the message is worth more than its place.
pub(super) fn configured(
    tx: &mut dyn Tx,
    account: &Account,
    arrival: &Arrival,
) -> Result<(ServiceSid, address_configuration::Action), Error> {
    let found = address_configurations::find(tx, &account.sid, arrival.kind.into(), &arrival.to)?;
    let auto_creation = found.map(|configuration| configuration.auto_creation).filter(|auto| auto.enabled);
    let auto_creation = auto_creation.ok_or_else(|| Reason::InboundUnrouted { address: arrival.to.clone() })?;
    let service_sid = match auto_creation.service_sid {
        Some(sid) if services::fetch(tx, &account.sid, &sid)?.is_some() => sid,
        _ => account.default_service_sid,
    };
    Ok((service_sid, auto_creation.action))
}
