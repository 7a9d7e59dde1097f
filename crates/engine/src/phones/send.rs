//! `POST /dwell/v1/Phones/{Address}/Messages`: the simulated customer writes.

use dwell_core::channel::Provider;
use dwell_core::phone::Way;
use dwell_core::{ChannelSid, PhoneMessage, PhoneMessageSid, Reason};
use dwell_store::{Tx, channels, phones};

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::inbound::{Inbound, Received};
use crate::input::present;

/// What a simulated phone sends, as it was given.
#[derive(Debug, Clone, Default)]
pub struct Send {
    /// The account's address that it texts.
    pub to: Option<String>,
    /// The others that it texts, in a group text.
    pub others: Option<Vec<String>>,
    /// The text.
    pub body: Option<String>,
}

/// What a simulated phone sent, and what became of it.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The message on the phone.
    pub message: PhoneMessage,
    /// What became of it.
    pub received: Received,
}

impl Engine {
    /// Sends a message from a simulated phone to an address of the account, which receives it as through any
    /// other channel.
    ///
    /// # Errors
    /// [`Error::NotFound`] in an account without simulated phones; a [`Reason`] when the address does not lead to
    /// them, or when the message cannot be received.
    pub async fn send_from_phone(&self, caller: &Caller, phone: &str, input: Send) -> Result<Sent, Error> {
        let sid = PhoneMessageSid::new(self.sid());
        let to = present(input.to.as_deref()).ok_or_else(|| invalid("is required"))?.to_owned();
        let (asking, address) = (caller.clone(), to.clone());
        let channel_sid = self.inner.store.read(move |tx| leading_to_phones(tx, &asking, &address)).await?;
        let inbound = Inbound {
            channel_sid,
            channel_message_sid: Some(sid.to_string()),
            from: phone.to_owned(),
            to: to.clone(),
            others: input.others.clone().unwrap_or_default(),
            body: input.body.clone(),
            subject: None,
            references: Vec::new(),
            attributes: None,
            from_name: None,
            media: Vec::new(),
        };
        let received = self.receive(&caller.account.sid, inbound).await?;
        let (caller, phone) = (caller.clone(), phone.to_owned());
        let (conversation_sid, message_sid) = (received.conversation_sid, received.message_sid);
        let keep = move |tx: &mut dyn Tx| {
            let now = caller.now(tx)?;
            let message = PhoneMessage {
                sid,
                account_sid: caller.account.sid,
                phone: phone.clone(),
                other: to.clone(),
                channel_sid,
                way: Way::Sent,
                author: None,
                subject: None,
                body: input.body.clone(),
                files: Vec::new(),
                status: None,
                error_code: None,
                conversation_sid,
                message_sid,
                receipt_sid: None,
                date_created: now,
                date_updated: now,
            };
            phones::insert(tx, &message)?;
            Ok::<_, Error>(message)
        };
        Ok(Sent { message: self.write(keep).await?, received })
    }
}

/// The channel of phones that serves an address; `None` where none need be.
fn leading_to_phones(tx: &mut dyn Tx, caller: &Caller, address: &str) -> Result<Option<ChannelSid>, Error> {
    let account = super::check_any(tx, caller)?;
    match channels::serving(tx, &account, address)? {
        Some(found) if found.channel.provider == Provider::Loopback => Ok(Some(found.channel.sid)),
        Some(_) => Err(invalid("is served by a channel that does not lead to simulated phones").into()),
        None if caller.accepts_any_proxy => Ok(None),
        None => Err(invalid("is served by no channel").into()),
    }
}

fn invalid(problem: &str) -> Reason {
    Reason::InvalidParameter { name: "To", problem: problem.to_owned() }
}
