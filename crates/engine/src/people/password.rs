//! `POST /console/password`: people change their own.

use dwell_core::{Person, Reason, person};
use dwell_store::{StoreError, people, sign_ins};

use crate::engine::Engine;
use crate::error::Error;
use crate::sign_in::Token;

impl Engine {
    /// Gives a person who is signed in with `token` another password. It is signed out everywhere else.
    ///
    /// # Errors
    /// [`Reason::InvalidParameter`] for `Current` when that is not the password, and for `New` when it breaks a rule.
    pub async fn change_password(
        &self,
        person: &Person,
        token: &Token,
        current: Option<String>,
        new: Option<String>,
    ) -> Result<(), Error> {
        let new = new.unwrap_or_default();
        person::check_password("New", &new)?;
        let (account, sid) = (person.account_sid, person.sid);
        let read = self.inner.store.read(move |tx| people::fetch_with_password(tx, &account, &sid));
        let (_, known) = read.await.map_err(|error: StoreError| Error::from(error))?.ok_or(Error::NotFound)?;
        if !self.is_password(current.unwrap_or_default(), known.clone()).await? {
            let problem = "not the password".to_owned();
            return Err(Reason::InvalidParameter { name: "Current", problem }.into());
        }
        let hash = self.hash_password(new).await?;
        let (now, token) = (self.now(), token.hash());
        self.write(move |tx| {
            // Somebody else may have changed it this moment.
            people::lock(tx, &account, &sid)?.ok_or(Error::NotFound)?;
            let stored = people::fetch_with_password(tx, &account, &sid)?.ok_or(Error::NotFound)?.1;
            if stored != known {
                return Err(Error::Conflict);
            }
            people::update_password(tx, &account, &sid, &hash, now)?;
            Ok(sign_ins::delete_of_person(tx, &sid, Some(&token))?)
        })
        .await
    }
}
