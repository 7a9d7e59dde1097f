//! The table `bindings`: devices of users that want notifications. Those of a deleted credential
//! are not there for any reader, though their rows are removed in the background.

use std::collections::BTreeSet;

use dwell_core::{AccountSid, BindingSid, CredentialSid, PushBinding, PushType, ServiceSid};

use crate::columns::{Columns, to_json};
use crate::error::StoreError;
use crate::statement::{ListStmts, Row, Seek, Tx, params, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT b.sid, b.account_sid, b.service_sid, b.identity, b.binding_type, b.credential_sid, b.endpoint,
                b.message_types, b.date_created, b.date_updated
             FROM bindings b
             WHERE NOT EXISTS (SELECT 1 FROM credentials k WHERE k.sid = b.credential_sid AND k.deleted_at IS NOT NULL)
                AND b.account_sid = ?1 AND b.service_sid = ?2 ",
            $rest
        )
    };
}

statements! {
    BY_SID = select!("AND b.sid = ?3");
    LIST = select!("AND b.binding_type IN (?3, ?4, ?5, ?6) AND b.sid > ?7 ORDER BY b.sid LIMIT ?8");
    LIST_BACK = select!("AND b.binding_type IN (?3, ?4, ?5, ?6) AND b.sid < ?7 ORDER BY b.sid DESC LIMIT ?8");
    LIST_OF_IDENTITY =
        select!("AND b.binding_type IN (?3, ?4, ?5, ?6) AND b.identity = ?7 AND b.sid > ?8 ORDER BY b.sid LIMIT ?9");
    LIST_OF_IDENTITY_BACK =
        select!("AND b.binding_type IN (?3, ?4, ?5, ?6) AND b.identity = ?7 AND b.sid < ?8 ORDER BY b.sid DESC LIMIT ?9");
    INSERT =
        "INSERT INTO bindings (sid, account_sid, service_sid, identity, binding_type, credential_sid, endpoint,
            message_types, date_created, date_updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    DELETE = "DELETE FROM bindings WHERE sid = ?3 AND account_sid = ?1 AND service_sid = ?2";
    DELETE_OF_IDENTITY = "DELETE FROM bindings WHERE account_sid = ?1 AND service_sid = ?2 AND identity = ?3";
    DELETE_OF_CREDENTIAL =
        "DELETE FROM bindings WHERE sid IN
            (SELECT sid FROM bindings WHERE credential_sid = ?1 ORDER BY sid LIMIT ?2)";
    DELETE_OF_SERVICE =
        "DELETE FROM bindings WHERE sid IN (SELECT sid FROM bindings WHERE service_sid = ?1 ORDER BY sid LIMIT ?2)";
}

fn read(row: &dyn Row) -> Result<PushBinding, StoreError> {
    let mut c = Columns::new(row);
    Ok(PushBinding {
        sid: c.parsed(BindingSid::parse)?,
        account_sid: c.parsed(AccountSid::parse)?,
        service_sid: c.parsed(ServiceSid::parse)?,
        identity: c.text()?,
        binding_type: c.parsed(PushType::parse)?,
        credential_sid: c.opt_parsed(CredentialSid::parse)?,
        endpoint: c.text()?,
        message_types: c.json()?,
        date_created: c.time()?,
        date_updated: c.time()?,
    })
}

/// Which bindings a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those of these types; without any, of every type.
    pub types: Vec<PushType>,
    /// Those of these identities; without any, of every identity.
    pub identities: BTreeSet<String>,
}

/// One binding of a service.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    sid: &BindingSid,
) -> Result<Option<PushBinding>, StoreError> {
    tx.first(&BY_SID, params![account, service, sid], read)
}

/// Bindings of a service in order of creation. Each identity costs a query.
pub fn list(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    filter: &Filter,
    seek: Seek<'_>,
    limit: i64,
) -> Result<Vec<PushBinding>, StoreError> {
    // A type that is not wanted gives its place to an empty text, which is no type.
    let [a, b, c, d] = PushType::ALL.map(|kind| {
        let is_wanted = filter.types.is_empty() || filter.types.contains(&kind);
        if is_wanted { kind.as_str() } else { "" }
    });
    if filter.identities.is_empty() {
        let stmts = ListStmts { after: &LIST, before: &LIST_BACK };
        return tx.page(&stmts, params![account, service, a, b, c, d], seek, limit, read);
    }
    let mut found = Vec::new();
    // One ordered index range per identity, merged.
    for identity in &filter.identities {
        let stmts = ListStmts { after: &LIST_OF_IDENTITY, before: &LIST_OF_IDENTITY_BACK };
        found.extend(tx.page(&stmts, params![account, service, a, b, c, d, identity], seek, limit, read)?);
    }
    found.sort_by_key(|binding| binding.sid);
    if let Seek::Before(_) = seek {
        found.reverse();
    }
    found.truncate(usize::try_from(limit).unwrap_or_default());
    Ok(found)
}

/// Adds a binding.
pub fn insert(tx: &mut dyn Tx, b: &PushBinding) -> Result<(), StoreError> {
    tx.exec(
        &INSERT,
        params![
            &b.sid,
            &b.account_sid,
            &b.service_sid,
            &b.identity,
            b.binding_type.as_str(),
            b.credential_sid.as_ref(),
            &b.endpoint,
            &to_json(&b.message_types)?,
            b.date_created,
            b.date_updated,
        ],
    )?;
    Ok(())
}

/// Removes a binding; `false` when the service has no such binding.
pub fn delete(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    sid: &BindingSid,
) -> Result<bool, StoreError> {
    Ok(tx.exec(&DELETE, params![account, service, sid])? == 1)
}

/// Removes every binding of an identity.
pub fn delete_of_identity(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    identity: &str,
) -> Result<(), StoreError> {
    tx.exec(&DELETE_OF_IDENTITY, params![account, service, identity])?;
    Ok(())
}

/// Removes up to `limit` bindings of a credential and says how many.
pub fn delete_of_credential(tx: &mut dyn Tx, credential: &CredentialSid, limit: i64) -> Result<u64, StoreError> {
    tx.exec(&DELETE_OF_CREDENTIAL, params![credential, limit])
}

/// Removes up to `limit` bindings of a service and says how many.
pub fn delete_of_service(tx: &mut dyn Tx, service: &ServiceSid, limit: i64) -> Result<u64, StoreError> {
    tx.exec(&DELETE_OF_SERVICE, params![service, limit])
}
