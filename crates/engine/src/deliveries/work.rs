//! One delivery on its way: what is asked of the store before and after its call, and what its outcome
//! means.
//!
//! Whoever works on a queue holds its claim. Each look into the store checks that it still does, in the
//! same transaction in which it acts on it: who lost the claim writes nothing.

use dwell_core::webhook::Method;
use dwell_core::{ChannelSid, Timestamp};
use dwell_store::deliveries::{self, Attempt, Claim, Delivery, Queue, Status, Way};
use dwell_store::{Tx, channels};

use crate::carriers::{Accepted, CarryError};
use crate::deliveries::enqueue::{Notifier, materialize};
use crate::error::Error;
use crate::hooks::{Call, CallError, Reply, idempotency_token, should_retry};
use crate::outbound::record::Word;
use crate::random::Random;

/// Longest time for one call, in milliseconds (contract §10.3).
pub(crate) const TIMEOUT_MILLIS: u64 = 5_000;
/// Longest part of an answer that is read, in bytes, and kept, in characters.
const BODY_BYTES_MAX: usize = 4_096;
const EXCERPT_CHARS_MAX: usize = 500;
/// Longest wait before the second attempt, in microseconds; it doubles with every further one.
const BACKOFF_MICROS: u64 = 1_000_000;
/// Longest wait between two attempts, in microseconds.
const BACKOFF_MICROS_MAX: u64 = 600_000_000;
/// When to look again at a queue in which nothing is found although something should be, in seconds.
const ODD_SECONDS: i64 = 60;

/// Most deliveries of a replay that are written at once.
const REPLAYED_MAX: i64 = 32;

/// A queue in hand, and the delivery at its head.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) claim: Claim,
    pub(crate) head: Head,
}

/// The delivery at the head of a queue.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) delivery: Delivery,
    /// For a message, the channel that it leaves through, if there is one.
    pub(crate) channel: Option<ChannelSid>,
}

/// Claims up to `limit` queues until `until`, with their heads, and says how many were found. Queues that
/// turn out to be empty are removed.
pub(crate) fn take(
    tx: &mut dyn Tx,
    notifier: &Notifier,
    now: Timestamp,
    until: Timestamp,
    limit: i64,
) -> Result<(usize, Vec<Taken>), Error> {
    let claims = deliveries::claim(tx, now, until, limit)?;
    let count = claims.len();
    let mut taken = Vec::with_capacity(count);
    for claim in claims {
        if let Some(queue) = deliveries::hold(tx, &claim)?
            && let Some(head) = next(tx, notifier, &claim, queue, now)?
        {
            taken.push(Taken { claim, head });
        }
    }
    Ok((count, taken))
}

/// The head of a held queue; without one the queue is removed.
fn next(
    tx: &mut dyn Tx,
    notifier: &Notifier,
    claim: &Claim,
    queue: Queue,
    now: Timestamp,
) -> Result<Option<Head>, Error> {
    if !materialize(tx, notifier, claim, &queue, now, REPLAYED_MAX)? {
        deliveries::move_all(tx, std::slice::from_ref(claim), now)?;
        return Ok(None);
    }
    let head = deliveries::pending(tx, &claim.hook_sid, &claim.stream_sid, 1)?.pop();
    if head.is_none() && !deliveries::delete_if_empty(tx, claim)? {
        tracing::warn!(hook = claim.hook_sid, stream = claim.stream_sid, "a queue counts deliveries that it has not");
        deliveries::move_all(tx, std::slice::from_ref(claim), now.plus_seconds(ODD_SECONDS))?;
    }
    let Some(delivery) = head else { return Ok(None) };
    let channel = match delivery.way {
        Way::Call(_) => None,
        Way::Channel => channels::owner(tx, &delivery.account_sid, &delivery.url)?,
    };
    Ok(Some(Head { delivery, channel }))
}

/// What became of a delivery.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    /// The delivery, as it is now.
    pub(crate) delivery: Delivery,
    /// The try, if there was one.
    pub(crate) attempt: Option<Attempt>,
    /// For a message, what its receipts are to say.
    pub(crate) word: Option<Word>,
    /// When its queue is to be looked at again: the claim's new end, or when somebody else may go on.
    pub(crate) at: Timestamp,
}

