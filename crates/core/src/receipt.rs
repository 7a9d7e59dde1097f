//! Receipts: what became of a message on its way to each participant outside the chat (contract
//! §5.5, §7.4, §7.5).

use crate::sid::{AccountSid, ChannelSid, ConversationSid, MessageSid, ParticipantSid, ReceiptSid};
use crate::time::Timestamp;

/// What a channel says of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// The channel took it.
    Sent,
    /// It reached the participant's device.
    Delivered,
    /// The participant has seen it.
    Read,
    /// It never left.
    Failed,
    /// The carrier refused it.
    Undelivered,
}

impl Status {
    /// Every status.
    pub const ALL: [Status; 5] = [Status::Sent, Status::Delivered, Status::Read, Status::Failed, Status::Undelivered];

    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Status::Sent => "sent",
            Status::Delivered => "delivered",
            Status::Read => "read",
            Status::Failed => "failed",
            Status::Undelivered => "undelivered",
        }
    }

    /// Reads a name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }

    /// Whether this is news after `latest`. Channels repeat themselves and overtake themselves: what
    /// got as far as a device has not failed, and what failed stays so.
    pub fn follows(self, latest: Option<Status>) -> bool {
        match (latest, self) {
            (None, _) => true,
            (Some(Status::Sent), next) => next != Status::Sent,
            (Some(Status::Delivered), next) => next == Status::Read,
            (Some(Status::Read | Status::Failed | Status::Undelivered), _) => false,
        }
    }

    /// Whether the message did not get there.
    pub const fn is_failure(self) -> bool {
        matches!(self, Status::Failed | Status::Undelivered)
    }
}

/// What became of a message on its way to one participant: the latest status alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Its SID.
    pub sid: ReceiptSid,
    /// The account that owns it.
    pub account_sid: AccountSid,
    /// The conversation of the message.
    pub conversation_sid: ConversationSid,
    /// The message.
    pub message_sid: MessageSid,
    /// The place of the message in the conversation.
    pub message_index: i64,
    /// The participant outside the chat; it may have left since.
    pub participant_sid: ParticipantSid,
    /// The channel that took the message; `None` until one has.
    pub channel_sid: Option<ChannelSid>,
    /// The channel's own name for the message.
    pub channel_message_sid: Option<String>,
    /// The latest status; `None` until a channel has said anything.
    pub status: Option<Status>,
    /// Why it failed, as the channel numbers its errors.
    pub error_code: Option<i64>,
    /// When it was created.
    pub date_created: Timestamp,
    /// When its status last changed.
    pub date_updated: Timestamp,
}

impl Receipt {
    /// Takes a channel's word at `now`; `false`, and nothing changed, when it is no news. An error
    /// code belongs to a failure and is passed over otherwise.
    pub fn advance(&mut self, status: Status, error_code: Option<i64>, now: Timestamp) -> bool {
        if !status.follows(self.status) {
            return false;
        }
        self.status = Some(status);
        self.error_code = error_code.filter(|_| status.is_failure());
        self.date_updated = now.max(self.date_updated);
        true
    }
}

/// How many of a message's receipts have each status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the statuses")]
pub struct Tally {
    /// All of them, those without a status included.
    pub total: i64,
    pub sent: i64,
    pub delivered: i64,
    pub read: i64,
    pub failed: i64,
    pub undelivered: i64,
}

/// A share of a message's receipts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the contract's")]
pub enum Share {
    All,
    Some,
    None,
}

impl Share {
    const fn of(count: i64, total: i64) -> Self {
        match count {
            0 => Share::None,
            count if count == total => Share::All,
            _ => Share::Some,
        }
    }

    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Share::All => "all",
            Share::Some => "some",
            Share::None => "none",
        }
    }
}

/// What became of a message, over all participants outside the chat. Statuses accumulate: what was
/// read was delivered, and what was delivered was sent. What failed counts as that alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivery {
    /// How many participants it goes to.
    pub total: i64,
    /// To how many it was sent.
    pub sent: Share,
    /// To how many it was delivered.
    pub delivered: Share,
    /// By how many it was read.
    pub read: Share,
    /// To how many it never left.
    pub failed: Share,
    /// To how many the carrier refused to take it.
    pub undelivered: Share,
}

