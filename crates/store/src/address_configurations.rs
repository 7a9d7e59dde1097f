//! The table `address_configurations`.

use dwell_core::address_configuration::{Action, AddressConfiguration, AddressType, AutoCreation};
use dwell_core::{AccountSid, AddressSid, FlowSid, ServiceSid};

use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{ListStmts, Row, Seek, Tx, params, statements};
use crate::webhooks::{HookColumns, read_hook};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT sid, account_sid, address_type, address, friendly_name, address_country, auto_enabled, auto_type,
                auto_service_sid, url, method, filters, flow_sid, retry_count, date_created, date_updated
             FROM address_configurations ",
            $rest
        )
    };
}

statements! {
    BY_SID = select!("WHERE sid = ?2 AND account_sid = ?1");
    BY_SID_LOCKED = select!("WHERE sid = ?2 AND account_sid = ?1 {lock}");
    BY_ADDRESS = select!("WHERE account_sid = ?1 AND address = ?2");
    BY_ADDRESS_LOCKED = select!("WHERE account_sid = ?1 AND address = ?2 {lock}");
    BY_TYPE_AND_ADDRESS = select!("WHERE account_sid = ?1 AND address = ?3 AND address_type = ?2");
    LIST = select!("WHERE account_sid = ?1 AND sid > ?2 ORDER BY sid LIMIT ?3");
    LIST_BACK = select!("WHERE account_sid = ?1 AND sid < ?2 ORDER BY sid DESC LIMIT ?3");
    LIST_OF_TYPE = select!("WHERE account_sid = ?1 AND address_type = ?2 AND sid > ?3 ORDER BY sid LIMIT ?4");
    LIST_OF_TYPE_BACK = select!("WHERE account_sid = ?1 AND address_type = ?2 AND sid < ?3 ORDER BY sid DESC LIMIT ?4");
    INSERT =
        "INSERT INTO address_configurations (sid, account_sid, address_type, address, friendly_name, address_country,
            auto_enabled, auto_type, auto_service_sid, url, method, filters, flow_sid, retry_count, date_created,
            date_updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
         ON CONFLICT DO NOTHING";
    UPDATE =
        "UPDATE address_configurations SET friendly_name = ?2, auto_enabled = ?3, auto_type = ?4, auto_service_sid = ?5,
            url = ?6, method = ?7, filters = ?8, flow_sid = ?9, retry_count = ?10, date_updated = ?11
         WHERE sid = ?1";
    DELETE = "DELETE FROM address_configurations WHERE sid = ?1";
}

fn read(row: &dyn Row) -> Result<AddressConfiguration, StoreError> {
    let mut c = Columns::new(row);
    let sid = c.parsed(AddressSid::parse)?;
    let account_sid = c.parsed(AccountSid::parse)?;
    let address_type = c.parsed(AddressType::parse)?;
    let (address, friendly_name, address_country) = (c.text()?, c.opt_text()?, c.opt_text()?);
    let (enabled, auto_type) = (c.flag()?, c.text()?);
    let service_sid = c.opt_parsed(ServiceSid::parse)?;
    let hook = read_hook(&mut c)?;
    let (flow_sid, retry_count) = (c.opt_parsed(FlowSid::parse)?, c.opt_int()?);
    let action = match auto_type.as_str() {
        "default" => Some(Action::Default),
        "webhook" => hook.map(Action::Webhook),
        "studio" => flow_sid.zip(retry_count).map(|(flow_sid, retry_count)| Action::Studio { flow_sid, retry_count }),
        _ => None,
    };
    let corrupt = || StoreError::Corrupt(format!("address configuration {sid} lacks what its type needs"));
    let auto_creation = AutoCreation { enabled, service_sid, action: action.ok_or_else(corrupt)? };
    Ok(AddressConfiguration {
        sid,
        account_sid,
        address_type,
        address,
        friendly_name,
        address_country,
        auto_creation,
        date_created: c.time()?,
        date_updated: c.time()?,
    })
}

/// What an action says of itself in the columns.
#[derive(Default)]
struct ActionColumns<'a> {
    hook: HookColumns<'a>,
    flow_sid: Option<&'a FlowSid>,
    retry_count: Option<i64>,
}