/// Writes what became of a delivery and where its queue stands, in one. The next delivery, when this one is
/// finished and another waits; `None` also when the claim is lost.
pub(crate) fn record(
    tx: &mut dyn Tx,
    notifier: &Notifier,
    claim: &Claim,
    record: &Record,
    now: Timestamp,
) -> Result<Option<Head>, Error> {
    if holds(tx, claim, &record.delivery, now)? { write(tx, notifier, claim, record, now) } else { Ok(None) }
}

/// Whether the claim under which a delivery was sent still stands; its queue is locked then.
pub(crate) fn holds(tx: &mut dyn Tx, claim: &Claim, delivery: &Delivery, now: Timestamp) -> Result<bool, Error> {
    // Past its end somebody else may have had it and given it back, at the same instant as its mark.
    let holds = now < claim.until && deliveries::hold(tx, claim)?.is_some();
    if !holds {
        tracing::info!(delivery = %delivery.sid, "a queue was taken over; its delivery will be sent again");
    }
    Ok(holds)
}

/// Writes what [`record`] does, of a queue that is held.
pub(crate) fn write(
    tx: &mut dyn Tx,
    notifier: &Notifier,
    claim: &Claim,
    record: &Record,
    now: Timestamp,
) -> Result<Option<Head>, Error> {
    if let Some(attempt) = &record.attempt {
        deliveries::add_attempt(tx, &record.delivery.sid, attempt)?;
    }
    deliveries::update(tx, &record.delivery)?;
    let mut head = None;
    if record.delivery.status != Status::Pending {
        deliveries::take_out(tx, &claim.hook_sid, &claim.stream_sid)?;
        let Some(queue) = deliveries::hold(tx, claim)? else { return Ok(None) };
        head = next(tx, notifier, claim, queue, now)?;
        if head.is_none() {
            return Ok(None);
        }
    }
    deliveries::move_all(tx, std::slice::from_ref(claim), record.at)?;
    Ok(head)
}

/// The parameters of a call: those of the delivery and how often it was tried before. `None` when they are
/// none.
pub(crate) fn params(delivery: &Delivery) -> Option<Vec<(String, String)>> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&delivery.params).ok()?;
    let mut params = Vec::with_capacity(object.len() + 1);
    for (name, value) in object {
        let serde_json::Value::String(text) = value else { return None };
        params.push((name, text));
    }
    params.push(("RetryCount".to_owned(), delivery.attempts.to_string()));
    Some(params)
}

/// The call of a delivery.
pub(crate) fn call(
    delivery: &Delivery,
    method: Method,
    params: Vec<(String, String)>,
    auth_token: crate::hooks::AuthToken,
) -> Call {
    Call {
        url: delivery.url.clone(),
        method,
        params,
        auth_token,
        idempotency_token: idempotency_token(&delivery.sid),
        timeout_millis: TIMEOUT_MILLIS,
        body_bytes_max: BODY_BYTES_MAX,
    }
}

/// The endpoint of a URL: its scheme, host and port.
pub(crate) fn endpoint_of(url: &str) -> String {
    url::Url::parse(url).map(|url| url.origin().ascii_serialization()).unwrap_or_default()
}

/// When a try took place and for how long, in microseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    pub(crate) began: Timestamp,
    pub(crate) micros: i64,
}

/// What a try came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Delivered,
    /// Another try may go better.
    Later,
    Never,
}

/// How a try went.
#[derive(Debug, Clone)]
pub(crate) struct Tried {
    end: End,
    status: Option<i64>,
    error: Option<String>,
    excerpt: Option<String>,
}

impl From<&Result<Reply, CallError>> for Tried {
    fn from(outcome: &Result<Reply, CallError>) -> Self {
        let end = match outcome {
            Ok(Reply { status: 200..=299, .. }) => End::Delivered,
            _ if should_retry(outcome) => End::Later,
            _ => End::Never,
        };
        match outcome {
            Ok(reply) => {
                Tried { end, status: Some(i64::from(reply.status)), error: None, excerpt: excerpt(&reply.body) }
            }
            Err(error) => Tried { end, status: None, error: Some(plain(&error.to_string())), excerpt: None },
        }
    }
}

