//! Credentials for push services: create, fetch, list, update, delete (contract §5.16).

mod create;
mod delete;
mod fetch;
mod list;
mod update;

use std::fmt;

use dwell_core::{PushType, Reason, limits};
use dwell_store::accounts::SealedSecret;
use dwell_store::credentials::Secrets;

use crate::engine::Engine;
use crate::input::{self, at_most, present};

/// The parameters of a creation or an update, as sent.
#[derive(Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub struct Input {
    pub push_type: Option<String>,
    pub friendly_name: Option<String>,
    pub certificate: Option<String>,
    pub private_key: Option<String>,
    pub sandbox: Option<String>,
    pub api_key: Option<String>,
    pub secret: Option<String>,
}

/// Shows no secrets: they must not get into a log.
impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input")
            .field("push_type", &self.push_type)
            .field("friendly_name", &self.friendly_name)
            .field("sandbox", &self.sandbox)
            .finish_non_exhaustive()
    }
}

/// The parameters, read and sealed; `None` where one says nothing.
#[derive(Clone)]
struct Checked {
    push_type: Option<PushType>,
    friendly_name: Option<String>,
    sandbox: Option<bool>,
    secrets: Secrets,
}

impl Input {
    /// Reads the parameters. A blank name or secret says nothing; secrets of another push service than
    /// the credential's are kept as well, for the day when its type is changed.
    fn check(&self, engine: &Engine) -> Result<Checked, Reason> {
        let push_type = self.push_type.as_deref().map(|text| {
            PushType::parse_of_credential(text).ok_or_else(|| invalid("Type", "not one of apn, gcm, fcm".to_owned()))
        });
        let name = present(self.friendly_name.as_deref());
        let name = name.map(|name| at_most(name, limits::SHORT_FRIENDLY_NAME_CHARS_MAX, Reason::FriendlyNameTooLong));
        Ok(Checked {
            push_type: push_type.transpose()?,
            friendly_name: name.transpose()?.map(str::to_owned),
            sandbox: input::boolean("Sandbox", self.sandbox.as_deref())?,
            secrets: Secrets {
                certificate: sealed(engine, "Certificate", self.certificate.as_deref())?,
                private_key: sealed(engine, "PrivateKey", self.private_key.as_deref())?,
                api_key: sealed(engine, "ApiKey", self.api_key.as_deref())?,
                secret: sealed(engine, "Secret", self.secret.as_deref())?,
            },
        })
    }
}

fn invalid(name: &'static str, problem: String) -> Reason {
    Reason::InvalidParameter { name, problem }
}

fn sealed(engine: &Engine, name: &'static str, text: Option<&str>) -> Result<Option<SealedSecret>, Reason> {
    let Some(text) = present(text) else { return Ok(None) };
    let bytes_max = limits::CREDENTIAL_SECRET_BYTES_MAX;
    if text.len() > bytes_max {
        return Err(invalid(name, format!("longer than {bytes_max} bytes")));
    }
    Ok(Some(engine.inner.secret_key.seal(text, &*engine.inner.random)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_shown() {
        let hidden = Some("hidden".to_owned());
        let input = Input {
            push_type: Some("apn".to_owned()),
            certificate: hidden.clone(),
            private_key: hidden.clone(),
            api_key: hidden.clone(),
            secret: hidden,
            ..Input::default()
        };
        let shown = format!("{input:?} {input:#?}");
        assert!(shown.contains("apn") && !shown.contains("hidden"), "{shown}");
    }
}
