//! Group texts (contract §5.3, §11.8): what is checked when the participants of a conversation change, and which
//! conversation holds which set of addresses.

use dwell_core::group::{self, Group};
use dwell_core::{AccountSid, Conversation, ConversationSid, Participant, Reason, limits};
use dwell_store::{Seek, Tx, channels, conversations, participants};

use crate::context::Caller;
use crate::error::Error;

/// One more than a group text may have.
const LOOK_MAX: i64 = limits::GROUP_PARTICIPANTS_MAX as i64 + 1;

/// Checks that there are group texts for the account at all: one of its channels takes them, or, in development,
/// every address leads to simulated phones.
pub(crate) fn check_enabled(tx: &mut dyn Tx, caller: &Caller) -> Result<(), Error> {
    if caller.accepts_any_proxy || channels::any_with_groups(tx, &caller.account.sid)? {
        return Ok(());
    }
    Err(Error::Refused(Reason::GroupMmsNotEnabled))
}

/// Checks that group texts can leave from a projected address: a channel of the account serves it and takes them.
pub(crate) fn check_projected(tx: &mut dyn Tx, caller: &Caller, address: &str) -> Result<(), Error> {
    check_enabled(tx, caller)?;
    match channels::serving(tx, &caller.account.sid, address)? {
        Some(serving) if serving.takes_groups => Ok(()),
        Some(_) => Err(Error::Refused(Reason::ChannelWithoutGroups)),
        None if caller.accepts_any_proxy => Ok(()),
        None => Err(Error::Refused(Reason::ProjectedAddressNotOwned)),
    }
}

/// Checks a projected address by itself.
pub(crate) fn projected(text: &str) -> Result<&str, Reason> {
    if group::is_long_code(text) { Ok(text) } else { Err(Reason::ProxyAddressInvalid) }
}

/// The open conversation that holds a set of addresses. What a deleted service still holds until its rows are
/// removed is let go of.
fn holder(tx: &mut dyn Tx, account: &AccountSid, key: &str) -> Result<Option<ConversationSid>, Error> {
    let Some(holder) = conversations::group_holder(tx, account, key)? else { return Ok(None) };
    if conversations::fetch_anywhere(tx, account, &holder)?.is_some() {
        return Ok(Some(holder));
    }
    conversations::hold_group(tx, account, &holder, None)?;
    Ok(None)
}

/// What is done with a set of addresses that another conversation holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// The change is refused.
    Refused,
    /// The change goes through, and the conversation holds none: nobody is kept in it for that.
    Left,
}

fn weigh(tx: &mut dyn Tx, c: &Conversation, taken: Taken) -> Result<Option<Group>, Error> {
    let everybody = participants::list(tx, &c.account_sid, &c.sid, Seek::After(""), LOOK_MAX)?;
    let group = group::of(&everybody)?;
    let mut key = match &group {
        Some(Group::Complete { key }) => Some(key.as_str()),
        Some(Group::Gathering) | None => None,
    };
    if let Some(wanted) = key
        && let Some(holder) = holder(tx, &c.account_sid, wanted)?
        && holder != c.sid
    {
        if taken == Taken::Refused {
            return Err(Error::Refused(Reason::GroupExists { holder }));
        }
        key = None;
    }
    conversations::hold_group(tx, &c.account_sid, &c.sid, key)?;
    Ok(group)
}

/// Checks the participants of a locked conversation that has changed into, within or out of a group text, and
/// has it hold their addresses once they are enough.
///
/// # Errors
/// [`Reason::GroupExists`]; what [`group::of`] refuses.
pub(crate) fn settle(tx: &mut dyn Tx, c: &Conversation) -> Result<Option<Group>, Error> {
    weigh(tx, c, Taken::Refused)
}

/// The same after one participant was added, who may have nothing to do with group texts.
pub(crate) fn settle_added(tx: &mut dyn Tx, c: &Conversation, added: &Participant) -> Result<(), Error> {
    if added.is_for_group() || participants::any_projected(tx, &c.account_sid, &c.sid)? {
        settle(tx, c)?;
    }
    Ok(())
}

/// The same after one participant was removed, which nothing prevents.
pub(crate) fn settle_removed(tx: &mut dyn Tx, c: &Conversation, removed: &Participant) -> Result<(), Error> {
    if removed.is_for_group() {
        weigh(tx, c, Taken::Left)?;
    }
    Ok(())
}
