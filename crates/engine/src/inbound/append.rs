//! A message from outside goes into the conversation that holds its pair of addresses (contract §11.3).

use std::sync::Arc;

use dwell_core::{ConversationSid, MediaSid, MessageSid};
use dwell_store::Tx;

use super::Outcome;
use super::arrival::Arrival;
use super::receive::{Place, holder};
use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::pre_hooks::PreEvent;
use crate::{conversations, messages};

impl Engine {
    /// Adds it, unless a webhook rejects it.
    ///
    /// # Errors
    /// [`Error::Conflict`] and the like when it does not belong there any more, or arrived a second time
    /// meanwhile.
    pub(super) async fn append_inbound(
        &self,
        scope: Scope,
        arrival: &Arc<Arrival>,
        place: Place,
        media: Vec<MediaSid>,
    ) -> Result<(ConversationSid, MessageSid), Error> {
        let sid = MessageSid::new(self.sid());
        let request = messages::Create { media, ..arrival.message.clone() };
        let arrival = arrival.clone();
        let work = move |tx: &mut dyn Tx, scope: &Scope, request: &messages::Create| {
            let (mut c, journal, settled) = conversations::lock_open(tx, scope, &place.conversation_sid)?;
            let held = holder(tx, &arrival)?.map(|(c, participant)| (c.sid, participant));
            if held != Some((place.conversation_sid, place.participant_sid)) {
                return Err(Error::Conflict);
            }
            let sender = arrival.sender(place.participant_sid, request);
            let message = messages::add(tx, &mut c, journal, settled, sid, request, sender)?;
            arrival.note(tx, scope.caller.received_at, Outcome::Appended, Some((c.sid, sid)))?;
            Ok(message)
        };
        self.write_unless_rejected(PreEvent::MessageAdd, &scope, request, work).await?;
        Ok((place.conversation_sid, sid))
    }
}
