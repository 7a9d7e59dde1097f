//! `POST /dwell/v1/People/{Sid}`.

use dwell_core::{AccountSid, Person, PersonSid, Reason};
use dwell_store::people::PasswordHash;
use dwell_store::{Tx, people, sign_ins};

use super::{Checked, Request, sid_of};
use crate::engine::Engine;
use crate::error::Error;

impl Engine {
    /// Changes a person. What is not given stays. Whoever is disabled, or gets another role or password, is signed
    /// out everywhere. `actor` is the person who wants it, if one does: nobody can disable themselves or take
    /// another role.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Reason::RoleForbids`]; [`Reason::PersonExists`] when somebody else has the address or
    /// the identity; a [`Reason`] for each parameter that breaks a rule.
    pub async fn update_person(
        &self,
        account: AccountSid,
        segment: &str,
        request: Request,
        actor: Option<&Person>,
    ) -> Result<Person, Error> {
        let sid = sid_of(segment)?;
        let mut checked = request.check()?;
        let hash = match checked.password.take() {
            Some(password) => Some(self.hash_password(password).await?),
            None => None,
        };
        let (now, is_self) = (self.now(), actor.is_some_and(|actor| actor.sid == sid));
        self.write(move |tx| {
            let mut person = people::lock(tx, &account, &sid)?.ok_or(Error::NotFound)?;
            let before = (person.role, person.disabled_at);
            apply(&mut person, &checked, now);
            if (person.role, person.disabled_at) != before && is_self {
                return Err(Reason::RoleForbids.into());
            }
            people::update(tx, &person)?;
            if let Some(hash) = &hash {
                set_password(tx, &mut person, hash)?;
            }
            if (person.role, person.disabled_at) != before || hash.is_some() {
                sign_ins::delete_of_person(tx, &sid, None)?;
            }
            Ok(person)
        })
        .await
    }
}

fn apply(person: &mut Person, checked: &Checked, now: dwell_core::Timestamp) {
    let Checked { email, friendly_name, identity, role, disabled, password: _ } = checked.clone();
    person.email = email.unwrap_or_else(|| std::mem::take(&mut person.email));
    person.friendly_name = friendly_name.unwrap_or_else(|| std::mem::take(&mut person.friendly_name));
    person.identity = identity.unwrap_or_else(|| std::mem::take(&mut person.identity));
    person.role = role.unwrap_or(person.role);
    if let Some(disabled) = disabled {
        person.disabled_at = disabled.then(|| person.disabled_at.unwrap_or(now));
    }
    person.date_updated = now;
}

fn set_password(tx: &mut dyn Tx, person: &mut Person, hash: &PasswordHash) -> Result<(), Error> {
    let (account, sid): (AccountSid, PersonSid) = (person.account_sid, person.sid);
    people::update_password(tx, &account, &sid, hash, person.date_updated)?;
    person.has_password = true;
    Ok(())
}
