//! Signing in and out of people, and who is signed in.
//!
//! Whoever signs in gets a random token. The store knows its SHA-256 alone, so that nobody who reads the database
//! can be somebody else. The token that guards against forged requests is derived from it.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::{digest, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dwell_core::person::Switches;
use dwell_core::{Account, AuditSid, Person, Rights, Timestamp, person};
use dwell_store::audit_log::{self, Entry};
use dwell_store::people::{self, PasswordHash};
use dwell_store::{StoreError, Tx, accounts, sign_ins};
use subtle::ConstantTimeEq;

use crate::audit::Act;
use crate::context::{Caller, SOURCE_API};
use crate::engine::Engine;
use crate::error::Error;
use crate::random::Random;

/// Random bytes of a token.
const TOKEN_BYTES: usize = 32;
/// How long somebody stays signed in without a request, in seconds: a shift.
pub(crate) const IDLE_SECONDS_MAX: i64 = 12 * 3_600;
/// How long somebody stays signed in at most, in seconds: a week.
const SIGN_IN_SECONDS_MAX: i64 = 7 * 86_400;
/// Most sign-ins of one person; the oldest ends when there is one more.
const SIGN_INS_PER_PERSON_MAX: i64 = 20;
/// How exactly the last use of a token is known, in seconds.
const TOUCH_SECONDS: i64 = 60;
/// What the token against forged requests is derived for.
const CSRF: &[u8] = b"dwell csrf";
/// How many digits of an unknown e-mail address's hash are logged.
const LOGGED_DIGITS: usize = 16;

/// What a browser shows to be somebody.
#[derive(Clone)]
pub struct Token(String);

/// Never shown: whoever has it is that person.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token")
    }
}

impl Token {
    /// A token as a browser sent it.
    pub fn sent(text: &str) -> Self {
        Token(text.to_owned())
    }

    fn new(random: &dyn Random) -> Self {
        let mut bytes = [0u8; TOKEN_BYTES];
        random.fill(&mut bytes);
        Token(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The text, for the cookie alone.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What every write must bring along, and other sites cannot know.
    pub fn csrf(&self) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, self.0.as_bytes()), CSRF))
    }

    /// Whether this is [`Self::csrf`]; how long that takes tells nothing of it.
    pub fn has_csrf(&self, sent: &str) -> bool {
        self.csrf().as_bytes().ct_eq(sent.as_bytes()).into()
    }

    /// As the store knows it.
    pub(crate) fn hash(&self) -> String {
        hex(digest::digest(&digest::SHA256, self.0.as_bytes()).as_ref())
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Engine {
    /// Signs somebody in with e-mail address and password. `None` when they are wrong or unknown, or the person or
    /// its account is disabled: nobody learns which, also not from how long it takes. `act` is what the audit log says.
    ///
    /// # Errors
    /// [`Error::Overloaded`] when too many sign in at once; [`Error::Unavailable`] and the like when the store does
    /// not answer.
    pub async fn sign_in(&self, email: &str, password: String, act: Act) -> Result<Option<(Caller, Token)>, Error> {
        let found = match person::email(email) {
            Ok(email) => {
                let read = self.inner.store.read(move |tx| people::fetch_by_email(tx, &email)).await;
                read.map_err(|error: StoreError| Error::from(error))?
            }
            Err(_) => None,
        };
        let known = found.as_ref().and_then(|(_, hash)| hash.clone());
        let is_right = self.is_password(password, known.clone()).await?;
        match found {
            Some((person, _)) => {
                let proof = if is_right { Proof::Password(known) } else { Proof::None };
                self.let_in(person, proof, act).await
            }
            None => {
                log_stranger(email);
                Ok(None)
            }
        }
    }

    /// Signs somebody in whose e-mail address somebody else has verified. `None` when nobody has it, or the person or
    /// its account is disabled.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn sign_in_verified(&self, email: &str, act: Act) -> Result<Option<(Caller, Token)>, Error> {
        let Ok(address) = person::email(email) else { return Ok(None) };
        let read = self.inner.store.read(move |tx| people::fetch_by_email(tx, &address)).await;
        match read.map_err(|error: StoreError| Error::from(error))? {
            Some((person, _)) => self.let_in(person, Proof::Elsewhere, act).await,
            None => {
                log_stranger(email);
                Ok(None)
            }
        }
    }

    /// Signs a person in, if `proof` still holds.
    async fn let_in(&self, person: Person, proof: Proof, act: Act) -> Result<Option<(Caller, Token)>, Error> {
        let (now, sid) = (act.at, AuditSid::new(self.sid()));
        let token = Token::new(&*self.inner.random);
        let hash = token.hash();
        let admitted = self.write(move |tx| {
            let account = accounts::fetch(tx, &person.account_sid)?.map(|(account, _)| account);
            people::lock(tx, &person.account_sid, &person.sid)?;
            let stored = people::fetch_with_password(tx, &person.account_sid, &person.sid)?;
            let admitted = account.zip(stored).filter(|(account, (person, hash))| {
                proof.holds(hash.as_ref()) && account.disabled_at.is_none() && person.disabled_at.is_none()
            });
            let status = if admitted.is_some() { 200 } else { 401 };
            audit_log::insert(tx, &act.clone().entry(sid, &person, Some(status)))?;
            let Some((account, (mut person, _))) = admitted else { return Ok::<_, Error>(None) };
            person.date_last_sign_in = Some(now);
            people::update_last_sign_in(tx, &account.sid, &person.sid, now)?;
            sign_ins::insert(tx, &account.sid, &person.sid, &hash, now, SIGN_INS_PER_PERSON_MAX)?;
            Ok(Some((account, person)))
        });
        Ok(admitted.await?.map(|(account, person)| (self.caller_of(account, person, now), token)))
    }

    /// Who is signed in with a token at the instant `now`; `None` for nobody, or not any more.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn signed_in(&self, token: &Token, now: Timestamp) -> Result<Option<Caller>, Error> {
        let hash = token.hash();
        let key = hash.clone();
        let found = self.inner.store.read(move |tx| find(tx, &key)).await?;
        let Some((sign_in, account, person)) = found else { return Ok(None) };
        let is_over = sign_in.date_used.plus_seconds(IDLE_SECONDS_MAX) <= now
            || sign_in.date_created.plus_seconds(SIGN_IN_SECONDS_MAX) <= now;
        if is_over || account.disabled_at.is_some() || person.disabled_at.is_some() {
            return Ok(None);
        }
        if sign_in.date_used.plus_seconds(TOUCH_SECONDS) <= now {
            self.write(move |tx| sign_ins::touch(tx, &hash, now).map_err(Error::from)).await?;
        }
        Ok(Some(self.caller_of(account, person, now)))
    }

    /// Signs somebody out.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn sign_out(&self, token: &Token) -> Result<(), Error> {
        let hash = token.hash();
        self.write(move |tx| sign_ins::delete(tx, &hash).map_err(Error::from)).await
    }

    /// What the caller's role may do besides.
    ///
    /// # Errors
    /// [`Error::Unavailable`] and the like when the store does not answer.
    pub async fn switches(&self, caller: &Caller) -> Result<Switches, Error> {
        let caller = caller.clone();
        self.inner.store.read(move |tx| caller.switches(tx)).await
    }

    fn caller_of(&self, account: Account, person: Person, now: Timestamp) -> Caller {
        Caller {
            account: Arc::new(account),
            credential: person.sid.to_string(),
            person: Some(Arc::new(person)),
            rights: Rights::All,
            received_at: now,
            webhooks: false,
            notifier: self.notifier(),
            source: SOURCE_API,
            accepts_any_proxy: self.inner.accepts_any_proxy,
        }
    }
}

