//! `GET /Conversations/{Sid}/Messages` (contract §3).

use dwell_core::{ConversationSid, Message, Reason};
use dwell_store::{Seek, messages};

use crate::context::Scope;
use crate::engine::Engine;
use crate::error::Error;
use crate::page::{Page, PageRequest, read_index};

impl Engine {
    /// Messages of a conversation by index, rising unless `order` is `desc`; with the SID of the
    /// conversation, which a unique name in the path does not tell.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Reason::InvalidParameter`] for another order.
    pub async fn list_messages(
        &self,
        scope: &Scope,
        conversation: &str,
        order: Option<String>,
        page: PageRequest,
    ) -> Result<(ConversationSid, Page<Message>), Error> {
        let (scope, conversation) = (scope.clone(), conversation.to_owned());
        self.inner
            .store
            .read(move |tx| {
                let c = crate::conversations::find(tx, &scope, &conversation)?;
                let descending = match order.as_deref() {
                    None => false,
                    Some(text) if text.eq_ignore_ascii_case("asc") => false,
                    Some(text) if text.eq_ignore_ascii_case("desc") => true,
                    Some(_) => {
                        let problem = "neither asc nor desc".to_owned();
                        return Err(Error::Refused(Reason::InvalidParameter { name: "Order", problem }));
                    }
                };
                let (account, limit) = (&c.account_sid, page.limit());
                let (bound, descending) = match page.seek() {
                    Seek::After("") => (None, descending),
                    Seek::After(cursor) => (Some(read_index(cursor)?), descending),
                    Seek::Before(cursor) => (Some(read_index(cursor)?), !descending),
                };
                let rows = messages::list(tx, account, &c.sid, descending, bound, limit)?;
                let mut page = Page::of(rows, &page, index_cursor);
                super::tell_delivery(tx, &c, &mut page.items)?;
                Ok((c.sid, page))
            })
            .await
    }
}

fn index_cursor(message: &Message) -> String {
    message.index.to_string()
}
