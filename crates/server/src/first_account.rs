//! The account that is there when a server starts for the first time.

use dwell_core::AccountSid;
use dwell_engine::accounts::Create;
use dwell_engine::{Engine, Error, PageRequest};

use crate::failure::Failure;

const SID_VARIABLE: &str = "TWILIO_ACCOUNT_SID";
const TOKEN_VARIABLE: &str = "TWILIO_AUTH_TOKEN";
/// Digits of an auth token.
const TOKEN_LEN: usize = 32;
/// Accounts looked at for one that can be used.
const LOOKED_AT_MAX: usize = 1_000;

/// An account with its auth token.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) account_sid: AccountSid,
    pub(crate) auth_token: String,
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
    Ok(Some(Credentials { account_sid, auth_token: token }))
}

/// Makes sure that there is an account: the one to adopt, or a new one in an empty database. Returns
/// its credentials when the person who starts the server is to see them.
pub(crate) async fn ensure(
    engine: &Engine,
    adopt: Option<Credentials>,
    is_development: bool,
) -> Result<Option<Credentials>, Failure> {
    if let Some(credentials) = adopt {
        adopt_account(engine, credentials.clone(), is_development).await?;
        return Ok(is_development.then_some(credentials));
    }
    let known = engine.list_accounts(PageRequest { size: LOOKED_AT_MAX, after: None }).await?.items;
    if known.is_empty() || is_development && known.iter().all(|account| account.disabled_at.is_some()) {
        return create(engine, None, is_development).await;
    }
    match known.iter().find(|account| account.disabled_at.is_none()) {
        Some(account) if is_development => {
            let (account, auth_token) = engine.reveal_account(account.sid).await?;
            Ok(Some(Credentials { account_sid: account.sid, auth_token }))
        }
        _ => Ok(None),
    }
}

async fn adopt_account(engine: &Engine, credentials: Credentials, is_development: bool) -> Result<(), Failure> {
    let Credentials { account_sid, auth_token } = credentials;
    match engine.reveal_account(account_sid).await {
        Ok((_, token)) if token == auth_token => {}
        Ok(_) => {
            engine.rotate_auth_token(account_sid, Some(auth_token)).await?;
            tracing::warn!(account = %account_sid, "the auth token was replaced by that of {TOKEN_VARIABLE}");
        }
        Err(Error::NotFound) => {
            create(engine, Some((account_sid, auth_token)), is_development).await?;
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

async fn create(
    engine: &Engine,
    adopt: Option<(AccountSid, String)>,
    is_development: bool,
) -> Result<Option<Credentials>, Failure> {
    let friendly_name = if is_development { "Development" } else { "First account" }.to_owned();
    // Whoever develops wants to see a timer end without waiting for it.
    let created = engine.create_account(Create { friendly_name, is_test: is_development, adopt }).await?;
    Ok(created.map(|(account, auth_token)| {
        tracing::info!(account = %account.sid, test = account.test_clock.is_some(), "created the first account");
        Credentials { account_sid: account.sid, auth_token }
    }))
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
