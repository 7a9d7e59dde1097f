//! A unit of work tells what happened to a conversation; its session follows, in the same unit of work.

use dwell_core::session::{EndedBy, Happened, Line, Origin, Session, Status, Ways, Why, begins};
use dwell_core::{Conversation, ConversationSid, ServiceSid, Timestamp};
use dwell_store::sessions::{self, LogLine};
use dwell_store::{News, Tx, desks};

use super::route::route;
use crate::context::Caller;
use crate::error::Error;
use crate::journal::ACTOR_SYSTEM;

/// What happened to a conversation in one unit of work, as far as sessions are concerned.
#[derive(Debug, Default)]
pub(crate) struct Story {
    /// The conversation, once anything happened.
    of: Option<Of>,
    happened: Vec<(Timestamp, Happened)>,
}

#[derive(Debug)]
struct Of {
    service_sid: ServiceSid,
    conversation_sid: ConversationSid,
    has_sessions: bool,
    ways: Ways,
}

impl Story {
    /// Notes what happened at `at`, if the conversation can have a session: one that lives by no policy and that
    /// nobody ever took has none, and pays for none.
    pub(crate) fn note(&mut self, c: &Conversation, at: Timestamp, happened: Happened) {
        if is_followed(c) {
            self.tell(c, at, happened);
        }
    }

    /// Notes what somebody did with the session of a conversation, whether it had any or not.
    pub(crate) fn tell(&mut self, c: &Conversation, at: Timestamp, happened: Happened) {
        self.of.get_or_insert_with(|| Of {
            service_sid: c.service_sid,
            conversation_sid: c.sid,
            has_sessions: c.has_sessions,
            ways: ways(c),
        });
        self.happened.push((at, happened));
    }
}

/// Whether a conversation has sessions, or is one that begins them.
pub(crate) fn is_followed(c: &Conversation) -> bool {
    c.has_sessions || c.lifecycle.rules.is_some()
}

/// What its policy says of the sessions of a conversation.
fn ways(c: &Conversation) -> Ways {
    let rules = c.lifecycle.rules.as_ref();
    rules.map_or_else(Ways::default, |rules| Ways { on_return: rules.on_return, queue: rules.queue.clone() })
}

/// A session at work, with what it was when the unit of work began.
struct Tracked {
    session: Session,
    /// `None` when it is new.
    before: Option<Place>,
    has_changed: bool,
    lines: Vec<LogLine>,
}

/// What counts for capacity and routing.
type Place = (Status, Option<String>, Option<String>);

fn place(session: &Session) -> Place {
    (session.status, session.owner.clone(), session.queue.clone())
}

impl Tracked {
    fn has_moved(&self) -> bool {
        self.before.as_ref() != Some(&place(&self.session))
    }

    fn log(&mut self, caller: &Caller, at: Timestamp, cause: &'static str, line: Option<Line>) {
        let Some(line) = line else { return };
        let by_system = matches!(cause, CAUSE_TIMER | CAUSE_SYSTEM);
        self.lines.push(LogLine {
            seq: self.session.log_seq,
            at,
            act: line.act.to_owned(),
            from: line.from,
            to: line.to,
            cause: cause.to_owned(),
            actor: if by_system { ACTOR_SYSTEM } else { &caller.credential }.to_owned(),
            actor_name: caller.person.as_ref().filter(|_| !by_system).map(|person| person.friendly_name.clone()),
            detail: line.detail,
        });
    }
}

pub(super) const CAUSE_SYSTEM: &str = "system";
const CAUSE_TIMER: &str = "timer";

/// What the log calls that which brought something about.
fn cause(caller: &Caller, happened: &Happened) -> &'static str {
    match happened {
        Happened::Wrote(_) | Happened::Moved { why: Why::Message(_), .. } => "message",
        Happened::Moved { why: Why::Timer, .. } => CAUSE_TIMER,
        Happened::Routed { .. } | Happened::Failed(_) => CAUSE_SYSTEM,
        _ if caller.person.is_some() => "agent",
        _ => "api",
    }
}

