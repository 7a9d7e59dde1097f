//! Group texts: people write to each other from their telephones, and those in the chat take part under numbers
//! of the account (contract §5.3, §11.8).
//!
//! A conversation is one as soon as one of its participants has a projected address. A participant with an
//! address alone is a telephone in it, one with a projected address is in the chat, or waits for an identity.

use crate::address::BindingType;
use crate::limits::{GROUP_PARTICIPANTS_MAX, GROUP_PARTICIPANTS_MIN};
use crate::participant::{Binding, Participant};
use crate::reason::Reason;

/// The codes of the numbers that are free for those who call them, and take no group texts.
const TOLL_FREE: [&str; 7] = ["800", "833", "844", "855", "866", "877", "888"];

/// How far a group text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Group {
    /// It has too few participants for messages.
    Gathering,
    /// Messages come and go: those among exactly these addresses are its own.
    Complete {
        /// All its addresses, as [`key_of`] writes them.
        key: String,
    },
}

/// Whether an address can take part in a group text: an ordinary number of ten digits under `+1`. Which country
/// it is in cannot be told from it.
pub fn is_long_code(address: &str) -> bool {
    let Some(digits) = address.strip_prefix("+1") else { return false };
    let is_free = TOLL_FREE.iter().any(|code| digits.starts_with(code));
    let begins_well = digits.starts_with(|digit: char| ('2'..='9').contains(&digit));
    digits.len() == 10 && digits.bytes().all(|digit| digit.is_ascii_digit()) && begins_well && !is_free
}

/// The text by which a set of addresses is known, whatever their order.
pub fn key_of<'a>(addresses: impl IntoIterator<Item = &'a str>) -> String {
    let mut addresses: Vec<_> = addresses.into_iter().collect();
    addresses.sort_unstable();
    addresses.join(" ")
}

/// Whether participants make a group text.
pub fn is_group(participants: &[Participant]) -> bool {
    participants.iter().filter_map(|p| p.binding.as_ref()).any(|binding| binding.projected_address.is_some())
}

/// What the participants of a conversation make, all of them or one more than a group text may have; `None`
/// when it is no group text.
///
/// # Errors
/// [`Reason::GroupTooLarge`], [`Reason::GroupWithProxyAddresses`], [`Reason::GroupMemberWithoutAddress`] and
/// [`Reason::GroupMemberTwice`].
pub fn of(participants: &[Participant]) -> Result<Option<Group>, Reason> {
    if !is_group(participants) {
        return Ok(None);
    }
    if participants.len() > GROUP_PARTICIPANTS_MAX {
        return Err(Reason::GroupTooLarge);
    }
    let mut addresses = Vec::with_capacity(participants.len());
    for participant in participants {
        let binding = participant.binding.as_ref().ok_or(Reason::GroupMemberWithoutAddress)?;
        if binding.proxy_address.is_some() {
            return Err(Reason::GroupWithProxyAddresses);
        }
        addresses.push(address_of(binding).ok_or(Reason::GroupMemberWithoutAddress)?);
    }
    let key = key_of(addresses.iter().copied());
    addresses.sort_unstable();
    addresses.dedup();
    if addresses.len() < participants.len() {
        return Err(Reason::GroupMemberTwice);
    }
    let is_complete = participants.len() >= GROUP_PARTICIPANTS_MIN;
    Ok(Some(if is_complete { Group::Complete { key } } else { Group::Gathering }))
}

/// The address that a binding has in a group text: its own, or the account's under which it takes part.
pub fn address_of(binding: &Binding) -> Option<&str> {
    let own = binding.address.as_deref().filter(|_| binding.binding_type == BindingType::Sms.as_str());
    binding.projected_address.as_deref().or(own)
}

