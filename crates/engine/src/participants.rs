//! Participants: create, fetch, list, update, delete.

mod create;
mod delete;
mod fetch;
mod list;
mod update;

pub use create::Create;
pub(crate) use create::{Sids, add};
pub(crate) use delete::remove;
pub use update::Update;
pub(crate) use update::{move_read_horizon, save_changed};

use dwell_core::address::BindingType;
use dwell_core::address_configuration::AddressType;
use dwell_core::role::RoleType;
use dwell_core::{AccountSid, Conversation, ConversationSid, Participant, ParticipantSid, Reason, RoleSid, ServiceSid};
use dwell_store::participants::{self, Key};
use dwell_store::{Tx, address_configurations, channels, conversations, roles};

use crate::context::Caller;
use crate::error::Error;

/// A participant of a conversation, by SID or identity (contract §1.6).
pub(crate) fn find(tx: &mut dyn Tx, c: &Conversation, segment: &str) -> Result<Participant, Error> {
    let sid = ParticipantSid::parse(segment);
    let key = sid.as_ref().map_or(Key::Identity(segment), Key::Sid);
    participants::fetch(tx, &c.account_sid, &c.sid, key)?.ok_or(Error::NotFound)
}

/// The conversation that holds an (address, proxy address) pair. What a deleted service still holds
/// until its rows are removed is let go of.
pub(crate) fn pair_holder(
    tx: &mut dyn Tx,
    account: &AccountSid,
    address: &str,
    proxy_address: &str,
) -> Result<Option<ConversationSid>, Error> {
    let Some((holder, _)) = participants::pair_holder(tx, account, address, proxy_address)? else {
        return Ok(None);
    };
    if conversations::fetch_anywhere(tx, account, &holder)?.is_some() {
        return Ok(Some(holder));
    }
    participants::release(tx, &[holder])?;
    Ok(None)
}

/// Checks that a proxy address belongs to the account: to one of its channels or address configurations. A
/// WhatsApp sender has to be enabled as well, when it is a channel's (contract §5.3).
pub(crate) fn check_proxy(tx: &mut dyn Tx, caller: &Caller, proxy_address: &str) -> Result<(), Error> {
    if caller.accepts_any_proxy {
        return Ok(());
    }
    let account = &caller.account.sid;
    let kind = BindingType::of(proxy_address).ok_or(Reason::ProxyAddressInvalid)?;
    if let Some(serving) = channels::serving(tx, account, proxy_address)? {
        if kind == BindingType::Whatsapp && !serving.channel.enabled {
            return Err(Error::Refused(Reason::WhatsappSenderNotEnabled));
        }
        return Ok(());
    }
    let configured = match AddressType::parse(kind.as_str()) {
        Some(kind) => address_configurations::find(tx, account, kind, proxy_address)?,
        None => None,
    };
    configured.map(|_| ()).ok_or(Error::Refused(Reason::ProxyAddressNotOwned))
}

/// Checks that a role exists in the service and is of the wanted type.
pub(crate) fn check_role(
    tx: &mut dyn Tx,
    account: &AccountSid,
    service: &ServiceSid,
    text: &str,
    wanted: RoleType,
) -> Result<RoleSid, Error> {
    let role = match RoleSid::parse(text) {
        Some(sid) => roles::fetch(tx, account, service, &sid)?,
        None => None,
    };
    match role {
        None => Err(Error::Refused(Reason::RoleNotFound)),
        Some(role) if role.role_type != wanted => Err(Error::Refused(match wanted {
            RoleType::Conversation => Reason::ConversationRoleNotFound,
            RoleType::Service => Reason::ServiceRoleNotFound,
        })),
        Some(role) => Ok(role.sid),
    }
}