impl From<&Result<Accepted, CarryError>> for Tried {
    fn from(outcome: &Result<Accepted, CarryError>) -> Self {
        let end = match outcome {
            Ok(_) => End::Delivered,
            Err(CarryError::Later { .. }) => End::Later,
            Err(CarryError::Never { .. }) => End::Never,
        };
        let error = outcome.as_ref().err().map(|error| plain(&error.to_string()));
        Tried { end, status: None, error, excerpt: None }
    }
}

/// Counts a try and judges its outcome: the delivery as it is now, the try, and how long to wait for the
/// next one, if there is to be one. `deadline` is when retrying ends.
pub(crate) fn judge(
    delivery: &Delivery,
    tried: Tried,
    span: Span,
    deadline: Timestamp,
    random: &dyn Random,
) -> (Delivery, Attempt, Option<Timestamp>) {
    let ended = span.began.plus_micros(span.micros);
    let number = delivery.attempts + 1;
    let Tried { end, status, error, excerpt } = tried;
    let attempt = Attempt { number, at: span.began, micros: span.micros, status, error: error.clone(), excerpt };
    let state = match end {
        End::Delivered => Status::Delivered,
        End::Later if ended < deadline => Status::Pending,
        End::Later | End::Never => Status::Failed,
    };
    let is_over = state != Status::Pending;
    let judged = Delivery {
        status: state,
        attempts: number,
        last_status: status,
        last_error: error,
        finished_at: is_over.then_some(ended),
        ..delivery.clone()
    };
    // The last try is at the deadline, not before it by up to the longest wait.
    let again = (!is_over).then(|| ended.plus_micros(backoff(number, random)).min(deadline));
    (judged, attempt, again)
}

impl Record {
    /// Of a delivery that is given up without a try.
    pub(crate) fn given_up(delivery: &Delivery, why: &str, word: Option<Word>, now: Timestamp) -> Self {
        let (last_error, finished_at) = (Some(why.to_owned()), Some(now));
        let delivery =
            Delivery { status: Status::Failed, last_error, last_status: None, finished_at, ..delivery.clone() };
        Record { delivery, attempt: None, word, at: now }
    }
}

/// How long to wait after so many tries, in microseconds: anything up to a bound that doubles (full jitter),
/// so that what failed together does not come back together.
fn backoff(attempts: i64, random: &dyn Random) -> i64 {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(20);
    let most = BACKOFF_MICROS.saturating_mul(1 << doublings).min(BACKOFF_MICROS_MAX);
    i64::try_from(below(random, most + 1)).unwrap_or(0)
}

/// A random number below `bound`.
pub(crate) fn below(random: &dyn Random, bound: u64) -> u64 {
    let mut bytes = [0; 8];
    random.fill(&mut bytes);
    u64::from_le_bytes(bytes) % bound.max(1)
}

/// The beginning of an answer's body, for people; `None` when there is none.
fn excerpt(body: &[u8]) -> Option<String> {
    let text: String = String::from_utf8_lossy(body).chars().take(EXCERPT_CHARS_MAX).collect();
    (!text.is_empty()).then(|| plain(&text))
}