/// The participant of a group text that is meant by the author of a message: an identity, an address or a
/// projected address.
pub fn member<'a>(participants: &'a [Participant], author: &str) -> Option<&'a Participant> {
    let by_identity = participants.iter().find(|p| p.identity.as_deref() == Some(author));
    let has_address = |p: &&Participant| p.binding.as_ref().and_then(address_of) == Some(author);
    by_identity.or_else(|| participants.iter().find(has_address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::participant::NotificationLevel;
    use crate::sid::{AccountSid, ConversationSid, ParticipantSid, ServiceSid, SidBytes};
    use crate::time::Timestamp;

    fn participant(identity: Option<&str>, binding: Option<Binding>) -> Participant {
        let bytes = SidBytes::new(0, 0, [0; 8]);
        Participant {
            sid: ParticipantSid::new(bytes),
            account_sid: AccountSid::new(bytes),
            service_sid: ServiceSid::new(bytes),
            conversation_sid: ConversationSid::new(bytes),
            identity: identity.map(str::to_owned),
            binding,
            role_sid: None,
            attributes: String::new(),
            last_read_message_index: None,
            last_read_timestamp: None,
            notification_level: NotificationLevel::Default,
            date_created: Timestamp::EPOCH,
            date_updated: Timestamp::EPOCH,
        }
    }

    fn binding(address: Option<&str>, proxy: Option<&str>, projected: Option<&str>) -> Option<Binding> {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Some(Binding {
            binding_type: "sms".to_owned(),
            address: own(address),
            proxy_address: own(proxy),
            projected_address: own(projected),
            ..Binding::default()
        })
    }

    fn phone(address: &str) -> Participant {
        participant(None, binding(Some(address), None, None))
    }

    fn chat(identity: &str, projected: &str) -> Participant {
        participant(Some(identity), binding(None, None, Some(projected)))
    }

    #[test]
    fn ordinary_numbers_of_north_america_are_long_codes() {
        for (address, expected) in [
            ("+15017122661", true),
            ("+12125550100", true),
            ("+18005550100", false),
            ("+18885550100", false),
            ("+11125550100", false),
            ("+1501712266", false),
            ("+150171226610", false),
            ("+1501712266a", false),
            ("+1١٢٣٤٥", false),
            ("+447700900123", false),
            ("whatsapp:+15017122661", false),
            ("12345", false),
            ("", false),
        ] {
            assert_eq!(is_long_code(address), expected, "{address}");
        }
    }

    #[test]
    fn three_addresses_make_a_group_whatever_their_order() {
        let (ann, a, b) = (chat("ann", "+19"), phone("+11"), phone("+12"));
        assert_eq!(of(&[]), Ok(None));
        assert_eq!(of(&[a.clone(), b.clone()]), Ok(None), "nobody takes part for the account");
        assert_eq!(of(&[ann.clone(), a.clone()]), Ok(Some(Group::Gathering)));
        let complete = Ok(Some(Group::Complete { key: "+11 +12 +19".to_owned() }));
        assert_eq!(of(&[ann.clone(), b.clone(), a.clone()]), complete);
        assert_eq!(of(&[a, ann, b]), complete);
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let (ann, a) = (chat("ann", "+19"), phone("+11"));
        let pair = participant(None, binding(Some("+12"), Some("+18"), None));
        let mut app = phone("whatsapp:+12");
        app.binding.as_mut().unwrap().binding_type = "whatsapp".to_owned();
        for (other, reason) in [
            (pair, Reason::GroupWithProxyAddresses),
            (participant(Some("bob"), None), Reason::GroupMemberWithoutAddress),
            (app, Reason::GroupMemberWithoutAddress),
            (phone("+11"), Reason::GroupMemberTwice),
            (phone("+19"), Reason::GroupMemberTwice),
            (chat("bob", "+19"), Reason::GroupMemberTwice),
        ] {
            assert_eq!(of(&[ann.clone(), a.clone(), other]), Err(reason));
        }
        let mut many: Vec<_> = (0..9).map(|n| phone(&format!("+1{n}"))).collect();
        many.push(chat("ann", "+2"));
        assert!(of(&many).is_ok());
        many.push(phone("+3"));
        assert_eq!(of(&many), Err(Reason::GroupTooLarge));
    }

    #[test]
    fn an_author_is_an_identity_before_an_address() {
        let everybody = [phone("ann"), chat("ann", "+19"), phone("+11")];
        let by = |author| member(&everybody, author).map(|found| found.binding.as_ref().and_then(address_of).unwrap());
        assert_eq!((by("ann"), by("+11"), by("+19"), by("bob")), (Some("+19"), Some("+11"), Some("+19"), None));
    }
}