impl Delivery {
    /// The summary of a message's receipts; `None` without any (contract §18 U22).
    pub fn of(tally: &Tally) -> Option<Self> {
        let share = |count| Share::of(count, tally.total);
        let delivered = tally.delivered + tally.read;
        (tally.total > 0).then(|| Delivery {
            total: tally.total,
            sent: share(tally.sent + delivered),
            delivered: share(delivered),
            read: share(tally.read),
            failed: share(tally.failed),
            undelivered: share(tally.undelivered),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sid::SidBytes;

    fn receipt() -> Receipt {
        let bytes = SidBytes::new(1, 0, [0; 8]);
        Receipt {
            sid: ReceiptSid::new(bytes),
            account_sid: AccountSid::new(bytes),
            conversation_sid: ConversationSid::new(bytes),
            message_sid: MessageSid::new(bytes),
            message_index: 0,
            participant_sid: ParticipantSid::new(bytes),
            channel_sid: None,
            channel_message_sid: None,
            status: None,
            error_code: None,
            date_created: Timestamp::EPOCH,
            date_updated: Timestamp::EPOCH,
        }
    }

    fn tally(statuses: &[Option<Status>]) -> Tally {
        let count = |wanted| statuses.iter().filter(|status| **status == Some(wanted)).count() as i64;
        Tally {
            total: statuses.len() as i64,
            sent: count(Status::Sent),
            delivered: count(Status::Delivered),
            read: count(Status::Read),
            failed: count(Status::Failed),
            undelivered: count(Status::Undelivered),
        }
    }

    #[test]
    fn what_follows_what() {
        use Status::{Delivered, Failed, Read, Sent, Undelivered};
        let all = Status::ALL.to_vec();
        for (latest, news) in [
            (None, all),
            (Some(Sent), vec![Delivered, Read, Failed, Undelivered]),
            (Some(Delivered), vec![Read]),
            (Some(Read), vec![]),
            (Some(Failed), vec![]),
            (Some(Undelivered), vec![]),
        ] {
            let found: Vec<_> = Status::ALL.into_iter().filter(|status| status.follows(latest)).collect();
            assert_eq!(found, news, "after {latest:?}");
        }
    }

    #[test]
    fn names() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
        }
        assert_eq!(Status::parse("Sent"), None);
    }

    #[test]
    fn an_error_code_comes_with_a_failure_alone() {
        let at = Timestamp::from_seconds;
        let mut r = receipt();
        assert!(r.advance(Status::Sent, Some(1), at(5)));
        assert_eq!((r.status, r.error_code, r.date_updated), (Some(Status::Sent), None, at(5)));
        assert!(r.advance(Status::Undelivered, Some(30003), at(4)));
        assert_eq!((r.error_code, r.date_updated), (Some(30003), at(5)), "its time does not go backwards");
        let before = r.clone();
        assert!(!r.advance(Status::Delivered, None, at(9)));
        assert_eq!(r, before);
    }

    #[test]
    fn summaries() {
        use Status::{Delivered, Failed, Read, Sent, Undelivered};
        let shares = |statuses: &[Option<Status>]| {
            Delivery::of(&tally(statuses)).map(|d| {
                let all = [d.sent, d.delivered, d.read, d.failed, d.undelivered];
                (d.total, all.map(Share::as_str).join(" "))
            })
        };
        for (statuses, expected) in [
            (vec![], None),
            (vec![None], Some((1, "none none none none none"))),
            (vec![Some(Sent)], Some((1, "all none none none none"))),
            (vec![Some(Sent), None], Some((2, "some none none none none"))),
            (vec![Some(Delivered), Some(Sent)], Some((2, "all some none none none"))),
            (vec![Some(Read), Some(Sent)], Some((2, "all some some none none"))),
            (vec![Some(Read), Some(Read)], Some((2, "all all all none none"))),
            (vec![Some(Failed)], Some((1, "none none none all none"))),
            (vec![Some(Undelivered), Some(Read)], Some((2, "some some some none some"))),
        ] {
            assert_eq!(shares(&statuses), expected.map(|(n, text)| (n, text.to_owned())), "{statuses:?}");
        }
    }

    fn status() -> impl Strategy<Value = Status> {
        prop::sample::select(Status::ALL.to_vec())
    }

    proptest! {
        #[test]
        fn a_receipt_never_goes_backwards(news in prop::collection::vec((status(), 0_i64..100), 0..12)) {
            let progress = |status: Option<Status>| match status {
                None => 0,
                Some(Status::Sent) => 1,
                Some(Status::Delivered) => 2,
                Some(Status::Read | Status::Failed | Status::Undelivered) => 3,
            };
            let mut r = receipt();
            for (status, seconds) in news {
                let before = r.clone();
                let changed = r.advance(status, Some(1), Timestamp::from_seconds(seconds));
                prop_assert_eq!(changed, r.status != before.status);
                prop_assert_eq!(changed, progress(r.status) > progress(before.status));
                prop_assert!(changed || r == before);
                prop_assert!(r.date_updated >= before.date_updated);
                prop_assert_eq!(r.error_code.is_some(), r.status.is_some_and(Status::is_failure));
                prop_assert!(!status.follows(r.status), "said twice, it is no news");
            }
        }

        #[test]
        fn shares_accumulate_and_add_up(statuses in prop::collection::vec(prop::option::of(status()), 1..9)) {
            let size = |share| match share { Share::None => 0, Share::Some => 1, Share::All => 2 };
            let d = Delivery::of(&tally(&statuses)).unwrap();
            prop_assert_eq!(d.total, statuses.len() as i64);
            prop_assert!(size(d.read) <= size(d.delivered) && size(d.delivered) <= size(d.sent));
            for (status, share) in [(Status::Failed, d.failed), (Status::Undelivered, d.undelivered)] {
                let count = statuses.iter().filter(|found| **found == Some(status)).count();
                prop_assert_eq!(share == Share::All, count == statuses.len());
                prop_assert_eq!(share == Share::None, count == 0);
            }
            let everything = [d.sent, d.failed, d.undelivered].into_iter().filter(|share| *share == Share::All);
            prop_assert!(everything.count() <= 1, "a receipt counts on one side");
        }
    }
}