impl<'a> ActionColumns<'a> {
    fn of(action: &'a Action) -> Result<Self, StoreError> {
        Ok(match action {
            Action::Default => Self::default(),
            Action::Webhook(hook) => ActionColumns { hook: HookColumns::of(hook)?, ..Self::default() },
            Action::Studio { flow_sid, retry_count } => {
                ActionColumns { flow_sid: Some(flow_sid), retry_count: Some(*retry_count), ..Self::default() }
            }
        })
    }
}

/// How a path names a configuration (contract §1.6).
#[derive(Debug, Clone, Copy)]
pub enum Key<'a> {
    /// By SID.
    Sid(&'a AddressSid),
    /// By the address itself.
    Address(&'a str),
}

/// One configuration of an account, without a lock.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(tx: &mut dyn Tx, account: &AccountSid, key: Key<'_>) -> Result<Option<AddressConfiguration>, StoreError> {
    match key {
        Key::Sid(sid) => tx.first(&BY_SID, params![account, sid], read),
        Key::Address(address) => tx.first(&BY_ADDRESS, params![account, address], read),
    }
}

/// One configuration of an account, locked until the unit of work ends.
pub fn lock(tx: &mut dyn Tx, account: &AccountSid, key: Key<'_>) -> Result<Option<AddressConfiguration>, StoreError> {
    match key {
        Key::Sid(sid) => tx.first(&BY_SID_LOCKED, params![account, sid], read),
        Key::Address(address) => tx.first(&BY_ADDRESS_LOCKED, params![account, address], read),
    }
}

/// The configuration of the address at which a message of this type arrived. Its service may have been
/// deleted since.
pub fn find(
    tx: &mut dyn Tx,
    account: &AccountSid,
    address_type: AddressType,
    address: &str,
) -> Result<Option<AddressConfiguration>, StoreError> {
    tx.first(&BY_TYPE_AND_ADDRESS, params![account, address_type.as_str(), address], read)
}

/// Configurations of an account, of one type or all, in order of creation.
pub fn list(
    tx: &mut dyn Tx,
    account: &AccountSid,
    address_type: Option<AddressType>,
    seek: Seek<'_>,
    limit: i64,
) -> Result<Vec<AddressConfiguration>, StoreError> {
    match address_type {
        None => tx.page(&ListStmts { after: &LIST, before: &LIST_BACK }, params![account], seek, limit, read),
        Some(of) => {
            let list = ListStmts { after: &LIST_OF_TYPE, before: &LIST_OF_TYPE_BACK };
            tx.page(&list, params![account, of.as_str()], seek, limit, read)
        }
    }
}

/// Adds a configuration; `false` when the address has one in its account.
pub fn insert(tx: &mut dyn Tx, a: &AddressConfiguration) -> Result<bool, StoreError> {
    let columns = ActionColumns::of(&a.auto_creation.action)?;
    let changed = tx.exec(
        &INSERT,
        params![
            &a.sid,
            &a.account_sid,
            a.address_type.as_str(),
            &a.address,
            a.friendly_name.as_deref(),
            a.address_country.as_deref(),
            a.auto_creation.enabled,
            a.auto_creation.action.type_str(),
            a.auto_creation.service_sid.as_ref(),
            columns.hook.url,
            columns.hook.method,
            columns.hook.filters.as_deref(),
            columns.flow_sid,
            columns.retry_count,
            a.date_created,
            a.date_updated,
        ],
    )?;
    Ok(changed == 1)
}

/// Writes everything of a configuration that the API can change.
pub fn update(tx: &mut dyn Tx, a: &AddressConfiguration) -> Result<(), StoreError> {
    let columns = ActionColumns::of(&a.auto_creation.action)?;
    tx.exec(
        &UPDATE,
        params![
            &a.sid,
            a.friendly_name.as_deref(),
            a.auto_creation.enabled,
            a.auto_creation.action.type_str(),
            a.auto_creation.service_sid.as_ref(),
            columns.hook.url,
            columns.hook.method,
            columns.hook.filters.as_deref(),
            columns.flow_sid,
            columns.retry_count,
            a.date_updated,
        ],
    )?;
    Ok(())
}

/// Removes a configuration.
pub fn delete(tx: &mut dyn Tx, sid: &AddressSid) -> Result<(), StoreError> {
    tx.exec(&DELETE, params![sid])?;
    Ok(())
}
