//! `DELETE /dwell/v1/People/{Sid}`.

use dwell_core::{AccountSid, Person, Reason};
use dwell_store::{people, sign_ins};

use super::sid_of;
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// Deletes a person, who is signed out everywhere. What it wrote and did stays. `actor` is the person who
    /// wants it, if one does: nobody can delete themselves.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Reason::RoleForbids`].
    pub async fn delete_person(&self, account: AccountSid, segment: &str, actor: Option<&Person>) -> Result<(), Error> {
        let sid = sid_of(segment)?;
        if actor.is_some_and(|actor| actor.sid == sid) {
            return Err(Reason::RoleForbids.into());
        }
        self.write(move |tx| {
            if !people::delete(tx, &account, &sid)? {
                return Err(Error::NotFound);
            }
            Ok(sign_ins::delete_of_person(tx, &sid, None)?)
        })
        .await
    }
}
