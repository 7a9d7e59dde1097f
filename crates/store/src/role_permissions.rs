//! The table `role_permissions`: what the roles of people may do in an account, where its admins have set it.

use dwell_core::person::{PersonRole, Switches};
use dwell_core::{AccountSid, Timestamp};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{Tx, params, statements};

statements! {
    BY_ROLE =
        "SELECT can_inactivate, can_end, can_end_others, can_bulk FROM role_permissions
         WHERE account_sid = ?1 AND role = ?2";
    PUT =
        "INSERT INTO role_permissions (account_sid, role, can_inactivate, can_end, can_end_others, can_bulk, date_updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (account_sid, role) DO UPDATE SET can_inactivate = excluded.can_inactivate,
            can_end = excluded.can_end, can_end_others = excluded.can_end_others, can_bulk = excluded.can_bulk,
            date_updated = excluded.date_updated";
}

/// What an account has set for a role; `None` as long as nothing.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(tx: &mut dyn Tx, account: &AccountSid, role: PersonRole) -> Result<Option<Switches>, StoreError> {
    tx.first(&BY_ROLE, params![account, role.as_str()], |row| {
        let mut c = Columns::new(row);
        Ok(Switches { can_inactivate: c.flag()?, can_end: c.flag()?, can_end_others: c.flag()?, can_bulk: c.flag()? })
    })
}

/// Sets what a role may do.
pub fn put(
    tx: &mut dyn Tx,
    account: &AccountSid,
    role: PersonRole,
    s: Switches,
    now: Timestamp,
) -> Result<(), StoreError> {
    let params = params![account, role.as_str(), s.can_inactivate, s.can_end, s.can_end_others, s.can_bulk, now];
    tx.exec(&PUT, params)?;
    Ok(())
}
