//! Simulated telephones: where messages of `loopback` channels go, and come from. For development.
//!
//! A phone is an address; there is nothing to set up. In development an address that no channel serves leads to
//! phones by itself.

mod list;
mod receive;
mod report;
mod send;

use dwell_core::channel::{Channel, Provider};
use dwell_core::{AccountSid, ChannelSid, Timestamp};
use dwell_store::{Tx, phones};

use crate::context::Caller;
use crate::error::Error;

pub use report::Report;
pub use send::{Send, Sent};

/// The SID of the channel that is there by itself: the account's digits, under which no other channel is.
pub(crate) fn own_channel_sid(account: &AccountSid) -> Option<ChannelSid> {
    ChannelSid::parse(&format!("{}{}", ChannelSid::PREFIX, account.get(AccountSid::PREFIX.len()..)?))
}

/// The channel that is there by itself, in development, for an address that no other serves. It is in no list.
pub(crate) fn own_channel(account: &AccountSid, address: Option<&str>) -> Option<Channel> {
    Some(Channel {
        sid: own_channel_sid(account)?,
        account_sid: *account,
        provider: Provider::Loopback,
        friendly_name: None,
        addresses: address.map(str::to_owned).into_iter().collect(),
        enabled: true,
        date_created: Timestamp::EPOCH,
        date_updated: Timestamp::EPOCH,
    })
}

/// Whether the account has phones at all.
fn check_any(tx: &mut dyn Tx, caller: &Caller) -> Result<AccountSid, Error> {
    let account = caller.account.sid;
    if caller.accepts_any_proxy || phones::any_channel(tx, &account)? { Ok(account) } else { Err(Error::NotFound) }
}
