//! Long messages from outside that come in parts, each acknowledged by itself: what came is on disk before its
//! sender may forget it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;
use dwell_core::{AccountSid, ChannelSid, Timestamp};
use dwell_store::Tx;
use dwell_store::channels;
use dwell_store::message_parts::{self, Key};

use crate::engine::Engine;
use crate::error::Error;

/// How long parts wait for the others, in seconds.
pub(crate) const WAIT_SECONDS: i64 = 86_400;
/// How long a part of a message that is whole may come again, in seconds. After that its reference stands for
/// another message.
const AGAIN_SECONDS: i64 = 600;
/// Most parts of one channel that are kept: a sender of more has to wait.
const PARTS_MAX: i64 = 10_000;

/// One part of a long message.
#[derive(Clone, PartialEq, Eq)]
pub struct Part {
    /// The channel that brought it.
    pub channel_sid: ChannelSid,
    /// Who wrote it.
    pub from: String,
    /// The account's address that it arrived at.
    pub to: String,
    /// What all parts of the message have in common.
    pub reference: i64,
    /// How many parts there are.
    pub total: i64,
    /// Which one it is, from 1.
    pub number: i64,
    /// How the octets are to be read, as the channel numbers it.
    pub data_coding: u8,
    /// What it says. A character may be cut in two, so parts are read together.
    pub octets: Vec<u8>,
}

/// A long message whose parts are all there.
#[derive(Clone, PartialEq, Eq)]
pub struct Whole {
    /// A name for the message, the same however often its parts come.
    pub name: String,
    /// What it says: octets, in order, and how they are to be read.
    pub pieces: Vec<(u8, Vec<u8>)>,
}

impl Engine {
    /// Takes one part of a message from outside; the whole of it when all parts are there, and again when one of
    /// them comes again shortly afterwards. Parts whose others do not come are dropped after a day.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the account has no such channel, [`Error::Overloaded`] when the channel has too many parts that wait, [`Error::Unavailable`] and the like
    /// when the part should be brought again.
    pub async fn gather(&self, account: &AccountSid, part: Part) -> Result<Option<Whole>, Error> {
        let (account, now) = (*account, self.now());
        self.write(move |tx| gather(tx, &account, &part, now)).await
    }
}

fn gather(tx: &mut dyn Tx, account: &AccountSid, part: &Part, now: Timestamp) -> Result<Option<Whole>, Error> {
    let key = Key {
        account,
        channel: &part.channel_sid,
        sender: &part.from,
        recipient: &part.to,
        reference: part.reference,
        total: part.total,
    };
    let new = message_parts::Part {
        number: part.number,
        data_coding: part.data_coding.into(),
        octets: BASE64.encode(&part.octets),
        received_at: now,
    };
    // Two parts may arrive at two nodes at once: whoever is second sees both.
    channels::lock(tx, account, &part.channel_sid)?.ok_or(Error::NotFound)?;
    let mut kept = message_parts::of_message(tx, key)?;
    if is_another_message(&kept, &new, part.total, now) {
        message_parts::delete_of_message(tx, key)?;
        kept.clear();
    }
    if !kept.iter().any(|kept| kept.number == new.number) {
        if message_parts::count(tx, account, &part.channel_sid, PARTS_MAX)? >= PARTS_MAX {
            return Err(Error::Overloaded);
        }
        message_parts::insert(tx, key, &new)?;
        kept.push(new);
        kept.sort_by_key(|part| part.number);
    }
    whole(part, &kept)
}

/// Whether `new` begins a message that has the reference of an earlier one.
fn is_another_message(kept: &[message_parts::Part], new: &message_parts::Part, total: i64, now: Timestamp) -> bool {
    let latest = kept.iter().map(|part| part.received_at).max();
    let is_whole = i64::try_from(kept.len()).is_ok_and(|count| count == total);
    let seconds = if is_whole { AGAIN_SECONDS } else { WAIT_SECONDS };
    let is_over = latest.is_some_and(|latest| latest.plus_seconds(seconds) < now);
    let differs = |kept: &message_parts::Part| (kept.data_coding, &kept.octets) != (new.data_coding, &new.octets);
    is_over || kept.iter().any(|kept| kept.number == new.number && differs(kept))
}

fn whole(part: &Part, kept: &[message_parts::Part]) -> Result<Option<Whole>, Error> {
    if i64::try_from(kept.len()).is_ok_and(|count| count < part.total) {
        return Ok(None);
    }
    let began = kept.iter().map(|part| part.received_at).min().unwrap_or(Timestamp::EPOCH);
    let corrupt = || Error::Internal("a part of a message is not as it was kept".to_owned());
    let pieces = kept.iter().map(|kept| {
        let coding = u8::try_from(kept.data_coding).map_err(|_| corrupt())?;
        Ok((coding, BASE64.decode(&kept.octets).map_err(|_| corrupt())?))
    });
    let name = format!("{}/{}/{}", part.from, part.reference, began.as_micros());
    Ok(Some(Whole { name, pieces: pieces.collect::<Result<_, Error>>()? }))
}
