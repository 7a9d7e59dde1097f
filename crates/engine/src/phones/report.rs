//! `POST /dwell/v1/Phones/{Address}/Messages/{Sid}`: a simulated phone reports what became of a message.

use dwell_core::phone::Way;
use dwell_core::receipt::Status;
use dwell_core::{PhoneMessage, PhoneMessageSid, Reason};
use dwell_store::{Tx, phones};

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::input::present;
use crate::receipts::{Named, News};

/// What a simulated phone reports, as it was given.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// `delivered`, `read`, `failed` or `undelivered`.
    pub status: Option<String>,
    /// The number of the error, with the last two.
    pub error_code: Option<String>,
}

impl Report {
    fn read(&self) -> Result<(Status, Option<i64>), Reason> {
        let invalid = |name, problem: &str| Reason::InvalidParameter { name, problem: problem.to_owned() };
        let status = present(self.status.as_deref()).and_then(Status::parse).filter(|status| *status != Status::Sent);
        let status = status.ok_or_else(|| invalid("Status", "must be one of delivered, read, failed, undelivered"))?;
        let code = |text: &str| text.parse::<i64>().map_err(|_| invalid("ErrorCode", "not a whole number"));
        let error_code = present(self.error_code.as_deref()).map(code).transpose()?;
        Ok((status, error_code.filter(|_| status.is_failure())))
    }
}

impl Engine {
    /// Has a simulated phone report what became of a message that it received. What is no news to the receipt, such
    /// as `delivered` after `read`, changes nothing there.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the phone received no such message; a [`Reason`] for each parameter that breaks a
    /// rule.
    pub async fn report_from_phone(
        &self,
        caller: &Caller,
        phone: &str,
        sid: &str,
        input: Report,
    ) -> Result<PhoneMessage, Error> {
        let sid = PhoneMessageSid::parse(sid).ok_or(Error::NotFound)?;
        let (status, error_code) = input.read()?;
        let (asking, phone) = (caller.clone(), phone.to_owned());
        let keep = move |tx: &mut dyn Tx| {
            let account = super::check_any(tx, &asking)?;
            let found = phones::lock(tx, &account, &phone, &sid)?.filter(|m| m.way == Way::Received);
            let mut message = found.ok_or(Error::NotFound)?;
            (message.status, message.error_code) = (Some(status), error_code);
            message.date_updated = asking.now(tx)?;
            phones::report(tx, &message)?;
            Ok::<_, Error>(message)
        };
        let message = self.write(keep).await?;
        if let (Some(channel_sid), Some(conversation_sid), Some(message_sid), Some(receipt_sid)) =
            (message.channel_sid, message.conversation_sid, message.message_sid, message.receipt_sid)
        {
            let named = Named::ByReceipt { conversation_sid, message_sid, receipt_sid };
            let news = News { channel_sid, named, status, error_code };
            match self.note_status(&caller.account.sid, news).await {
                // A phone outlives conversations.
                Ok(_) | Err(Error::NotFound) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(message)
    }
}
