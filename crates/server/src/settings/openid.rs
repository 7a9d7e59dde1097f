//! The settings of sign-in with OpenID Connect: all or none.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use dwell_delivery::{OpenId, OpenIdOptions};
use dwell_engine::openid::Provider;

use super::Given;
use crate::failure::Failure;

/// What people know the issuer by when nobody says otherwise.
const NAME: &str = "OpenID Connect";

/// With whom people may sign in besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OpenIdSettings {
    issuer: String,
    client_id: String,
    client_secret_file: Option<PathBuf>,
    name: String,
}

impl OpenIdSettings {
    /// What is given of them; `None` when nothing is.
    pub(super) fn of(given: &Given) -> Result<Option<Self>, Failure> {
        let (issuer, client_id) = match (&given.openid_issuer, &given.openid_client_id) {
            (Some(issuer), Some(client_id)) => (issuer, client_id),
            (None, None) if given.openid_client_secret_file.is_none() && given.openid_name.is_none() => {
                return Ok(None);
            }
            _ => return Err(Failure::new("openid_issuer and openid_client_id: give both or none")),
        };
        check(issuer).map_err(|problem| Failure::new(format_args!("openid_issuer `{issuer}`: {problem}")))?;
        Ok(Some(OpenIdSettings {
            issuer: issuer.clone(),
            client_id: client_id.clone(),
            client_secret_file: given.openid_client_secret_file.clone(),
            name: given.openid_name.clone().unwrap_or_else(|| NAME.to_owned()),
        }))
    }

    /// The client of the issuer.
    pub(crate) fn open(&self) -> Result<Arc<dyn Provider>, Failure> {
        let read = |path: &PathBuf| {
            let text = std::fs::read_to_string(path);
            let problem = |error| Failure::new(format_args!("openid_client_secret_file {}: {error}", path.display()));
            text.map(|text| text.trim().to_owned()).map_err(problem)
        };
        let options = OpenIdOptions {
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            client_secret: self.client_secret_file.as_ref().map(read).transpose()?,
            name: self.name.clone(),
        };
        Ok(Arc::new(OpenId::new(options)?))
    }
}

/// An issuer is believed only over HTTPS, or on this machine.
fn check(issuer: &str) -> Result<(), String> {
    let url = reqwest::Url::parse(issuer).map_err(|error| error.to_string())?;
    let is_local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_local => Ok(()),
        _ => Err("it must begin with https://".to_owned()),
    }
}

/// In the form of the file.
impl fmt::Display for OpenIdSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &dyn fmt::Display| toml::Value::String(text.to_string());
        writeln!(f, "openid_issuer = {}", quoted(&self.issuer))?;
        writeln!(f, "openid_client_id = {}", quoted(&self.client_id))?;
        if let Some(path) = &self.client_secret_file {
            writeln!(f, "openid_client_secret_file = {}", quoted(&path.display()))?;
        }
        writeln!(f, "openid_name = {}", quoted(&self.name))
    }
}
