//! The account that is there when a server starts for the first time.

use dwell_core::{AccountSid, PersonRole, Reason};
use dwell_engine::accounts::Create;
use dwell_engine::people::Request;
use dwell_engine::{Engine, Error, PageRequest};

use crate::failure::Failure;

const SID_VARIABLE: &str = "TWILIO_ACCOUNT_SID";
const TOKEN_VARIABLE: &str = "TWILIO_AUTH_TOKEN";
/// Digits of an auth token.
const TOKEN_LEN: usize = 32;
/// Accounts looked at for one that can be used.
const LOOKED_AT_MAX: usize = 1_000;

/// Who signs in to the console of an account that is made for development.
const ADMIN_EMAIL: &str = "admin@localhost";

/// An account with its auth token.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) account_sid: AccountSid,
    pub(crate) auth_token: String,
    /// Who signs in to the console, if that was made with the account.
    pub(crate) admin: Option<Admin>,
}

/// A person with the password, which is known only now.
#[derive(Clone)]
pub(crate) struct Admin {
    pub(crate) email: &'static str,
    pub(crate) password: String,
}

/// The credentials that the environment asks this server to adopt.
pub(crate) fn from_environment() -> Result<Option<Credentials>, Failure> {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    credentials(variable(SID_VARIABLE), variable(TOKEN_VARIABLE)).map_err(Failure::new)
}

fn credentials(sid: Option<String>, token: Option<String>) -> Result<Option<Credentials>, String> {
    let (sid, token) = match (sid, token) {
        (None, None) => return Ok(None),
        (Some(sid), Some(token)) => (sid, token),
        (Some(_), None) => return Err(format!("{SID_VARIABLE} is set and {TOKEN_VARIABLE} is not; set both or none")),
        (None, Some(_)) => return Err(format!("{TOKEN_VARIABLE} is set and {SID_VARIABLE} is not; set both or none")),
    };
    let account_sid = AccountSid::parse(&sid)
        .ok_or_else(|| format!("{SID_VARIABLE} is `{sid}`; an account SID is AC and 32 hexadecimal digits"))?;
    // The value is a secret, even when it is a wrong one.
    if token.len() != TOKEN_LEN || !token.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(format!("{TOKEN_VARIABLE} is not an auth token: {TOKEN_LEN} hexadecimal digits"));
    }
    Ok(Some(Credentials { account_sid, auth_token: token, admin: None }))
}

/// Makes sure that there is an account: the one to adopt, or a new one in an empty database. Returns
/// its credentials when the person who starts the server is to see them.
pub(crate) async fn ensure(
    engine: &Engine,
    adopt: Option<Credentials>,
    is_development: bool,
) -> Result<Option<Credentials>, Failure> {
    if let Some(credentials) = adopt {
        let adopted = adopt_account(engine, credentials, is_development).await?;
        return Ok(is_development.then_some(adopted));
    }
    let known = engine.list_accounts(PageRequest { size: LOOKED_AT_MAX, after: None }).await?.items;
    if known.is_empty() || is_development && known.iter().all(|account| account.disabled_at.is_some()) {
        return create(engine, None, is_development).await;
    }
    match known.iter().find(|account| account.disabled_at.is_none()) {
        Some(account) if is_development => {
            let (account, auth_token) = engine.reveal_account(account.sid).await?;
            Ok(Some(Credentials { account_sid: account.sid, auth_token, admin: None }))
        }
        _ => Ok(None),
    }
}

async fn adopt_account(
    engine: &Engine,
    credentials: Credentials,
    is_development: bool,
) -> Result<Credentials, Failure> {
    let Credentials { account_sid, auth_token, .. } = credentials.clone();
    match engine.reveal_account(account_sid).await {
        Ok((_, token)) if token == auth_token => {}
        Ok(_) => {
            engine.rotate_auth_token(account_sid, Some(auth_token)).await?;
            tracing::warn!(account = %account_sid, "the auth token was replaced by that of {TOKEN_VARIABLE}");
        }
        Err(Error::NotFound) => {
            let created = create(engine, Some((account_sid, auth_token)), is_development).await?;
            return Ok(created.unwrap_or(credentials));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(credentials)
}

async fn create(
    engine: &Engine,
    adopt: Option<(AccountSid, String)>,
    is_development: bool,
) -> Result<Option<Credentials>, Failure> {
    let friendly_name = if is_development { "Development" } else { "First account" }.to_owned();
    // Whoever develops wants to see a timer end without waiting for it.
    let created = engine.create_account(Create { friendly_name, is_test: is_development, adopt }).await?;
    let Some((account, auth_token)) = created else { return Ok(None) };
    tracing::info!(account = %account.sid, test = account.test_clock.is_some(), "created the first account");
    let admin = if is_development { create_admin(engine, account.sid).await? } else { None };
    Ok(Some(Credentials { account_sid: account.sid, auth_token, admin }))
}

/// Who signs in to the console; `None` when somebody of another account has that address.
async fn create_admin(engine: &Engine, account: AccountSid) -> Result<Option<Admin>, Failure> {
    let password = engine.new_password();
    let request = Request {
        email: Some(ADMIN_EMAIL.to_owned()),
        friendly_name: Some("Admin".to_owned()),
        identity: Some("admin".to_owned()),
        role: Some(PersonRole::Admin.as_str().to_owned()),
        password: Some(password.clone()),
        disabled: None,
    };
    match engine.create_person(account, request).await {
        Ok(_) => Ok(Some(Admin { email: ADMIN_EMAIL, password })),
        Err(Error::Refused(Reason::PersonExists { .. })) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_must_have_their_form() {
        let sid = "AC0123456789abcdef0123456789abcdef";
        let token = "0123456789abcdef0123456789abcdef";
        for (given_sid, given_token, said) in [
            (None, None, ""),
            (Some(sid), Some(token), ""),
            (Some(sid), None, "TWILIO_ACCOUNT_SID is set and TWILIO_AUTH_TOKEN is not"),
            (None, Some(token), "TWILIO_AUTH_TOKEN is set and TWILIO_ACCOUNT_SID is not"),
            (Some("ACnope"), Some(token), "TWILIO_ACCOUNT_SID is `ACnope`"),
            (Some(sid), Some("secret-word"), "TWILIO_AUTH_TOKEN is not an auth token"),
        ] {
            let refused = credentials(given_sid.map(str::to_owned), given_token.map(str::to_owned)).err();
            let refused = refused.unwrap_or_default();
            assert!(refused.starts_with(said) && refused.is_empty() == said.is_empty(), "{refused}");
            assert!(!refused.contains("secret-word"));
        }
    }
}
