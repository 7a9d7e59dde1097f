//! People: who signs in to the console, in which role, and what the role may do.

use crate::limits;
use crate::reason::Reason;
use crate::sid::{AccountSid, PersonSid};
use crate::time::Timestamp;

/// Somebody who signs in, without the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// Its SID, which is the actor of what it does.
    pub sid: PersonSid,
    /// The account that it works in.
    pub account_sid: AccountSid,
    /// The e-mail address that it signs in with, in lower case; nobody else on the server has it.
    pub email: String,
    /// A name for people.
    pub friendly_name: String,
    /// Under which it writes messages and owns sessions; nobody else of the account has it.
    pub identity: String,
    /// What it may do.
    pub role: PersonRole,
    /// Since when it may not sign in.
    pub disabled_at: Option<Timestamp>,
    /// Whether it can sign in with a password.
    pub has_password: bool,
    /// When it was created, in real time; so for the next two.
    pub date_created: Timestamp,
    /// When it last changed.
    pub date_updated: Timestamp,
    /// When it last signed in.
    pub date_last_sign_in: Option<Timestamp>,
}

/// Shows neither the name nor the address: they must not get into a log.
impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person")
            .field("sid", &self.sid)
            .field("account_sid", &self.account_sid)
            .field("role", &self.role)
            .field("disabled_at", &self.disabled_at)
            .finish_non_exhaustive()
    }
}

/// What a person may do. A later role may do all that an earlier one may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonRole {
    /// Look.
    Viewer,
    /// Work on conversations at the desk.
    Agent,
    /// Act on everybody's conversations.
    Supervisor,
    /// Everything that the account may do.
    Admin,
}

impl PersonRole {
    /// Every role, the least first.
    pub const ALL: [PersonRole; 4] = [PersonRole::Viewer, PersonRole::Agent, PersonRole::Supervisor, PersonRole::Admin];

    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            PersonRole::Viewer => "viewer",
            PersonRole::Agent => "agent",
            PersonRole::Supervisor => "supervisor",
            PersonRole::Admin => "admin",
        }
    }

    /// The inverse of [`Self::as_str`], blind to case.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| text.eq_ignore_ascii_case(role.as_str()))
    }

    /// The switches of the role as long as nobody has set them.
    pub const fn default_switches(self) -> Switches {
        match self {
            PersonRole::Viewer => Switches::NONE,
            PersonRole::Agent => {
                Switches { can_inactivate: true, can_end: true, can_end_others: false, can_bulk: false }
            }
            PersonRole::Supervisor | PersonRole::Admin => Switches::ALL,
        }
    }

    /// Whether the switches of the role can be set: an admin may do everything and a viewer nothing, always.
    pub const fn has_own_switches(self) -> bool {
        matches!(self, PersonRole::Agent | PersonRole::Supervisor)
    }
}

/// What a role may do besides, as the account's admins set it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switches {
    /// Mark customers inactive.
    pub can_inactivate: bool,
    /// End sessions.
    pub can_end: bool,
    /// End the sessions of others.
    pub can_end_others: bool,
    /// Act on many conversations at once.
    pub can_bulk: bool,
}

impl Switches {
    /// Everything.
    pub const ALL: Switches = Switches { can_inactivate: true, can_end: true, can_end_others: true, can_bulk: true };
    /// Nothing.
    pub const NONE: Switches =
        Switches { can_inactivate: false, can_end: false, can_end_others: false, can_bulk: false };
}

/// An e-mail address as people are known by it: in lower case, without blanks around it.
///
/// # Errors
/// [`Reason::InvalidParameter`] for a text that is no address.
pub fn email(text: &str) -> Result<String, Reason> {
    let refuse = |problem: &str| Reason::InvalidParameter { name: "Email", problem: problem.to_owned() };
    let text = text.trim().to_lowercase();
    if text.chars().count() > limits::EMAIL_CHARS_MAX {
        return Err(refuse("longer than an e-mail address can be"));
    }
    let is_plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    match text.rsplit_once('@') {
        Some((name, host)) if is_plain && !name.is_empty() && !host.is_empty() && !name.contains('@') => Ok(text),
        _ => Err(refuse("not an e-mail address")),
    }
}

/// Checks a new password. Its length alone counts: rules about kinds of characters make none better.
///
/// # Errors
/// [`Reason::InvalidParameter`] for the parameter `name`.
pub fn check_password(name: &'static str, password: &str) -> Result<(), Reason> {
    let chars_min = limits::PASSWORD_CHARS_MIN;
    let bytes_max = limits::PASSWORD_BYTES_MAX;
    let problem = if password.chars().count() < chars_min {
        format!("shorter than {chars_min} characters")
    } else if password.len() > bytes_max {
        format!("longer than {bytes_max} bytes")
    } else {
        return Ok(());
    };
    Err(Reason::InvalidParameter { name, problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_are_named_and_ordered() {
        for role in PersonRole::ALL {
            assert_eq!(PersonRole::parse(&role.as_str().to_uppercase()), Some(role));
        }
        assert_eq!(PersonRole::parse("owner"), None);
        assert!(PersonRole::ALL.is_sorted());
    }

    #[test]
    fn addresses_are_known_in_one_spelling() {
        assert_eq!(email(" Ada@Example.COM ").unwrap(), "ada@example.com");
        for bad in ["", "ada", "@example.com", "ada@", "a@b@c", "a b@example.com", "a\0@example.com"] {
            assert!(email(bad).is_err(), "{bad:?}");
        }
        let longest = format!("{}@example.com", "a".repeat(limits::EMAIL_CHARS_MAX - 12));
        assert!(email(&longest).is_ok());
        assert!(email(&format!("a{longest}")).is_err());
    }

    #[test]
    fn passwords_have_a_shortest_and_a_longest() {
        for (length, good) in [(11, false), (12, true), (256, true), (257, false)] {
            assert_eq!(check_password("Password", &"x".repeat(length)).is_ok(), good, "{length}");
        }
        assert!(check_password("Password", &"ü".repeat(12)).is_ok());
    }

    #[test]
    fn no_role_has_a_switch_that_a_lesser_one_alone_has() {
        let list = |s: Switches| [s.can_inactivate, s.can_end, s.can_end_others, s.can_bulk];
        for pair in PersonRole::ALL.windows(2) {
            let lesser = list(pair[0].default_switches()).into_iter();
            assert!(lesser.zip(list(pair[1].default_switches())).all(|(lesser, greater)| greater || !lesser));
        }
    }
}
