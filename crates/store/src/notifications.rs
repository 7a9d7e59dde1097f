//! The table `notifications`: what services send to their users' devices.

use dwell_core::{AccountSid, Notifications, ServiceSid};

use crate::columns::{Columns, to_json};
use crate::error::StoreError;
use crate::statement::{Tx, params, statements};

statements! {
    OF_SERVICE = "SELECT settings FROM notifications WHERE service_sid = ?2 AND account_sid = ?1";
    SAVE =
        "INSERT INTO notifications (service_sid, account_sid, settings) VALUES (?2, ?1, ?3)
         ON CONFLICT (service_sid) DO UPDATE SET settings = excluded.settings";
    DELETE = "DELETE FROM notifications WHERE service_sid = ?1";
}

/// The settings of a service: the defaults until some are saved.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(tx: &mut dyn Tx, account: &AccountSid, service: &ServiceSid) -> Result<Notifications, StoreError> {
    let found = tx.first(&OF_SERVICE, params![account, service], |row| Columns::new(row).json())?;
    Ok(found.unwrap_or_default())
}

/// Keeps the settings of a service.
pub fn save(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    settings: &Notifications,
) -> Result<(), StoreError> {
    tx.exec(&SAVE, params![account, service, &to_json(settings)?])?;
    Ok(())
}

/// Forgets the settings of a service.
pub fn delete(tx: &mut dyn Tx, service: &ServiceSid) -> Result<(), StoreError> {
    tx.exec(&DELETE, params![service])?;
    Ok(())
}
