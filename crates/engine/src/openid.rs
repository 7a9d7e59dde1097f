//! Sign-in with OpenID Connect: one attempt from the way out to the way back, and what is asked of the provider. Who
//! signs in is found by the e-mail address that the provider has verified; nobody is made.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dwell_core::Timestamp;
use subtle::ConstantTimeEq;

use crate::engine::Engine;
use crate::random::Random;

/// Random bytes of each secret of an attempt.
const SECRET_BYTES: usize = 32;
/// Length of such a secret as text.
const SECRET_CHARS: usize = 43;

/// What a provider is asked, under way.
pub type Asking<'a, T> = Pin<Box<dyn Future<Output = Result<T, OpenIdError>> + Send + 'a>>;

/// A provider of identities.
pub trait Provider: fmt::Debug + Send + Sync + 'static {
    /// What people know it by.
    fn name(&self) -> &str;

    /// Where the browser is to go, which comes back to `redirect_uri`.
    fn address<'a>(&'a self, attempt: &'a Attempt, redirect_uri: &'a str, now: Timestamp) -> Asking<'a, String>;

    /// The verified e-mail address of whom the provider sent back with `code`.
    fn email<'a>(
        &'a self,
        attempt: &'a Attempt,
        code: &'a str,
        redirect_uri: &'a str,
        now: Timestamp,
    ) -> Asking<'a, String>;
}

/// Why the provider does not say who somebody is. The message is for whoever runs the server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenIdError {
    /// It does not answer, or not as it should.
    #[error("the provider of identities cannot be asked: {0}")]
    Unusable(String),
    /// What it answers proves nothing.
    #[error("the provider of identities says nothing that can be believed: {0}")]
    Refused(String),
}

/// One attempt to sign in. The browser keeps it until it comes back.
#[derive(Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Proves that the browser that comes back is the one that went out.
    pub state: String,
    /// Proves that an ID token was made for this attempt.
    pub nonce: String,
    /// Proves that the code is redeemed by who asked for it (PKCE).
    pub verifier: String,
}

/// Secrets, never shown.
impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attempt")
    }
}

impl Attempt {
    fn new(random: &dyn Random) -> Self {
        let secret = || {
            let mut bytes = [0u8; SECRET_BYTES];
            random.fill(&mut bytes);
            URL_SAFE_NO_PAD.encode(bytes)
        };
        Attempt { state: secret(), nonce: secret(), verifier: secret() }
    }

    /// As the browser keeps it.
    pub fn to_text(&self) -> String {
        format!("{}.{}.{}", self.state, self.nonce, self.verifier)
    }

    /// The inverse of [`Self::to_text`].
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.').filter(|part| part.len() == SECRET_CHARS).map(str::to_owned);
        let attempt = Attempt { state: parts.next()?, nonce: parts.next()?, verifier: parts.next()? };
        (attempt.to_text() == text).then_some(attempt)
    }

    /// Whether this is the attempt that somebody comes back from.
    pub fn is_of(&self, state: &str) -> bool {
        self.state.as_bytes().ct_eq(state.as_bytes()).into()
    }

    /// What the provider is told of the verifier on the way out: its SHA-256 (PKCE, `S256`).
    pub fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, self.verifier.as_bytes()))
    }
}

impl Engine {
    /// A new attempt to sign in with OpenID Connect.
    pub fn openid_attempt(&self) -> Attempt {
        Attempt::new(&*self.inner.random)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn an_attempt_is_kept_and_known_again_and_never_shown() {
        let attempt = Attempt::new(&SystemRandom);
        let text = attempt.to_text();
        assert_eq!(Attempt::parse(&text), Some(attempt.clone()));
        for bad in ["", "a.b.c", &text[1..], &format!("{text}.x"), &text.replace('.', "")] {
            assert_eq!(Attempt::parse(bad), None, "{bad}");
        }
        assert!(attempt.is_of(&attempt.state) && !attempt.is_of(&attempt.nonce) && !attempt.is_of(""));
        assert_eq!(format!("{attempt:?}"), "Attempt");
    }

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned();
        let attempt = Attempt { state: String::new(), nonce: String::new(), verifier };
        assert_eq!(attempt.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
