//! The few names and texts that histories are made of: few, so that they meet.

use crate::model::TimerText;

/// Identities of users; one of them is also the author of what nobody said.
pub(crate) const IDENTITIES: [&str; 6] = ["ada", "ben", "cho", "dia", "system", "crowd"];
/// Addresses outside.
pub(crate) const ADDRESSES: [&str; 4] = ["+15550000001", "+15550000002", "+15550000003", "whatsapp:+15550000004"];
/// Addresses that they see.
pub(crate) const PROXIES: [&str; 3] = ["+18880000001", "+18880000002", "whatsapp:+18880000003"];
/// Pairs that a participant may have.
pub(crate) const GOOD_PAIRS: [(&str, &str); 5] = [
    (ADDRESSES[0], PROXIES[0]),
    (ADDRESSES[0], PROXIES[1]),
    (ADDRESSES[1], PROXIES[0]),
    (ADDRESSES[2], PROXIES[1]),
    (ADDRESSES[3], PROXIES[2]),
];
/// Unique names.
pub(crate) const NAMES: [&str; 6] = ["north", "east", "south", "west", "order 17", "été"];
/// Texts of messages.
pub(crate) const BODIES: [&str; 4] = ["hello", "where is it?", "thanks", "🙂"];
/// States as clients write them.
pub(crate) const STATES: [&str; 5] = ["active", "inactive", "closed", "ACTIVE", "Inactive"];
/// States that there are not.
pub(crate) const BAD_STATES: [&str; 3] = ["", "open", "initializing"];

/// Every pair that can be held.
pub(crate) fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    ADDRESSES.iter().flat_map(|address| PROXIES.iter().map(move |proxy| (*address, *proxy)))
}

const fn means(text: &'static str, seconds: i64) -> TimerText {
    TimerText { text, seconds: Some(seconds) }
}

const fn malformed(text: &'static str) -> TimerText {
    TimerText { text, seconds: None }
}

/// Values that one timer or both take.
pub(crate) const TIMERS: [TimerText; 16] = [
    means("PT60S", 60),
    means("PT1M", 60),
    means("PT61S", 61),
    means("PT5M30S", 330),
    means("PT10M", 600),
    means("PT600S", 600),
    means("PT601S", 601),
    means("PT1H", 3_600),
    means("PT60000S", 60_000),
    means("P1D", 86_400),
    means("P1DT2H3M4S", 93_784),
    means("P30D", 2_592_000),
    means("P365D", 31_536_000),
    means("P36525D", 3_155_760_000),
    means("PT0S", 0),
    means("P0D", 0),
];

/// Values that no timer takes, that only one takes, or that look odd.
pub(crate) const ODD_TIMERS: [TimerText; 15] = [
    malformed(""),
    malformed("P1M"),
    malformed("P1Y"),
    malformed("P1W"),
    malformed("PT90.5S"),
    malformed("-PT600S"),
    malformed("pt600s"),
    malformed("PT"),
    malformed("600"),
    malformed("PT99999999999999999999S"),
    malformed("PT600S "),
    means("PT1S", 1),
    means("PT59S", 59),
    means("PT599S", 599),
    means("PT0M0S", 0),
];
