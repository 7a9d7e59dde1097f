//! What to call a message that comes in, so that one that comes twice is one.
//!
//! SMPP gives messages from phones no names, so each gets one of ours. An SMSC sends again, in a later
//! session, what it got no answer for in an earlier one, and then the message must have the name that it had.
//! So the names of those are kept for a while that a session ended without answering, or so soon after the
//! answer that it may not have arrived; they are found by their contents.

use std::collections::HashMap;

use aws_lc_rs::digest::{SHA256, digest};
use dwell_core::{ChannelSid, Timestamp};
use parking_lot::Mutex;

use super::frame::Delivered;

/// How long the name of a message without an answer is kept, in seconds: it will come again.
pub(super) const UNANSWERED_SECONDS: i64 = 3_600;
/// How long the name of a message is kept whose answer may have been lost, in seconds: not longer than it takes
/// to come again, since another one with the same text would be taken for it.
pub(super) const DOUBTFUL_SECONDS: i64 = 60;
/// Most names kept for a channel: the oldest go first.
const NAMES_MAX: usize = 1_000;

/// What a message is recognised by: a digest of its addresses and its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Print([u8; 32]);

impl Print {
    pub(super) fn of(delivered: &Delivered) -> Self {
        let sm = &delivered.sm;
        let mut all = Vec::with_capacity(64 + delivered.octets().len());
        for text in [&sm.source_addr, &sm.destination_addr] {
            // Each ends with a null byte, which separates them.
            all.extend_from_slice(text.as_ref());
        }
        all.extend([u8::from(sm.esm_class), u8::from(sm.data_coding)]);
        all.extend_from_slice(delivered.octets());
        let mut print = [0; 32];
        print.copy_from_slice(digest(&SHA256, &all).as_ref());
        Print(print)
    }
}

/// The names, by channel, oldest first.
#[derive(Default)]
pub(super) struct Unanswered(Mutex<HashMap<ChannelSid, Vec<Kept>>>);

struct Kept {
    print: Print,
    name: String,
    until: Timestamp,
}

impl Unanswered {
    /// Keeps the name of a message.
    pub(super) fn keep(&self, channel: ChannelSid, print: Print, name: String, until: Timestamp) {
        let mut all = self.0.lock();
        let kept = all.entry(channel).or_default();
        if kept.len() >= NAMES_MAX {
            kept.remove(0);
        }
        kept.push(Kept { print, name, until });
    }

    /// Takes the name of a message that has come again, once.
    pub(super) fn take(&self, channel: ChannelSid, print: Print, now: Timestamp) -> Option<String> {
        let mut all = self.0.lock();
        let kept = all.get_mut(&channel)?;
        kept.retain(|kept| kept.until > now);
        let found = kept.iter().position(|kept| kept.print == print).map(|at| kept.remove(at).name);
        if kept.is_empty() {
            all.remove(&channel);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use dwell_core::sid::SidBytes;

    use super::*;

    #[test]
    fn a_name_is_given_back_once_and_not_for_ever() {
        let (one, other) = (ChannelSid::new(SidBytes::new(1, 0, [0; 8])), ChannelSid::new(SidBytes::new(2, 0, [0; 8])));
        let (print, second) = (Print([1; 32]), Print([2; 32]));
        let now = Timestamp::EPOCH;
        let unanswered = Unanswered::default();
        let take = |channel, print, at| unanswered.take(channel, print, at);
        // Two messages with the same text, both unanswered, are two.
        for name in ["a", "b"] {
            unanswered.keep(one, print, name.to_owned(), now.plus_seconds(60));
        }
        unanswered.keep(one, second, "c".to_owned(), now.plus_seconds(60));
        assert_eq!(take(other, print, now), None);
        assert_eq!(take(one, print, now).as_deref(), Some("a"));
        assert_eq!(take(one, print, now).as_deref(), Some("b"));
        assert_eq!(take(one, print, now), None);
        assert_eq!(take(one, second, now.plus_seconds(60)), None);
    }

    #[test]
    fn the_oldest_names_make_room() {
        let channel = ChannelSid::new(SidBytes::new(1, 0, [0; 8]));
        let unanswered = Unanswered::default();
        for number in 0..=NAMES_MAX {
            unanswered.keep(channel, Print([1; 32]), number.to_string(), Timestamp::MAX);
        }
        assert_eq!(unanswered.take(channel, Print([1; 32]), Timestamp::EPOCH).as_deref(), Some("1"));
    }
}