/// Has the sessions of a conversation follow what happened to it, and gives out what waits when that makes room or
/// makes somebody wait.
pub(crate) fn follow(tx: &mut dyn Tx, caller: &Caller, story: &Story) -> Result<(), Error> {
    let Some(of) = &story.of else { return Ok(()) };
    let account = caller.account.sid;
    let by_person = caller.person.is_some();
    let latest = if of.has_sessions { sessions::lock_latest(tx, &account, &of.conversation_sid)? } else { None };
    let mut number = latest.as_ref().map_or(0, |session| session.number);
    let mut tracked: Vec<Tracked> = latest
        .into_iter()
        .map(|session| Tracked { before: Some(place(&session)), session, has_changed: false, lines: Vec::new() })
        .collect();
    for (at, happened) in &story.happened {
        let is_open = tracked.last().is_some_and(|tracked| !tracked.session.status.is_over());
        if !is_open {
            let Some(origin) = begins(happened, by_person) else { continue };
            number += 1;
            tracked.push(begin(caller, of, number, origin, *at));
        }
        let Some(current) = tracked.last_mut() else { continue };
        let (has_changed, line) = current.session.follow(happened, &of.ways, *at);
        current.has_changed |= has_changed;
        current.log(caller, *at, cause(caller, happened), line);
    }
    write(tx, caller, tracked)
}

fn begin(caller: &Caller, of: &Of, number: i64, origin: Origin, at: Timestamp) -> Tracked {
    let new = Session::new(
        caller.notifier.session_sid(),
        (caller.account.sid, of.service_sid, of.conversation_sid),
        number,
        (origin, &of.ways),
        at,
    );
    let mut tracked = Tracked { session: new, before: None, has_changed: true, lines: Vec::new() };
    tracked.session.log_seq = 1;
    let line = Line { act: "begun", from: None, to: Status::Waiting, detail: tracked.session.queue.clone() };
    let cause = match origin {
        Origin::Inbound => "message",
        Origin::Agent => "agent",
        Origin::Api => "api",
    };
    tracked.log(caller, at, cause, Some(line));
    tracked
}

/// Writes what has changed; when somebody's load or the queue did, under the lock that routing takes too.
fn write(tx: &mut dyn Tx, caller: &Caller, tracked: Vec<Tracked>) -> Result<(), Error> {
    let mut changed: Vec<_> = tracked.into_iter().filter(|tracked| tracked.has_changed).collect();
    let Some(latest) = changed.iter().map(|tracked| tracked.session.date_updated).max() else { return Ok(()) };
    let account = caller.account.sid;
    // One that waits was passed over by whoever routed while it was locked here.
    let routes = changed.iter().any(|tracked| tracked.has_moved() || tracked.session.status == Status::Waiting);
    let settings = if routes { Some(desks::lock_settings(tx, &account)?) } else { None };
    for tracked in &mut changed {
        tracked.session.changed_at = caller.received_at;
        match tracked.before {
            Some(_) => sessions::update(tx, &tracked.session)?,
            None => sessions::insert(tx, &tracked.session)?,
        }
        sessions::insert_log(tx, &tracked.session, &tracked.lines)?;
        announce(tx, &tracked.session, tracked.has_moved());
    }
    if let Some(settings) = settings {
        route(tx, caller, &settings, latest)?;
    }
    Ok(())
}

/// Has those who watch the account hear of a session as it is now.
pub(super) fn announce(tx: &mut dyn Tx, session: &Session, moved: bool) {
    tx.tell(News::Session { session: Box::new(session.clone()), moved });
}

/// Ends the open session of a conversation that is being deleted, so that nobody is counted as having it.
pub(crate) fn end_deleted(
    tx: &mut dyn Tx,
    caller: &Caller,
    conversation: &ConversationSid,
    now: Timestamp,
) -> Result<(), Error> {
    let account = caller.account.sid;
    let Some(mut session) = sessions::lock_latest(tx, &account, conversation)? else { return Ok(()) };
    let ended = Happened::Ended { by: EndedBy::System, reason: None };
    let (has_changed, _) = session.follow(&ended, &Ways::default(), now);
    if has_changed {
        let settings = desks::lock_settings(tx, &account)?;
        session.changed_at = caller.received_at;
        sessions::update(tx, &session)?;
        announce(tx, &session, true);
        route(tx, caller, &settings, now)?;
    }
    Ok(())
}
