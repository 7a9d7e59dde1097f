//! Comparisons of what the server holds with what the model says.

pub(crate) mod inspect;

use dwell_core::lifecycle::{self, Armed, Mark};

use dwell_core::{AccountSid, Timestamp};
use dwell_store::conversations::Timer;
use dwell_store::events::Event as StoredEvent;
use dwell_store::transitions::Record;

use crate::model::{Cause, Change, Conversation, Event, Message, Mistake, Model, Participant, State, Who};

/// What differs, in words; nothing when all is well.
pub(crate) type Check = Result<(), String>;

/// Compares two values that should be equal.
pub(crate) fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: T, found: T) -> Check {
    if expected == found { Ok(()) } else { Err(format!("{what}: expected {expected:?}, found {found:?}")) }
}

fn state_of(state: lifecycle::State) -> State {
    match state {
        lifecycle::State::Initializing => State::Initializing,
        lifecycle::State::Active => State::Active,
        lifecycle::State::Inactive => State::Inactive,
        lifecycle::State::Closed => State::Closed,
    }
}

fn cause_of(cause: lifecycle::Cause) -> Cause {
    match cause {
        lifecycle::Cause::Api => Cause::Api,
        lifecycle::Cause::Timer => Cause::Timer,
        lifecycle::Cause::Event => Cause::Event,
    }
}

fn armed_of(armed: Option<Armed>) -> Option<(i64, State)> {
    armed.map(|armed| {
        let to = match armed.kind {
            Mark::Closed => State::Closed,
            _ => State::Inactive,
        };
        (armed.due.as_micros(), to)
    })
}

/// Instants relative to nothing, for messages that people read.
fn shown(at: i64) -> String {
    Timestamp::from_micros(at).to_rfc3339_micros()
}

fn same_time(what: &str, expected: i64, found: Timestamp) -> Check {
    same(what, shown(expected), found.to_rfc3339_micros())
}

/// State and timers.
fn life(expected: &Conversation, found: &dwell_core::Lifecycle, mistake: Option<Mistake>) -> Check {
    let (life, dates) = (&expected.life, found.dates());
    same("state", life.state, state_of(found.state))?;
    same("configured timers", (life.inactive, life.closed), (found.timers.inactive, found.timers.closed))?;
    let due = life.due(mistake);
    let text = |due: Option<(i64, State)>| due.map(|(at, to)| (shown(at), to));
    same("armed timer", text(due), text(armed_of(found.armed)))?;
    let micros = |at: Option<Timestamp>| at.map(Timestamp::to_rfc3339_micros);
    let (inactive, closed) = life.shown(mistake);
    same("shown date_inactive", inactive.map(shown), micros(dates.inactive))?;
    same("shown date_closed", closed.map(shown), micros(dates.closed))
}

/// A conversation as the API has it.
pub(crate) fn conversation(
    expected: &Conversation,
    found: &dwell_core::Conversation,
    mistake: Option<Mistake>,
) -> Check {
    let check = || -> Check {
        same("SID", expected.sid.as_str(), found.sid.as_str())?;
        life(expected, &found.lifecycle, mistake)?;
        same("unique name", &expected.name, &found.unique_name)?;
        same("friendly name", &expected.friendly, &found.friendly_name)?;
        same_time("date_created", expected.created, found.date_created)?;
        same_time("date_updated", expected.updated, found.date_updated)?;
        same_time("last activity", expected.activity, found.activity_at)?;
        same_time("last event", expected.newest, found.last_event_at)?;
        same("number of events", expected.events.len() as i64, found.event_seq)?;
        same("next message index", expected.next_index, found.next_message_index)?;
        let (chat, non_chat) = expected.counts();
        same("chat participants", chat as i64, found.chat_participants)?;
        same("non-chat participants", non_chat as i64, found.non_chat_participants)
    };
    check().map_err(|difference| format!("conversation {}: {difference}", expected.sid))
}

/// The history of states: each change exactly once, in order.
pub(crate) fn history(expected: &Conversation, found: &[Record]) -> Check {
    let found: Vec<Change> = found
        .iter()
        .map(|record| Change {
            seq: record.seq,
            from: state_of(record.transition.from),
            to: state_of(record.transition.to),
            cause: cause_of(record.transition.cause),
            at: record.transition.at.as_micros(),
            actor: record.actor.clone(),
            message: record.message_sid.map(|sid| sid.to_string()),
        })
        .collect();
    rows("history", &expected.sid, &expected.history, &found)
}

/// The log from the event number `after` on.
pub(crate) fn events(expected: &Conversation, after: usize, found: &[StoredEvent]) -> Check {
    let wanted = expected.events.get(after..).unwrap_or_default();
    let numbers: Vec<i64> = (after as i64 + 1..).take(wanted.len()).collect();
    same("event numbers", numbers, found.iter().map(|event| event.seq).collect())
        .map_err(|difference| format!("conversation {}: {difference}", expected.sid))?;
    for (wanted, found) in wanted.iter().zip(found) {
        event(expected, wanted, found)
            .map_err(|difference| format!("conversation {}, event {}: {difference}", expected.sid, found.seq))?;
    }
    Ok(())
}

