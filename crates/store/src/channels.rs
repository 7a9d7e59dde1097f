//! The tables `channels` and `channel_addresses`. Settings come and go encrypted.

use dwell_core::channel::{Channel, Provider};
use dwell_core::{AccountSid, ChannelSid};

use crate::accounts::SealedSecret;
use crate::columns::Columns;
use crate::error::StoreError;
use crate::statement::{ListStmts, Row, Seek, Tx, params, statements};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT c.sid, c.account_sid, c.provider, c.friendly_name, c.enabled, c.settings, c.takes_groups,
                c.date_created, c.date_updated FROM channels c ",
            $rest
        )
    };
}

statements! {
    BY_SID = select!("WHERE c.sid = ?2 AND c.account_sid = ?1");
    BY_SID_ALONE = select!("WHERE c.sid = ?1");
    BY_SID_LOCKED = select!("WHERE c.sid = ?2 AND c.account_sid = ?1 {lock}");
    BY_ADDRESS =
        select!("JOIN channel_addresses a ON a.channel_sid = c.sid WHERE a.account_sid = ?1 AND a.address = ?2");
    LIST = select!("WHERE c.account_sid = ?1 AND c.sid > ?2 ORDER BY c.sid LIMIT ?3");
    LIST_BACK = select!("WHERE c.account_sid = ?1 AND c.sid < ?2 ORDER BY c.sid DESC LIMIT ?3");
    OF_PROVIDER = select!("WHERE c.provider = ?1 AND c.sid > ?2 ORDER BY c.sid LIMIT ?3");
    OF_ADDRESS =
        select!("JOIN channel_addresses a ON a.channel_sid = c.sid WHERE a.address = ?1 ORDER BY a.account_sid LIMIT ?2");
    ADDRESSES = "SELECT address FROM channel_addresses WHERE channel_sid = ?1 ORDER BY position";
    INSERT =
        "INSERT INTO channels (sid, account_sid, provider, friendly_name, enabled, settings, takes_groups, date_created,
            date_updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    UPDATE =
        "UPDATE channels SET friendly_name = ?3, enabled = ?4, settings = ?5, takes_groups = ?6, date_updated = ?7
         WHERE sid = ?2 AND account_sid = ?1";
    DELETE = "DELETE FROM channels WHERE sid = ?2 AND account_sid = ?1";
    INSERT_ADDRESS =
        "INSERT INTO channel_addresses (account_sid, address, channel_sid, position) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO NOTHING";
    DELETE_ADDRESSES = "DELETE FROM channel_addresses WHERE channel_sid = ?1";
    ANY_WITH_GROUPS = "SELECT sid FROM channels WHERE account_sid = ?1 AND takes_groups = 1 LIMIT 1";
    OWNS = "SELECT channel_sid FROM channel_addresses WHERE account_sid = ?1 AND address = ?2";
}

/// A channel and its settings as they are stored.
#[derive(Clone)]
pub struct Stored {
    /// The channel.
    pub channel: Channel,
    /// Its settings, encrypted.
    pub settings: SealedSecret,
    /// Whether group texts can go through it, as its settings say.
    pub takes_groups: bool,
}

fn read(row: &dyn Row) -> Result<Stored, StoreError> {
    let mut c = Columns::new(row);
    let (sid, account_sid) = (c.parsed(ChannelSid::parse)?, c.parsed(AccountSid::parse)?);
    let (provider, friendly_name, enabled) = (c.parsed(Provider::parse)?, c.opt_text()?, c.flag()?);
    let (settings, takes_groups) = (SealedSecret(c.text()?), c.flag()?);
    let (date_created, date_updated) = (c.time()?, c.time()?);
    let channel = Channel {
        sid,
        account_sid,
        provider,
        friendly_name,
        addresses: Vec::new(),
        enabled,
        date_created,
        date_updated,
    };
    Ok(Stored { channel, settings, takes_groups })
}

/// Adds its addresses to a channel that was read.
fn complete(tx: &mut dyn Tx, mut stored: Stored) -> Result<Stored, StoreError> {
    let sid = stored.channel.sid;
    stored.channel.addresses = tx.all(&ADDRESSES, params![&sid], |row| Columns::new(row).text())?;
    Ok(stored)
}

fn complete_all(tx: &mut dyn Tx, found: Vec<Stored>) -> Result<Vec<Stored>, StoreError> {
    found.into_iter().map(|stored| complete(tx, stored)).collect()
}

/// One channel of an account, without a lock.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn fetch(tx: &mut dyn Tx, account: &AccountSid, sid: &ChannelSid) -> Result<Option<Stored>, StoreError> {
    let found = tx.first(&BY_SID, params![account, sid], read)?;
    found.map(|stored| complete(tx, stored)).transpose()
}

