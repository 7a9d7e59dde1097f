//! `GET /dwell/v1/Phones/{Address}/Messages`.

use dwell_core::{PhoneMessage, PhoneMessageSid};
use dwell_store::phones;

use crate::context::Caller;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest};

impl Engine {
    /// What a simulated phone received and sent, newest first.
    ///
    /// # Errors
    /// [`Error::NotFound`] in an account without simulated phones.
    pub async fn list_phone_messages(
        &self,
        caller: &Caller,
        phone: &str,
        page: PageRequest,
    ) -> Result<Page<PhoneMessage>, Error> {
        page.seek_key(|key| PhoneMessageSid::parse(key).is_some())?;
        let (caller, phone, request) = (caller.clone(), phone.to_owned(), page.clone());
        let read = self.inner.store.read(move |tx| {
            let account = super::check_any(tx, &caller)?;
            Ok::<_, Error>(phones::list(tx, &account, &phone, request.seek(), request.limit())?)
        });
        Ok(Page::of(read.await?, &page, |m| m.sid.to_string()))
    }

    /// One message of a simulated phone.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fetch_phone_message(&self, caller: &Caller, phone: &str, sid: &str) -> Result<PhoneMessage, Error> {
        let sid = PhoneMessageSid::parse(sid).ok_or(Error::NotFound)?;
        let (caller, phone) = (caller.clone(), phone.to_owned());
        let read = self.inner.store.read(move |tx| {
            let account = super::check_any(tx, &caller)?;
            phones::fetch(tx, &account, &phone, &sid)?.ok_or(Error::NotFound)
        });
        read.await
    }
}
