//! What a message needs when its turn has come. The channel is looked up only then, so that one that was mended
//! or replaced while messages waited is the one that they take.

use dwell_core::address::BindingType;
use dwell_core::channel::{Channel, LoopbackSettings, Settings};
use dwell_core::limits::SUBJECT_CHARS_MAX;
use dwell_core::media::Attachment;
use dwell_core::{Conversation, ConversationSid, Message, ParticipantSid};
use dwell_store::deliveries::Delivery;
use dwell_store::receipts::{self, Key};
use dwell_store::threads::{self, Stretch};
use dwell_store::{Tx, channels, conversations, messages};

use super::Letter;
use crate::carriers::Parcel;
use crate::engine::Engine;
use crate::error::Error;
use crate::hooks::{AuthToken, idempotency_token};
use crate::phones;

/// Longest time for handing a message over, in milliseconds.
pub(crate) const TIMEOUT_MILLIS: u64 = 10_000;
/// How many messages back an e-mail looks for those that it answers.
const THREAD_WINDOW: i64 = 50;

/// What is to be done with a message whose turn has come.
pub(crate) enum Errand {
    /// It may go.
    Ready(Box<Ready>),
    /// It may not.
    Not(Obstacle),
}

/// Why a message does not go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Obstacle {
    /// It was removed, with its receipts.
    Removed,
    /// Its channel has spoken of it already.
    Done,
    /// It waits for a channel that serves its address.
    Unserved,
    /// It waits for its channel to be enabled.
    Disabled,
    /// It is a group text, and its channel takes none.
    NoGroups,
}

/// What a message leaves with.
pub(crate) struct Ready {
    channel: Channel,
    settings: Settings,
    thread: Thread,
    attachments: Vec<Attachment>,
    message_index: i64,
    conversation_sid: ConversationSid,
}

/// What an e-mail has that other messages have not.
#[derive(Default)]
struct Thread {
    /// The names of the mails that it answers, oldest first.
    references: Vec<String>,
    /// The subject of a mail that was given none.
    subject: Option<String>,
    /// The name of its sender in this conversation.
    from_name: Option<String>,
}

impl Ready {
    /// The parcel of a message.
    pub(crate) fn parcel(self, engine: &Engine, delivery: &Delivery, letter: Letter, auth_token: AuthToken) -> Parcel {
        Parcel {
            channel: self.channel,
            settings: self.settings,
            auth_token,
            from: delivery.url.clone(),
            from_name: self.thread.from_name,
            to: letter.to,
            others: letter.others,
            body: letter.body,
            // Links hold from now on, however long the message has waited.
            media: engine.enclosures(&delivery.account_sid, &self.attachments),
            subject: letter.subject.or(self.thread.subject),
            references: self.thread.references,
            author: letter.author,
            conversation_sid: self.conversation_sid,
            message_sid: letter.message_sid,
            message_index: self.message_index,
            receipts: letter.receipts,
            idempotency_token: idempotency_token(&delivery.sid),
            timeout_millis: TIMEOUT_MILLIS,
        }
    }

    /// The channel that it leaves through.
    pub(crate) fn channel(&self) -> &Channel {
        &self.channel
    }
}

impl Engine {
    /// What is to be done with a message now.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer; [`Error::Internal`] when the
    /// channel's settings were encrypted with another key file.
    pub(crate) async fn errand(&self, delivery: &Delivery, letter: &Letter) -> Result<Errand, Error> {
        let (delivery, letter, key) = (delivery.clone(), letter.clone(), self.inner.secret_key.clone());
        let simulates_phones = self.inner.simulates_phones;
        let read = self.inner.store.read(move |tx| {
            let Some((conversation, message)) = message(tx, &delivery, &letter)? else {
                return Ok(Errand::Not(Obstacle::Removed));
            };
            if is_done(tx, &message, &letter)? {
                return Ok(Errand::Not(Obstacle::Done));
            }
            let (account, address) = (&delivery.account_sid, &delivery.url);
            let (channel, settings) = match channels::serving(tx, account, address)? {
                Some(stored) if !stored.channel.enabled => return Ok(Errand::Not(Obstacle::Disabled)),
                Some(stored) if super::is_of_group(&delivery) && !stored.takes_groups => {
                    return Ok(Errand::Not(Obstacle::NoGroups));
                }
                Some(stored) => {
                    let settings = crate::channels::open(&key, &stored)?;
                    (stored.channel, settings)
                }
                None => match phones::own_channel(account, Some(address)).filter(|_| simulates_phones) {
                    Some(own) => (own, Settings::Loopback(LoopbackSettings {})),
                    None => return Ok(Errand::Not(Obstacle::Unserved)),
                },
            };
            Ok::<_, Error>(Errand::Ready(Box::new(Ready {
                channel,
                settings,
                thread: thread(tx, &delivery, conversation, &message)?,
                message_index: message.index,
                attachments: message.media,
                conversation_sid: message.conversation_sid,
            })))
        });
        read.await
    }
}

/// The message of a row and its conversation, unless one of them was removed.
fn message(tx: &mut dyn Tx, delivery: &Delivery, letter: &Letter) -> Result<Option<(Conversation, Message)>, Error> {
    let account = &delivery.account_sid;
    let Some(sid) = ConversationSid::parse(&delivery.stream_sid) else { return Ok(None) };
    let Some(conversation) = conversations::fetch_anywhere(tx, account, &sid)? else { return Ok(None) };
    let message = messages::fetch(tx, account, &sid, &letter.message_sid)?;
    Ok(message.map(|message| (conversation, message)))
}

/// Whether every receipt has a status: it left before, by an attempt that went unnoted.
fn is_done(tx: &mut dyn Tx, message: &Message, letter: &Letter) -> Result<bool, Error> {
    for sid in &letter.receipts {
        if receipts::fetch(tx, message, Key::Sid(sid))?.is_some_and(|receipt| receipt.status.is_none()) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// What an e-mail answers, and in whose name.
fn thread(
    tx: &mut dyn Tx,
    delivery: &Delivery,
    conversation: Conversation,
    message: &Message,
) -> Result<Thread, Error> {
    let kind = BindingType::of(&delivery.url);
    let (Some(BindingType::Email), Some(participant)) = (kind, ParticipantSid::parse(&delivery.hook_sid)) else {
        return Ok(Thread::default());
    };
    let stretch = Stretch {
        account: &delivery.account_sid,
        conversation: &conversation.sid,
        before: message.index,
        window: THREAD_WINDOW,
    };
    Ok(Thread {
        references: threads::names(tx, stretch, &participant)?,
        subject: threads::subject(tx, stretch)?.map(|subject| answer_to(&subject)),
        from_name: conversation.email_name,
    })
}

/// The subject of an answer.
fn answer_to(subject: &str) -> String {
    let is_answer = subject.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("re:"));
    let subject = if is_answer { subject.to_owned() } else { format!("Re: {subject}") };
    subject.chars().take(SUBJECT_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_say_re_once() {
        for (subject, answer) in
            [("Parcel", "Re: Parcel"), ("RE: Parcel", "RE: Parcel"), ("ré", "Re: ré"), ("", "Re: ")]
        {
            assert_eq!(answer_to(subject), answer);
        }
        assert_eq!(answer_to(&"ü".repeat(SUBJECT_CHARS_MAX)).chars().count(), SUBJECT_CHARS_MAX);
    }
}
