//! The tables `desk_settings` and `agents`: how work is handed out in an account, and to whom.

use dwell_core::session::{AgentDesk, DeskSettings, Routing};
use dwell_core::{AccountSid, Timestamp};

use crate::columns::{Columns, to_json};
use crate::error::StoreError;
use crate::statement::{Row, Tx, params, statements};

/// How many sessions somebody has with which status.
macro_rules! count {
    ($statuses:literal) => {
        concat!(
            "(SELECT COUNT(*) FROM sessions s WHERE s.account_sid = a.account_sid AND s.owner = a.identity
                AND s.status IN (",
            $statuses,
            ") AND s.date_ended IS NULL)"
        )
    };
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT a.identity, a.available, a.limit_own, a.queues, a.assigned_at, ",
            count!("'active'"),
            ", ",
            count!("'paused', 'inactive'"),
            " FROM agents a ",
            $rest
        )
    };
}

statements! {
    SETTINGS = "SELECT routing, count_inactive, limit_default FROM desk_settings WHERE account_sid = ?1";
    SETTINGS_LOCKED = "SELECT routing, count_inactive, limit_default FROM desk_settings WHERE account_sid = ?1 {lock}";
    INSERT_SETTINGS =
        "INSERT INTO desk_settings (account_sid, routing, count_inactive, limit_default) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO NOTHING";
    UPDATE_SETTINGS =
        "UPDATE desk_settings SET routing = ?2, count_inactive = ?3, limit_default = ?4 WHERE account_sid = ?1";
    AVAILABLE = select!(
        "WHERE a.account_sid = ?1 AND a.available = 1 AND EXISTS (SELECT 1 FROM people p
            WHERE p.account_sid = a.account_sid AND p.identity = a.identity AND p.disabled_at IS NULL)
         ORDER BY a.identity"
    );
    ALL_OF_ACCOUNT = select!("WHERE a.account_sid = ?1 ORDER BY a.identity");
    BY_IDENTITY = select!("WHERE a.account_sid = ?1 AND a.identity = ?2");
    PUT =
        "INSERT INTO agents (account_sid, identity, available, limit_own, queues) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (account_sid, identity) DO UPDATE SET available = excluded.available,
            limit_own = excluded.limit_own, queues = excluded.queues";
    ASSIGNED = "UPDATE agents SET assigned_at = ?3 WHERE account_sid = ?1 AND identity = ?2";
    LOAD =
        "SELECT s.status, COUNT(*) FROM sessions s
         WHERE s.account_sid = ?1 AND s.status = ?3 AND s.owner = ?2 AND s.date_ended IS NULL GROUP BY s.status";
}

fn read_settings(row: &dyn Row) -> Result<DeskSettings, StoreError> {
    let mut c = Columns::new(row);
    Ok(DeskSettings { routing: c.parsed(Routing::parse)?, count_inactive: c.flag()?, limit_default: c.int()? })
}

fn read(row: &dyn Row) -> Result<AgentDesk, StoreError> {
    let mut c = Columns::new(row);
    Ok(AgentDesk {
        identity: c.text()?,
        available: c.flag()?,
        limit_own: c.opt_int()?,
        queues: c.json()?,
        assigned_at: c.opt_time()?,
        used: c.int()?,
        inactive: c.int()?,
    })
}

/// How an account hands out its work.
///
/// # Errors
/// Any [`StoreError`]; so for every function of this module.
pub fn settings(tx: &mut dyn Tx, account: &AccountSid) -> Result<DeskSettings, StoreError> {
    Ok(tx.first(&SETTINGS, params![account], read_settings)?.unwrap_or_default())
}

/// The same, locked until the unit of work ends. Whoever changes who has how many sessions holds it: so nobody's
/// count changes while another is being given work.
pub fn lock_settings(tx: &mut dyn Tx, account: &AccountSid) -> Result<DeskSettings, StoreError> {
    if let Some(settings) = tx.first(&SETTINGS_LOCKED, params![account], read_settings)? {
        return Ok(settings);
    }
    let new = DeskSettings::default();
    tx.exec(&INSERT_SETTINGS, params![account, new.routing.as_str(), new.count_inactive, new.limit_default])?;
    Ok(tx.first(&SETTINGS_LOCKED, params![account], read_settings)?.unwrap_or(new))
}

/// Writes how an account hands out its work, once it is locked.
pub fn update_settings(tx: &mut dyn Tx, account: &AccountSid, settings: &DeskSettings) -> Result<(), StoreError> {
    let DeskSettings { routing, count_inactive, limit_default } = settings;
    tx.exec(&UPDATE_SETTINGS, params![account, routing.as_str(), *count_inactive, *limit_default])?;
    Ok(())
}

/// Those who are available for work and may still sign in, with what they have of it.
pub fn available(tx: &mut dyn Tx, account: &AccountSid) -> Result<Vec<AgentDesk>, StoreError> {
    tx.all(&AVAILABLE, params![account], read)
}

/// Everybody who ever said whether they are available, with what they have of work.
pub fn list(tx: &mut dyn Tx, account: &AccountSid) -> Result<Vec<AgentDesk>, StoreError> {
    tx.all(&ALL_OF_ACCOUNT, params![account], read)
}

/// One of the account, with what they have of work; who never said anything is not available.
pub fn fetch(tx: &mut dyn Tx, account: &AccountSid, identity: &str) -> Result<AgentDesk, StoreError> {
    if let Some(desk) = tx.first(&BY_IDENTITY, params![account, identity], read)? {
        return Ok(desk);
    }
    let mut count = |status: &str| {
        let of = params![account, identity, status];
        Ok::<_, StoreError>(tx.first(&LOAD, of, |row| Ok(row.opt_int(1)?.unwrap_or_default()))?.unwrap_or_default())
    };
    let (used, inactive) = (count("active")?, count("paused")? + count("inactive")?);
    Ok(AgentDesk { used, inactive, ..AgentDesk::new(identity) })
}

/// Writes whether somebody is available, for how much and for what.
pub fn put(tx: &mut dyn Tx, account: &AccountSid, desk: &AgentDesk) -> Result<(), StoreError> {
    let queues = to_json(&desk.queues)?;
    tx.exec(&PUT, params![account, &desk.identity, desk.available, desk.limit_own, &queues])?;
    Ok(())
}

/// Notes when routing last gave somebody a session.
pub fn note_assigned(tx: &mut dyn Tx, account: &AccountSid, identity: &str, at: Timestamp) -> Result<(), StoreError> {
    tx.exec(&ASSIGNED, params![account, identity, at])?;
    Ok(())
}