/// What shows that somebody is a person.
enum Proof {
    /// Nothing.
    None,
    /// The password with this hash.
    Password(Option<PasswordHash>),
    /// The word of a provider of identities.
    Elsewhere,
}

impl Proof {
    /// Whether it is one, while the store holds this hash of the password.
    fn holds(&self, stored: Option<&PasswordHash>) -> bool {
        match self {
            Proof::None => false,
            Proof::Password(known) => known.is_some() && known.as_ref() == stored,
            Proof::Elsewhere => true,
        }
    }
}

/// An address can be guessed from its hash by those who know it, and by nobody else.
fn log_stranger(email: &str) {
    let hash = hex(digest::digest(&digest::SHA256, email.as_bytes()).as_ref());
    tracing::info!(email_sha256 = &hash[..LOGGED_DIGITS], "a sign-in by nobody who is known");
}

fn find(tx: &mut dyn Tx, hash: &str) -> Result<Option<(sign_ins::SignIn, Account, Person)>, Error> {
    let Some(sign_in) = sign_ins::fetch(tx, hash)? else { return Ok(None) };
    let account = accounts::fetch(tx, &sign_in.account_sid)?.map(|(account, _)| account);
    let person = people::fetch(tx, &sign_in.account_sid, &sign_in.person_sid)?;
    Ok(account.zip(person).map(|(account, person)| (sign_in, account, person)))
}

/// The audit entry of an act of a person.
impl Act {
    pub(crate) fn entry(self, sid: AuditSid, person: &Person, status: Option<i64>) -> Entry {
        Entry {
            sid,
            account_sid: person.account_sid,
            at: self.at,
            actor: person.sid.to_string(),
            actor_name: person.friendly_name.clone(),
            act: self.act,
            target: self.target,
            status,
            remote_address: self.remote_address,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn tokens_are_long_random_and_never_shown() {
        let (one, other) = (Token::new(&SystemRandom), Token::new(&SystemRandom));
        assert_eq!(URL_SAFE_NO_PAD.decode(one.reveal()).unwrap().len(), 32);
        assert_ne!(one.reveal(), other.reveal());
        assert!(!format!("{one:?} {one:#?}").contains(one.reveal()));
        assert_eq!(one.hash().len(), 64);
        assert!(one.has_csrf(&one.csrf()) && !one.has_csrf(&other.csrf()) && !one.has_csrf(""));
        assert!(!one.csrf().contains(one.reveal()));
    }
}
