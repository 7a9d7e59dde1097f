//! `POST /dwell/v1/People`.

use dwell_core::{AccountSid, Person, PersonSid};
use dwell_store::{accounts, people};

use super::{Request, missing};
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// Creates a person in an account. Without a name or an identity it is known by its e-mail address; without a
    /// password it can sign in elsewhere alone.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the account; [`dwell_core::Reason::PersonExists`] when somebody else has the
    /// address or the identity; a [`dwell_core::Reason`] for each parameter that is missing or breaks a rule.
    pub async fn create_person(&self, account: AccountSid, request: Request) -> Result<Person, Error> {
        let checked = request.check()?;
        let email = checked.email.ok_or_else(|| missing("Email"))?;
        let role = checked.role.ok_or_else(|| missing("Role"))?;
        let identity = checked.identity.map_or_else(|| crate::input::identity(&email).map(str::to_owned), Ok)?;
        let hash = match checked.password {
            Some(password) => Some(self.hash_password(password).await?),
            None => None,
        };
        let now = self.now();
        let person = Person {
            sid: PersonSid::new(self.sid()),
            account_sid: account,
            friendly_name: checked.friendly_name.unwrap_or_else(|| email.clone()),
            email,
            identity,
            role,
            disabled_at: checked.disabled.unwrap_or_default().then_some(now),
            has_password: hash.is_some(),
            date_created: now,
            date_updated: now,
            date_last_sign_in: None,
        };
        self.write(move |tx| {
            accounts::fetch(tx, &account)?.ok_or(Error::NotFound)?;
            people::insert(tx, &person, hash.as_ref())?;
            Ok(person.clone())
        })
        .await
    }
}