/// One event.
pub(crate) fn event(conversation: &Conversation, expected: &Event, found: &StoredEvent) -> Check {
    same("kind", expected.kind, found.kind.as_str())?;
    same_time("time", expected.at, found.at)?;
    same("notify", expected.notify, found.notify)?;
    same("source", expected.source, found.source.as_str())?;
    same("actor", expected.actor.as_str(), found.actor.as_str())?;
    let mut about = expected.about.clone();
    if let Some(change) = expected.change.and_then(|change| conversation.history.get(change)) {
        let at = Timestamp::from_micros(change.at).to_rfc3339_millis();
        about.extend([
            format!("\"StateFrom\":\"{}\"", state_text(change.from)),
            format!("\"StateTo\":\"{}\"", state_text(change.to)),
            format!("\"StateUpdated\":\"{at}\""),
            format!("\"Reason\":\"{}\"", format!("{:?}", change.cause).to_uppercase()),
        ]);
    }
    match about.iter().find(|part| !found.payload.contains(part.as_str())) {
        Some(part) => Err(format!("payload: expected {part} in {}", found.payload)),
        None => Ok(()),
    }
}

/// The name on the wire.
pub(crate) fn state_text(state: State) -> &'static str {
    match state {
        State::Initializing => "initializing",
        State::Active => "active",
        State::Inactive => "inactive",
        State::Closed => "closed",
    }
}

/// Messages in the order of their indexes.
pub(crate) fn messages(expected: &Conversation, found: &[dwell_core::Message]) -> Check {
    let found: Vec<Message> = found.iter().map(message).collect();
    rows("messages", &expected.sid, &expected.messages, &found)
}

fn message(found: &dwell_core::Message) -> Message {
    Message {
        sid: found.sid.to_string(),
        index: found.index,
        author: found.author.clone(),
        participant: found.participant_sid.map(|sid| sid.to_string()),
        body: found.body.clone(),
        created: found.date_created.as_micros(),
        updated: found.date_updated.as_micros(),
    }
}

/// Participants in the order in which they joined.
pub(crate) fn participants(expected: &Conversation, found: &[dwell_core::Participant]) -> Check {
    let found: Vec<Participant> = found
        .iter()
        .map(|p| Participant {
            sid: p.sid.to_string(),
            who: match (&p.identity, &p.binding) {
                (Some(identity), _) => Who::Chat(identity.clone()),
                (None, Some(binding)) => {
                    Who::Outside(binding.address.clone().unwrap_or_default(), binding.proxy_address.clone())
                }
                (None, None) => Who::Outside(String::new(), None),
            },
        })
        .collect();
    rows("participants", &expected.sid, &expected.participants, &found)
}

fn rows<T: PartialEq + std::fmt::Debug>(what: &str, sid: &str, expected: &[T], found: &[T]) -> Check {
    let place = expected.iter().zip(found).position(|(expected, found)| expected != found);
    let place = place.unwrap_or(expected.len().min(found.len()));
    let (lengths, (expected, found)) = ((expected.len(), found.len()), (expected.get(place), found.get(place)));
    same(&format!("conversation {sid}, {what} ({} and {} rows), row {place}", lengths.0, lengths.1), expected, found)
}

/// Every armed timer of an account: all of them, each exactly as due, none overslept.
pub(crate) fn armed(model: &Model, account: usize, found: &[Timer]) -> Check {
    let mut missing: std::collections::HashMap<&str, usize> = model
        .of_account(account)
        .filter(|c| model.conversations[*c].life.due(model.mistake).is_some())
        .map(|c| (model.conversations[c].sid.as_str(), c))
        .collect();
    for timer in found {
        let Some(c) = missing.remove(timer.sid.as_str()) else {
            // A deleted service's timers are taken out when they come up.
            if model.conversations.iter().any(|c| c.sid == timer.sid.as_str() && model.services[c.service].deleted) {
                continue;
            }
            return Err(format!("conversation {} has a timer that should not be: {timer:?}", timer.sid));
        };
        let expected = &model.conversations[c];
        life(expected, &timer.lifecycle, model.mistake)
            .and_then(|()| same("number of events", expected.events.len() as i64, timer.event_seq))
            .map_err(|difference| format!("timer of {}: {difference}", timer.sid))?;
        if timer.lifecycle.armed.is_some_and(|armed| armed.due < timer.wake_at) {
            return Err(format!("timer of {} would be overslept: {timer:?}", timer.sid));
        }
    }
    match missing.keys().next() {
        Some(sid) => Err(format!("conversation {sid} should have a timer armed, and has none")),
        None => Ok(()),
    }
}

/// The SID of an account as the store takes it.
pub(crate) fn account_sid(model: &Model, account: usize) -> Result<AccountSid, String> {
    AccountSid::parse(&model.accounts[account].sid).ok_or_else(|| "an account without a SID".to_owned())
}
