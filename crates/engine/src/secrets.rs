//! Secrets at rest. Auth tokens sign webhooks, key secrets verify access tokens and push services are
//! shown those of credentials, so they must be read back; they are stored encrypted with a key that
//! lives in a file beside the database.

use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use dwell_store::accounts::SealedSecret;

use crate::random::Random;

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// What the key that signs links is derived for: another purpose makes another key.
const LINKS: &[u8] = b"dwell media links";

/// The key that encrypts secrets (XChaCha20-Poly1305), and one that signs links, derived from it (HMAC-SHA-256).
#[derive(Clone)]
pub struct SecretKey {
    cipher: XChaCha20Poly1305,
    links: hmac::Key,
}

/// Why the key file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretKeyError {
    /// It cannot be read or made.
    #[error("key file {path}: {problem}")]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        problem: std::io::Error,
    },
    /// It does not hold 32 bytes.
    #[error("key file {path} does not hold a key of {KEY_BYTES} bytes")]
    Malformed {
        /// The file.
        path: String,
    },
    /// Others than its owner may read it.
    #[error("key file {path} may be read by others; run: chmod 600 {path}")]
    TooOpen {
        /// The file.
        path: String,
    },
}

/// A stored secret was not encrypted with this key.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("a stored secret cannot be decrypted; is this the key file that the database was made with?")]
pub struct Undecryptable;

impl SecretKey {
    /// A key from its bytes.
    pub fn from_bytes(bytes: [u8; KEY_BYTES]) -> Self {
        let links = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &bytes), LINKS);
        SecretKey {
            cipher: XChaCha20Poly1305::new(&Key::from(bytes)),
            links: hmac::Key::new(hmac::HMAC_SHA256, links.as_ref()),
        }
    }

    /// Reads the key file, or makes it with a new key and mode 0600.
    ///
    /// # Errors
    /// A [`SecretKeyError`] for the person who starts the server.
    pub fn load_or_create(path: &Path, random: &dyn Random) -> Result<Self, SecretKeyError> {
        let io = |problem| SecretKeyError::Io { path: path.display().to_string(), problem };
        let directory = path.parent().filter(|path| !path.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(directory).map_err(io)?;
        if !path.exists() {
            create(path, directory, random).map_err(io)?;
        }
        let mode = std::fs::metadata(path).map_err(io)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(SecretKeyError::TooOpen { path: path.display().to_string() });
        }
        let bytes = std::fs::read(path).map_err(io)?;
        let bytes = bytes.try_into().map_err(|_| SecretKeyError::Malformed { path: path.display().to_string() })?;
        Ok(Self::from_bytes(bytes))
    }

    pub(crate) fn seal(&self, secret: &str, random: &dyn Random) -> SealedSecret {
        let mut nonce = [0u8; NONCE_BYTES];
        random.fill(&mut nonce);
        // Encryption fails only for texts of many gigabytes.
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), secret.as_bytes()).unwrap_or_default();
        let mut bytes = nonce.to_vec();
        bytes.extend(sealed);
        SealedSecret(STANDARD_NO_PAD.encode(bytes))
    }

    pub(crate) fn open(&self, sealed: &SealedSecret) -> Result<String, Undecryptable> {
        let bytes = STANDARD_NO_PAD.decode(&sealed.0).map_err(|_| Undecryptable)?;
        let (nonce, text) = bytes.split_at_checked(NONCE_BYTES).ok_or(Undecryptable)?;
        let nonce: [u8; NONCE_BYTES] = nonce.try_into().map_err(|_| Undecryptable)?;
        let plain = self.cipher.decrypt(&XNonce::from(nonce), text).map_err(|_| Undecryptable)?;
        String::from_utf8(plain).map_err(|_| Undecryptable)
    }

    /// The signature of a link, as it stands in URLs.
    pub(crate) fn sign_link(&self, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.links, text.as_bytes()))
    }

    /// Whether a signature of a link is ours; how long that takes tells nothing of ours.
    pub(crate) fn has_signed_link(&self, text: &str, signature: &str) -> bool {
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap_or_default();
        hmac::verify(&self.links, text.as_bytes(), &signature).is_ok()
    }
}

/// Makes the key file complete or not at all, also when another process makes it at the same time:
/// the first one's key counts.
fn create(path: &Path, directory: &Path, random: &dyn Random) -> std::io::Result<()> {
    let mut bytes = [0u8; KEY_BYTES];
    random.fill(&mut bytes);
    let mut tag = [0u8; 8];
    random.fill(&mut tag);
    let draft = directory.join(format!(".secret-{:016x}.tmp", u64::from_le_bytes(tag)));
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    let linked = file.write_all(&bytes).and_then(|()| file.sync_all()).and_then(|()| std::fs::hard_link(&draft, path));
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    // The name must be on disk too before anything is encrypted with the key.
    std::fs::File::open(directory)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::SystemRandom;

    #[test]
    fn seals_and_opens_and_notices_tampering() {
        let key = SecretKey::from_bytes([7; KEY_BYTES]);
        let sealed = key.seal("token", &SystemRandom);
        assert_eq!(key.open(&sealed).unwrap(), "token");
        assert!(SecretKey::from_bytes([8; KEY_BYTES]).open(&sealed).is_err());
        assert!(key.open(&SealedSecret(sealed.0.replacen(&sealed.0[5..6], "_", 1))).is_err());
        assert!(key.open(&SealedSecret("short".into())).is_err());
    }

    #[test]
    fn a_link_is_signed_with_this_key_alone() {
        let key = SecretKey::from_bytes([7; KEY_BYTES]);
        let signature = key.sign_link("AC1/ME1/5");
        assert!(key.has_signed_link("AC1/ME1/5", &signature));
        assert!(!key.has_signed_link("AC1/ME1/6", &signature));
        assert!(!key.has_signed_link("AC1/ME1/5", ""));
        assert!(!SecretKey::from_bytes([8; KEY_BYTES]).has_signed_link("AC1/ME1/5", &signature));
    }

    #[test]
    fn the_key_file_is_private_and_lasting() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("sub/secret.key");
        let sealed = SecretKey::load_or_create(&path, &SystemRandom).unwrap().seal("x", &SystemRandom);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(SecretKey::load_or_create(&path, &SystemRandom).unwrap().open(&sealed).unwrap(), "x");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(SecretKey::load_or_create(&path, &SystemRandom), Err(SecretKeyError::TooOpen { .. })));
    }
}
