//! `Reply`, `Typing` and `Read`: what people say to a customer, and what they have read.

use dwell_core::session::{Act, plan};
use dwell_core::{Message, MessageSid, Reason};
use dwell_store::Tx;
use dwell_store::participants::{self as members, Key};

use super::acts::{Desk, Powers, denied, find_anywhere, show_latest, sit_down};
use super::shown::Shown;
use crate::context::{Caller, Scope};
use crate::engine::Engine;
use crate::error::Error;
use crate::live::News;
use crate::participants::{self, Sids, move_read_horizon, save_changed};
use crate::pre_hooks::PreEvent;
use crate::{groups, messages};

/// The parameters of `Reply`, as sent.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    /// The text.
    pub body: Option<String>,
    /// A file that was uploaded before.
    pub media_sid: Option<String>,
    /// A JSON document that goes with the message.
    pub attributes: Option<String>,
}

/// The parameters of `Read`, as sent.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// The index of the newest message that was read.
    pub last_read_message_index: Option<String>,
}

/// A conversation for somebody to speak in.
fn lean_in<'a>(tx: &mut dyn Tx, caller: &'a Caller, segment: &str) -> Result<Desk<'a>, Error> {
    let powers = Powers::of(tx, caller)?;
    let desk = sit_down(tx, caller, segment)?;
    plan(Act::Reply, &powers.actor(), desk.session.as_ref(), &desk.conversation.lifecycle).map_err(denied)?;
    Ok(desk)
}

impl Engine {
    /// Writes to the customer: as the person who is signed in, or, for a program, as the owner of the session. A
    /// parked session comes back to its owner with it.
    ///
    /// # Errors
    /// Those of every act, and those of [`Self::create_message`].
    pub async fn reply(&self, caller: &Caller, conversation: &str, request: Reply) -> Result<(Shown, Message), Error> {
        let caller = Caller { webhooks: true, ..caller.clone() };
        let (asking, segment) = (caller.clone(), conversation.to_owned());
        let c = self.inner.store.read(move |tx| find_anywhere(tx, &asking, &segment)).await?;
        let sid = MessageSid::new(self.sid());
        let scope = Scope { service_sid: c.service_sid, caller };
        let Reply { body, media_sid, attributes } = request;
        let request = messages::Create { body, media_sid, attributes, ..messages::Create::default() };
        let work = move |tx: &mut dyn Tx, scope: &Scope, request: &messages::Create| {
            let Desk { mut conversation, session, journal } = lean_in(tx, &scope.caller, &c.sid)?;
            let person = scope.caller.person.as_ref().map(|person| person.identity.clone());
            let nobody = Reason::SessionState { problem: "nobody has the session, so nobody can be its author" };
            let author = person.or_else(|| session.and_then(|session| session.owner)).ok_or(nobody)?;
            let request = messages::Create { author: Some(author), ..request.clone() };
            messages::add(tx, &mut conversation, journal, false, sid, &request, None)
        };
        let message = self.write_unless_rejected(PreEvent::MessageAdd, &scope, request, work).await?;
        let shown = self.inner.store.read(move |tx| show_latest(tx, &c)).await?;
        Ok((shown, message))
    }

    /// Tells those who watch that somebody is writing.
    ///
    /// # Errors
    /// Those of every act.
    pub async fn note_typing(&self, caller: &Caller, conversation: &str) -> Result<(), Error> {
        let (asking, segment) = (caller.clone(), conversation.to_owned());
        let (sid, owner) = self
            .inner
            .store
            .rehearse(move |tx| {
                let Desk { conversation, session, .. } = lean_in(tx, &asking, &segment)?;
                Ok::<_, Error>((conversation.sid, session.and_then(|session| session.owner)))
            })
            .await?;
        let identity = caller.person.as_ref().map(|person| person.identity.clone()).or(owner);
        if let Some(identity) = identity {
            self.inner.live.tell(caller.account.sid, News::Typing { conversation_sid: sid, identity });
        }
        Ok(())
    }

    /// Moves how far the person who is signed in has read, and has them take part in the conversation for it.
    ///
    /// # Errors
    /// Those of every act, and those of [`Self::create_participant`] and [`Self::update_participant`].
    pub async fn read_session(&self, caller: &Caller, conversation: &str, request: Read) -> Result<Shown, Error> {
        let (caller, segment) = (caller.clone(), conversation.to_owned());
        let sids = Sids::new(self);
        self.write(move |tx| read(tx, &caller, &segment, sids, &request)).await
    }
}

fn read(tx: &mut dyn Tx, caller: &Caller, segment: &str, sids: Sids, request: &Read) -> Result<Shown, Error> {
    let Desk { conversation: mut c, mut journal, .. } = lean_in(tx, caller, segment)?;
    let nobody = Reason::SessionState { problem: "only a person reads" };
    let identity = caller.person.as_ref().map(|person| person.identity.clone()).ok_or(nobody)?;
    let index = Some(request.last_read_message_index.as_deref().unwrap_or_default());
    let mut participant = match members::fetch(tx, &c.account_sid, &c.sid, Key::Identity(&identity))? {
        Some(known) => known,
        None => {
            let scope = Scope { caller: caller.clone(), service_sid: c.service_sid };
            let create = participants::Create { identity: Some(identity), ..participants::Create::default() };
            let added = participants::add(tx, &scope, &mut c, &mut journal, sids, &create)?;
            groups::settle_added(tx, &c, &added)?;
            added
        }
    };
    move_read_horizon(&mut participant, index, None, journal.now)?;
    participant.date_updated = journal.now;
    save_changed(tx, &mut c, journal, false, &participant)?;
    show_latest(tx, &c)
}