/// One channel of whichever account: for what is told by another side that shows no credentials of Dwell's.
pub fn fetch_anywhere(tx: &mut dyn Tx, sid: &ChannelSid) -> Result<Option<Stored>, StoreError> {
    let found = tx.first(&BY_SID_ALONE, params![sid], read)?;
    found.map(|stored| complete(tx, stored)).transpose()
}

/// One channel of an account, locked until the unit of work ends.
pub fn lock(tx: &mut dyn Tx, account: &AccountSid, sid: &ChannelSid) -> Result<Option<Stored>, StoreError> {
    let found = tx.first(&BY_SID_LOCKED, params![account, sid], read)?;
    found.map(|stored| complete(tx, stored)).transpose()
}

/// The channel that serves an address of an account.
pub fn serving(tx: &mut dyn Tx, account: &AccountSid, address: &str) -> Result<Option<Stored>, StoreError> {
    let found = tx.first(&BY_ADDRESS, params![account, address], read)?;
    found.map(|stored| complete(tx, stored)).transpose()
}

/// Whether an address belongs to a channel of the account.
pub fn owns(tx: &mut dyn Tx, account: &AccountSid, address: &str) -> Result<bool, StoreError> {
    Ok(owner(tx, account, address)?.is_some())
}

/// Whether the account has a channel through which group texts can go.
pub fn any_with_groups(tx: &mut dyn Tx, account: &AccountSid) -> Result<bool, StoreError> {
    Ok(tx.first(&ANY_WITH_GROUPS, params![account], |_| Ok(()))?.is_some())
}

/// Which channel of the account an address belongs to.
pub fn owner(tx: &mut dyn Tx, account: &AccountSid, address: &str) -> Result<Option<ChannelSid>, StoreError> {
    tx.first(&OWNS, params![account, address], |row| Columns::new(row).parsed(ChannelSid::parse))
}

/// Channels of an account in order of creation.
pub fn list(tx: &mut dyn Tx, account: &AccountSid, seek: Seek<'_>, limit: i64) -> Result<Vec<Stored>, StoreError> {
    let found = tx.page(&ListStmts { after: &LIST, before: &LIST_BACK }, params![account], seek, limit, read)?;
    complete_all(tx, found)
}

/// Channels of every account that go through a provider, in order of creation, those after `after`: for
/// those who keep connections to it.
pub fn of_provider(tx: &mut dyn Tx, provider: Provider, after: &str, limit: i64) -> Result<Vec<Stored>, StoreError> {
    let found = tx.all(&OF_PROVIDER, params![provider.as_str(), after, limit], read)?;
    complete_all(tx, found)
}

/// Channels of every account that serve an address: candidates for the owner of a message that shows no
/// credentials.
pub fn of_address(tx: &mut dyn Tx, address: &str, limit: i64) -> Result<Vec<Stored>, StoreError> {
    let found = tx.all(&OF_ADDRESS, params![address, limit], read)?;
    complete_all(tx, found)
}

/// Adds a channel; `false` when another of the account serves one of its addresses already.
pub fn insert(tx: &mut dyn Tx, stored: &Stored) -> Result<bool, StoreError> {
    let c = &stored.channel;
    tx.exec(
        &INSERT,
        params![
            &c.sid,
            &c.account_sid,
            c.provider.as_str(),
            c.friendly_name.as_deref(),
            c.enabled,
            &stored.settings.0,
            stored.takes_groups,
            c.date_created,
            c.date_updated,
        ],
    )?;
    insert_addresses(tx, c)
}

/// Writes everything of a channel that can change; `false` when another of the account serves one of its
/// addresses already.
pub fn update(tx: &mut dyn Tx, stored: &Stored) -> Result<bool, StoreError> {
    let c = &stored.channel;
    let name = c.friendly_name.as_deref();
    let settings = &stored.settings.0;
    let params = params![&c.account_sid, &c.sid, name, c.enabled, settings, stored.takes_groups, c.date_updated];
    tx.exec(&UPDATE, params)?;
    tx.exec(&DELETE_ADDRESSES, params![&c.sid])?;
    insert_addresses(tx, c)
}

fn insert_addresses(tx: &mut dyn Tx, c: &Channel) -> Result<bool, StoreError> {
    for (position, address) in (0_i64..).zip(&c.addresses) {
        if tx.exec(&INSERT_ADDRESS, params![&c.account_sid, address, &c.sid, position])? == 0 {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Removes a channel.
pub fn delete(tx: &mut dyn Tx, account: &AccountSid, sid: &ChannelSid) -> Result<(), StoreError> {
    tx.exec(&DELETE_ADDRESSES, params![sid])?;
    tx.exec(&DELETE, params![account, sid])?;
    Ok(())
}
