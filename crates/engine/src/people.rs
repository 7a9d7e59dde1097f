//! People: create, fetch, list, update, delete; for their admins and for those who run the server.

mod create;
mod delete;
mod fetch;
mod list;
mod password;
mod update;

use std::fmt;

use dwell_core::person::{self, PersonRole};
use dwell_core::{PersonSid, Reason};

use crate::error::Error;
use crate::input::{self, present};

/// The parameters of a creation or an update, as sent.
#[derive(Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the parameters")]
pub struct Request {
    pub email: Option<String>,
    pub friendly_name: Option<String>,
    pub identity: Option<String>,
    pub role: Option<String>,
    pub password: Option<String>,
    pub disabled: Option<String>,
}

/// Shows the role alone: the rest is nobody's business but the account's.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("role", &self.role).finish_non_exhaustive()
    }
}

/// The parameters, read; `None` where one says nothing. A blank one says nothing.
#[derive(Clone)]
struct Checked {
    email: Option<String>,
    friendly_name: Option<String>,
    identity: Option<String>,
    role: Option<PersonRole>,
    password: Option<String>,
    disabled: Option<bool>,
}

impl Request {
    fn check(&self) -> Result<Checked, Reason> {
        let role = present(self.role.as_deref()).map(|text| {
            let problem = || "one of admin, supervisor, agent, viewer is required".to_owned();
            PersonRole::parse(text).ok_or_else(|| Reason::InvalidParameter { name: "Role", problem: problem() })
        });
        let password = present(self.password.as_deref());
        password.map_or(Ok(()), |password| person::check_password("Password", password))?;
        let identity = present(self.identity.as_deref()).map(input::identity).transpose()?;
        Ok(Checked {
            email: present(self.email.as_deref()).map(person::email).transpose()?,
            friendly_name: input::friendly_name(self.friendly_name.as_deref())?,
            identity: identity.map(str::to_owned),
            role: role.transpose()?,
            password: password.map(str::to_owned),
            disabled: input::boolean("Disabled", self.disabled.as_deref())?,
        })
    }
}

/// The SID of a person, from a path.
fn sid_of(segment: &str) -> Result<PersonSid, Error> {
    PersonSid::parse(segment).ok_or(Error::NotFound)
}

fn missing(name: &'static str) -> Reason {
    Reason::InvalidParameter { name, problem: "required".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_person_is_shown() {
        let hidden = Some("hidden".to_owned());
        let request = Request {
            email: hidden.clone(),
            friendly_name: hidden.clone(),
            identity: hidden.clone(),
            role: Some("agent".to_owned()),
            password: hidden.clone(),
            disabled: hidden,
        };
        let shown = format!("{request:?} {request:#?}");
        assert!(shown.contains("agent") && !shown.contains("hidden"), "{shown}");
    }
}
