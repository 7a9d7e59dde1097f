//! Passwords: their hashes, made and checked where they hold up no request.

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use dwell_store::people::PasswordHash;
use tokio::sync::Semaphore;

use crate::engine::Engine;
use crate::error::Error;
use crate::random::hex_secret;

/// Memory of one hash, in KiB: what OWASP asks for at two passes.
const MEMORY_KIB: u32 = 19 * 1_024;
/// Passes over the memory.
const PASSES: u32 = 2;
/// Lanes of the memory.
const LANES: u32 = 1;
/// Random bytes of salt.
const SALT_BYTES: usize = 16;
/// Random bytes of a password that is made here.
const NEW_PASSWORD_BYTES: usize = 12;
/// Most hashes made at once: each takes a core and its memory.
const AT_ONCE_MAX: usize = 2;
/// Most that wait for their turn. More are sent away.
const WAITING_MAX: usize = 100;

/// Whose turn it is.
pub(crate) struct Turns {
    working: Semaphore,
    waiting: Semaphore,
}

impl Default for Turns {
    fn default() -> Self {
        Turns { working: Semaphore::new(AT_ONCE_MAX), waiting: Semaphore::new(WAITING_MAX) }
    }
}

impl Engine {
    /// A password that nobody can guess.
    pub fn new_password(&self) -> String {
        hex_secret(&*self.inner.random, NEW_PASSWORD_BYTES)
    }

    /// The hash of a password, with a salt of its own.
    pub(crate) async fn hash_password(&self, password: String) -> Result<PasswordHash, Error> {
        let mut salt = [0u8; SALT_BYTES];
        self.inner.random.fill(&mut salt);
        self.at_turn(move || hash(&password, &salt)).await?
    }

    /// Whether a password has a hash. That takes as long when there is none to compare with.
    pub(crate) async fn is_password(&self, password: String, known: Option<PasswordHash>) -> Result<bool, Error> {
        self.at_turn(move || match known {
            Some(known) => argon2().map(|argon2| argon2.verify_password(password.as_bytes(), &known.0[..]).is_ok()),
            None => hash(&password, &[0; SALT_BYTES]).map(|_| false),
        })
        .await?
    }

    async fn at_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let turns = &self.inner.turns;
        let _waiting = turns.waiting.try_acquire().map_err(|_| Error::Overloaded)?;
        let _working = turns.working.acquire().await.map_err(|error| Error::Internal(error.to_string()))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| Error::Internal(error.to_string()))
    }
}

fn argon2() -> Result<Argon2<'static>, Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &str, salt: &[u8]) -> Result<PasswordHash, Error> {
    let hash = argon2()?.hash_password_with_salt(password.as_bytes(), salt);
    hash.map(|hash| PasswordHash(hash.to_string())).map_err(|error| Error::Internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_says_how_it_was_made_and_fits_one_password() {
        let known = hash("correct horse battery", &[7; SALT_BYTES]).unwrap();
        assert!(known.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", known.0);
        let fits = |password: &str| argon2().unwrap().verify_password(password.as_bytes(), &known.0[..]).is_ok();
        assert!(fits("correct horse battery"));
        assert!(!fits("correct horse batterz") && !fits(""));
        assert_ne!(known.0, hash("correct horse battery", &[8; SALT_BYTES]).unwrap().0);
    }
}
