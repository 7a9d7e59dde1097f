//! The table `webhook_configurations`: what accounts and services have set up for their webhooks. A
//! row is there once something was set up, and stays.

use dwell_core::webhook::{Configuration, Configurations, Method, Routing};
use dwell_core::{AccountSid, ServiceSid};

use crate::columns::{Columns, to_json};
use crate::error::StoreError;
use crate::statement::{Row, Tx, params, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!("SELECT owner_sid, pre_url, post_url, method, filters, routing FROM webhook_configurations ", $rest)
    };
}

statements! {
    BY_OWNER = select!("WHERE account_sid = ?1 AND owner_sid = ?2");
    BY_OWNER_LOCKED = select!("WHERE account_sid = ?1 AND owner_sid = ?2 {lock}");
    BY_ACCOUNT_AND_SERVICE = select!("WHERE account_sid = ?1 AND owner_sid IN (?1, ?2)");
    INSERT =
        "INSERT INTO webhook_configurations (account_sid, owner_sid, pre_url, post_url, method, filters, routing)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT DO NOTHING";
    UPDATE =
        "UPDATE webhook_configurations SET pre_url = ?3, post_url = ?4, method = ?5, filters = ?6, routing = ?7
         WHERE account_sid = ?1 AND owner_sid = ?2";
    DELETE = "DELETE FROM webhook_configurations WHERE account_sid = ?1 AND owner_sid = ?2";
}

/// Whose configuration it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// The account's.
    Account,
    /// That of one of its services.
    Service(ServiceSid),
}

impl Owner {
    fn sid<'a>(&'a self, account: &'a AccountSid) -> &'a str {
        match self {
            Owner::Account => account,
            Owner::Service(service) => service,
        }
    }
}

fn read(row: &dyn Row) -> Result<(String, Configuration), StoreError> {
    let mut c = Columns::new(row);
    let owner_sid = c.text()?;
    let configuration = Configuration {
        pre_url: c.opt_text()?,
        post_url: c.opt_text()?,
        method: c.parsed(Method::parse)?,
        filters: c.parsed(|text| serde_json::from_str(text).ok())?,
        routing: c.parsed(Routing::parse)?,
    };
    Ok((owner_sid, configuration))
}

/// What an owner has set up; `None` when nothing ever was.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(tx: &mut dyn Tx, account: &AccountSid, owner: Owner) -> Result<Option<Configuration>, StoreError> {
    Ok(tx.first(&BY_OWNER, params![account, owner.sid(account)], read)?.map(|(_, configuration)| configuration))
}

/// What an account and one of its services have set up, for whoever tells their webhooks something.
pub fn fetch_both(tx: &mut dyn Tx, account: &AccountSid, service: &ServiceSid) -> Result<Configurations, StoreError> {
    let mut both = Configurations::default();
    for (owner_sid, configuration) in tx.all(&BY_ACCOUNT_AND_SERVICE, params![account, service], read)? {
        let place = if owner_sid == account.as_str() { &mut both.account } else { &mut both.service };
        *place = Some(configuration);
    }
    Ok(both)
}

/// What an owner has set up, locked until the unit of work ends; the default when nothing ever was,
/// which from now on counts as set up.
pub fn lock(tx: &mut dyn Tx, account: &AccountSid, owner: Owner) -> Result<Configuration, StoreError> {
    exec(tx, &INSERT, account, owner, &Configuration::default())?;
    let found = tx.first(&BY_OWNER_LOCKED, params![account, owner.sid(account)], read)?;
    Ok(found.map(|(_, configuration)| configuration).unwrap_or_default())
}

/// Writes what an owner that was [locked](lock) has set up.
pub fn update(tx: &mut dyn Tx, account: &AccountSid, owner: Owner, c: &Configuration) -> Result<(), StoreError> {
    exec(tx, &UPDATE, account, owner, c)
}

fn exec(
    tx: &mut dyn Tx,
    stmt: &'static crate::Stmt,
    account: &AccountSid,
    owner: Owner,
    c: &Configuration,
) -> Result<(), StoreError> {
    tx.exec(
        stmt,
        params![
            account,
            owner.sid(account),
            c.pre_url.as_deref(),
            c.post_url.as_deref(),
            c.method.as_str(),
            &to_json(&c.filters)?,
            c.routing.as_str(),
        ],
    )?;
    Ok(())
}

/// Removes what an owner has set up.
pub fn delete(tx: &mut dyn Tx, account: &AccountSid, owner: Owner) -> Result<(), StoreError> {
    tx.exec(&DELETE, params![account, owner.sid(account)])?;
    Ok(())
}
