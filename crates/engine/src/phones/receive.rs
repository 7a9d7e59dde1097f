//! What the dispatcher hands over to simulated phones instead of a carrier.

use dwell_core::phone::{PhoneFile, Way};
use dwell_core::receipt::Status;
use dwell_core::{PhoneMessage, PhoneMessageSid, Timestamp};
use dwell_store::{Tx, accounts, phones};

use crate::carriers::{Accepted, CarryError, Enclosure, Parcel};
use crate::engine::Engine;
use crate::error::Error;
use crate::receipts::{Named, News};

impl Engine {
    /// Puts a message onto the phones that it goes to. A phone that has it already, from an attempt whose end was
    /// not noted, does not get it twice.
    pub(crate) async fn carry_to_phones(&self, parcel: Parcel) -> Result<Accepted, CarryError> {
        let Some(sid) = name_of(&parcel.idempotency_token) else {
            let what = "the message has no name that a phone could keep".to_owned();
            return Err(CarryError::Never { status: Status::Failed, error_code: None, what });
        };
        let later = |error: Error| CarryError::Later { what: error.to_string() };
        let (real, account, channel_sid) = (self.now(), parcel.channel.account_sid, parcel.channel.sid);
        self.write(move |tx| put(tx, &parcel, sid, real)).await.map_err(later)?;
        // A phone reports by itself. That overtakes the note that the message was sent, as it may with carriers.
        let named = Named::ByChannel(sid.to_string());
        let news = News { channel_sid, named, status: Status::Delivered, error_code: None };
        self.note_status(&account, news).await.map_err(later)?;
        Ok(Accepted { channel_message_sid: Some(sid.to_string()), status: Some(Status::Sent) })
    }
}

/// The digits of the message's token, so that every attempt names it the same.
fn name_of(idempotency_token: &str) -> Option<PhoneMessageSid> {
    PhoneMessageSid::parse(&format!("{}{}", PhoneMessageSid::PREFIX, idempotency_token.replace('-', "")))
}

fn put(tx: &mut dyn Tx, parcel: &Parcel, sid: PhoneMessageSid, real: Timestamp) -> Result<(), Error> {
    let account_sid = parcel.channel.account_sid;
    let (account, _) = accounts::fetch(tx, &account_sid)?.ok_or(Error::NotFound)?;
    let now = account.now(real);
    let file = |file: &Enclosure| PhoneFile {
        sid: file.sid.to_string(),
        content_type: file.content_type.clone(),
        filename: file.filename.clone(),
        size: file.size,
        link: file.link.clone(),
    };
    for (phone, receipt_sid) in parcel.to.iter().zip(&parcel.receipts) {
        let message = PhoneMessage {
            sid,
            account_sid,
            phone: phone.clone(),
            other: parcel.from.clone(),
            channel_sid: Some(parcel.channel.sid),
            way: Way::Received,
            author: Some(parcel.author.clone()),
            subject: parcel.subject.clone(),
            body: parcel.body.clone(),
            files: parcel.media.iter().map(file).collect(),
            status: Some(Status::Delivered),
            error_code: None,
            conversation_sid: Some(parcel.conversation_sid),
            message_sid: Some(parcel.message_sid),
            receipt_sid: Some(*receipt_sid),
            date_created: now,
            date_updated: now,
        };
        phones::insert(tx, &message)?;
    }
    Ok(())
}