/// A text without null characters, which not every database keeps.
fn plain(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use dwell_core::{AccountSid, DeliverySid, SidBytes};

    struct Fixed(u8);

    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn delivery() -> Delivery {
        Delivery {
            sid: DeliverySid::new(SidBytes::new(1, 2, [0xab; 8])),
            account_sid: AccountSid::new(SidBytes::new(1, 0, [0; 8])),
            hook_sid: "WH".to_owned(),
            stream_sid: "CH".to_owned(),
            seq: 1,
            event: "onMessageAdded".to_owned(),
            url: "https://user:hush@Example.com/a?b=c#d".to_owned(),
            way: Way::Call(Method::Post),
            params: r#"{"EventType": "onMessageAdded", "Body": "é"}"#.to_owned(),
            status: Status::Pending,
            attempts: 0,
            last_status: None,
            last_error: None,
            created_at: Timestamp::from_seconds(1_000),
            finished_at: None,
        }
    }

    #[test]
    fn the_wait_doubles_up_to_ten_minutes() {
        // The greatest number that this source can give, taken modulo the bound, is the same every time.
        for (attempts, most) in [(1, 1_000_000), (2, 2_000_000), (5, 16_000_000), (11, 600_000_000), (90, 600_000_000)]
        {
            let waits: Vec<i64> = (0..=255).map(|byte| backoff(attempts, &Fixed(byte))).collect();
            assert!(waits.iter().all(|wait| (0..=most).contains(wait)), "{attempts}");
            assert!(waits.iter().any(|wait| *wait > most * 3 / 4) && waits.iter().any(|wait| *wait < most / 4));
        }
    }

    #[test]
    fn an_endpoint_is_scheme_host_and_port() {
        for (url, endpoint) in [
            ("https://user:hush@Example.com/a?b=c#d", "https://example.com"),
            ("https://example.com:443/", "https://example.com"),
            ("http://[::1]:8080/x", "http://[::1]:8080"),
            ("nonsense", ""),
        ] {
            assert_eq!(endpoint_of(url), endpoint);
        }
    }

    #[test]
    fn parameters_are_texts_and_count_the_attempts() {
        let again = Delivery { attempts: 3, ..delivery() };
        let found = params(&again).unwrap();
        assert!(found.contains(&("Body".to_owned(), "é".to_owned())), "{found:?}");
        assert!(found.contains(&("RetryCount".to_owned(), "3".to_owned())), "{found:?}");
        for params in ["", "[]", r#"{"a": 1}"#] {
            assert_eq!(super::params(&Delivery { params: params.to_owned(), ..delivery() }), None);
        }
    }

    #[test]
    fn outcomes_are_delivered_retried_or_final() {
        let reply = |status, body: &[u8]| {
            Ok(Reply { status, body: body.to_vec(), is_cut: false, content_type: None, micros: 7 })
        };
        let span = Span { began: Timestamp::from_seconds(1_001), micros: 7 };
        let deadline = Timestamp::from_seconds(2_000);
        let judged =
            |outcome: Result<Reply, CallError>| judge(&delivery(), (&outcome).into(), span, deadline, &Fixed(9));
        for (outcome, status) in [
            (reply(200, b""), Status::Delivered),
            (reply(204, b""), Status::Delivered),
            (reply(302, b""), Status::Failed),
            (reply(404, b""), Status::Failed),
            (reply(429, b""), Status::Pending),
            (reply(500, b""), Status::Pending),
            (Err(CallError::Refused { what: "no".to_owned() }), Status::Failed),
            (Err(CallError::Timeout { millis: 5_000 }), Status::Pending),
        ] {
            let (delivery, attempt, again) = judged(outcome.clone());
            assert_eq!(delivery.status, status, "{outcome:?}");
            assert_eq!((delivery.attempts, attempt.number), (1, 1));
            assert_eq!(again.is_some(), status == Status::Pending);
            assert_eq!(delivery.finished_at.is_none(), status == Status::Pending);
            assert_eq!(attempt.error, delivery.last_error);
        }
        let (_, attempt, _) = judged(reply(500, b"a\0b\xff"));
        assert_eq!(attempt.excerpt.as_deref(), Some("a\u{fffd}b\u{fffd}"));
        let (_, attempt, _) = judged(reply(500, "é".repeat(4_000).as_bytes()));
        assert_eq!(attempt.excerpt.unwrap().chars().count(), EXCERPT_CHARS_MAX);
    }

    #[test]
    fn nothing_is_retried_after_the_deadline_and_the_last_try_is_at_it() {
        let outcome = Err(CallError::Timeout { millis: 5_000 });
        let at = |seconds| Span { began: Timestamp::from_seconds(seconds), micros: 5_000_000 };
        let deadline = Timestamp::from_seconds(2_000);
        let late = Delivery { attempts: 30, ..delivery() };
        let (delivery, _, again) = judge(&late, (&outcome).into(), at(1_990), deadline, &Fixed(0x77));
        assert_eq!((delivery.status, again), (Status::Pending, Some(deadline)));
        let (delivery, _, again) = judge(&late, (&outcome).into(), at(2_000), deadline, &Fixed(0x77));
        assert_eq!((delivery.status, again), (Status::Failed, None));
    }
}
