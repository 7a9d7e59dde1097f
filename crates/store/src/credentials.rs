//! The table `credentials`. Secrets come and go encrypted.

use dwell_core::{AccountSid, Credential, CredentialSid, PushType, Timestamp};

use crate::accounts::SealedSecret;
use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{ListStmts, Row, Seek, Tx, params, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT sid, account_sid, friendly_name, push_type, sandbox, date_created, date_updated FROM credentials ",
            $rest
        )
    };
}

statements! {
    BY_SID = select!("WHERE sid = ?2 AND account_sid = ?1 AND deleted_at IS NULL");
    BY_SID_LOCKED = select!("WHERE sid = ?2 AND account_sid = ?1 AND deleted_at IS NULL {lock}");
    LIST = select!("WHERE account_sid = ?1 AND sid > ?2 AND deleted_at IS NULL ORDER BY sid LIMIT ?3");
    LIST_BACK = select!("WHERE account_sid = ?1 AND sid < ?2 AND deleted_at IS NULL ORDER BY sid DESC LIMIT ?3");
    SECRETS =
        "SELECT certificate, private_key, api_key, secret FROM credentials
         WHERE sid = ?2 AND account_sid = ?1 AND deleted_at IS NULL";
    INSERT =
        "INSERT INTO credentials (sid, account_sid, friendly_name, push_type, sandbox, certificate, private_key,
            api_key, secret, date_created, date_updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    UPDATE =
        "UPDATE credentials SET friendly_name = ?3, push_type = ?4, sandbox = ?5,
            certificate = COALESCE(?6, certificate), private_key = COALESCE(?7, private_key),
            api_key = COALESCE(?8, api_key), secret = COALESCE(?9, secret), date_updated = ?10
         WHERE sid = ?2 AND account_sid = ?1";
    MARK_DELETED =
        "UPDATE credentials SET deleted_at = ?3, certificate = NULL, private_key = NULL, api_key = NULL, secret = NULL
         WHERE sid = ?2 AND account_sid = ?1 AND deleted_at IS NULL";
    NEXT_DELETED = "SELECT sid FROM credentials WHERE deleted_at IS NOT NULL ORDER BY deleted_at LIMIT 1";
    TAKE_DELETED = "SELECT sid FROM credentials WHERE deleted_at IS NOT NULL ORDER BY deleted_at LIMIT 1 {skip_locked}";
    DELETE = "DELETE FROM credentials WHERE sid = ?1";
}

/// The secrets of a credential as they are stored; each is there once it was given.
#[derive(Clone, Default)]
pub struct Secrets {
    /// The certificate for Apple's service.
    pub certificate: Option<SealedSecret>,
    /// The private key for Apple's service.
    pub private_key: Option<SealedSecret>,
    /// The key for Google's former service.
    pub api_key: Option<SealedSecret>,
    /// The key for Google's service.
    pub secret: Option<SealedSecret>,
}

impl Secrets {
    /// Their texts in the order of the columns.
    fn texts(&self) -> [Option<&str>; 4] {
        [&self.certificate, &self.private_key, &self.api_key, &self.secret]
            .map(|sealed| sealed.as_ref().map(|sealed| sealed.0.as_str()))
    }
}

fn read(row: &dyn Row) -> Result<Credential, StoreError> {
    let mut c = Columns::new(row);
    Ok(Credential {
        sid: c.parsed(CredentialSid::parse)?,
        account_sid: c.parsed(AccountSid::parse)?,
        friendly_name: c.opt_text()?,
        push_type: c.parsed(PushType::parse)?,
        sandbox: c.flag()?,
        date_created: c.time()?,
        date_updated: c.time()?,
    })
}

/// One credential of an account, without a lock.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(tx: &mut dyn Tx, account: &AccountSid, sid: &CredentialSid) -> Result<Option<Credential>, StoreError> {
    tx.first(&BY_SID, params![account, sid], read)
}

/// One credential of an account, locked until the unit of work ends.
pub fn lock(tx: &mut dyn Tx, account: &AccountSid, sid: &CredentialSid) -> Result<Option<Credential>, StoreError> {
    tx.first(&BY_SID_LOCKED, params![account, sid], read)
}

/// The secrets of a credential, for the one who sends notifications with it.
pub fn secrets(tx: &mut dyn Tx, account: &AccountSid, sid: &CredentialSid) -> Result<Option<Secrets>, StoreError> {
    tx.first(&SECRETS, params![account, sid], |row| {
        let mut c = Columns::new(row);
        let mut sealed = || Ok::<_, StoreError>(c.opt_text()?.map(SealedSecret));
        Ok(Secrets { certificate: sealed()?, private_key: sealed()?, api_key: sealed()?, secret: sealed()? })
    })
}

/// Credentials of an account in order of creation.
pub fn list(tx: &mut dyn Tx, account: &AccountSid, seek: Seek<'_>, limit: i64) -> Result<Vec<Credential>, StoreError> {
    tx.page(&ListStmts { after: &LIST, before: &LIST_BACK }, params![account], seek, limit, read)
}

/// Adds a credential.
pub fn insert(tx: &mut dyn Tx, c: &Credential, secrets: &Secrets) -> Result<(), StoreError> {
    let [certificate, private_key, api_key, secret] = secrets.texts();
    tx.exec(
        &INSERT,
        params![
            &c.sid,
            &c.account_sid,
            c.friendly_name.as_deref(),
            c.push_type.as_str(),
            c.sandbox,
            certificate,
            private_key,
            api_key,
            secret,
            c.date_created,
            c.date_updated,
        ],
    )?;
    Ok(())
}

/// Writes everything of a credential that the API can change; secrets that are not given stay.
pub fn update(tx: &mut dyn Tx, c: &Credential, secrets: &Secrets) -> Result<(), StoreError> {
    let [certificate, private_key, api_key, secret] = secrets.texts();
    tx.exec(
        &UPDATE,
        params![
            &c.account_sid,
            &c.sid,
            c.friendly_name.as_deref(),
            c.push_type.as_str(),
            c.sandbox,
            certificate,
            private_key,
            api_key,
            secret,
            c.date_updated,
        ],
    )?;
    Ok(())
}

/// Hides a credential with its bindings and forgets its secrets; `false` when there is none. The
/// bindings are removed in the background, see [`next_deleted`].
pub fn mark_deleted(
    tx: &mut dyn Tx,
    account: &AccountSid,
    sid: &CredentialSid,
    at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(tx.exec(&MARK_DELETED, params![account, sid, at])? == 1)
}

fn read_deleted(row: &dyn Row) -> Result<CredentialSid, StoreError> {
    Columns::new(row).parsed(CredentialSid::parse)
}

/// The credential that has been waiting longest for its bindings to be removed.
pub fn next_deleted(tx: &mut dyn Tx) -> Result<Option<CredentialSid>, StoreError> {
    tx.first(&NEXT_DELETED, params![], read_deleted)
}

/// The same, locked until the unit of work ends, for the one who removes them; a credential that
/// another node holds is left to it.
pub fn take_deleted(tx: &mut dyn Tx) -> Result<Option<CredentialSid>, StoreError> {
    tx.first(&TAKE_DELETED, params![], read_deleted)
}

/// Removes the row of a credential.
pub fn delete(tx: &mut dyn Tx, sid: &CredentialSid) -> Result<(), StoreError> {
    tx.exec(&DELETE, params![sid])?;
    Ok(())
}
