//! What happens to a conversation, and what people do with it, as changes of its session.

use super::{EndedBy, Failure, OnReturn, Origin, Session, Side, Status};
use crate::lifecycle::State;
use crate::sid::{AccountSid, ConversationSid, ServiceSid, SessionSid};
use crate::time::Timestamp;

/// Something that a session follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happened {
    /// A message was added, after what it made of the conversation's state.
    Wrote(Side),
    /// The conversation changed its state.
    Moved {
        /// The state from then on.
        to: State,
        /// Why.
        why: Why,
        /// Whether the stint ends with it, although the conversation stays open.
        ends: bool,
    },
    /// Somebody took the conversation.
    Accepted {
        /// The identity of who has it now.
        owner: String,
    },
    /// Somebody was given the conversation by another.
    Assigned {
        /// The identity of who has it now.
        owner: String,
    },
    /// The server gave the waiting conversation to who was free.
    Routed {
        /// The identity of who has it now.
        owner: String,
    },
    /// It was handed on by who had it.
    Transferred {
        /// The identity of who has it now.
        owner: String,
    },
    /// It was put into a queue.
    Queued {
        /// The queue; `None` for the one that everybody serves.
        queue: Option<String>,
    },
    /// It was parked.
    Inactivated {
        /// Why, in the words of who did it.
        reason: Option<String>,
    },
    /// The stint was ended.
    Ended {
        /// By whom.
        by: EndedBy,
        /// Why, in the words of who did it.
        reason: Option<String>,
    },
    /// It was taken up again.
    Reopened,
    /// The clocks of the conversation were stopped, or go on.
    Held(bool),
    /// The running timer was put off by so many seconds.
    Extended(i64),
    /// What went wrong in it.
    Failed(Failure),
}

/// Why a conversation changed its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// A timer ended.
    Timer,
    /// Somebody on this side wrote.
    Message(Side),
    /// Somebody set it: a person, or a program.
    Set {
        /// Whether it was a person.
        by_person: bool,
    },
}

/// What the account's ways say of the sessions of a conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ways {
    /// Who gets a parked session when the customer returns.
    pub on_return: OnReturn,
    /// Where a new session waits.
    pub queue: Option<String>,
}

/// What a line of a session's log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What was done, in a word.
    pub act: &'static str,
    /// The status before; `None` when the session began with it.
    pub from: Option<Status>,
    /// The status from then on.
    pub to: Status,
    /// What else there is to say of it.
    pub detail: Option<String>,
}

/// Whether a new session begins with this, given that none is open, and how.
pub fn begins(happened: &Happened, by_person: bool) -> Option<Origin> {
    match happened {
        Happened::Wrote(Side::Customer) => Some(Origin::Inbound),
        Happened::Accepted { .. } | Happened::Assigned { .. } if by_person => Some(Origin::Agent),
        Happened::Accepted { .. } | Happened::Assigned { .. } => Some(Origin::Api),
        _ => None,
    }
}

impl Session {
    /// A session that has just begun to wait, with its account, service and conversation, and how it came about.
    pub fn new(
        sid: SessionSid,
        (account_sid, service_sid, conversation_sid): (AccountSid, ServiceSid, ConversationSid),
        number: i64,
        (origin, ways): (Origin, &Ways),
        at: Timestamp,
    ) -> Self {
        Session {
            sid,
            account_sid,
            service_sid,
            conversation_sid,
            number,
            status: Status::Waiting,
            owner: None,
            queue: ways.queue.clone(),
            origin,
            reason: None,
            ended_by: None,
            on_return: ways.on_return,
            held: false,
            date_created: at,
            date_waiting: Some(at),
            date_accepted: None,
            date_first_reply: None,
            date_inactive: None,
            date_returned: None,
            date_ended: None,
            date_updated: at,
            agent_messages: 0,
            customer_messages: 0,
            date_last_agent_message: None,
            date_last_customer_message: None,
            error: None,
            revision: 1,
            log_seq: 0,
            changed_at: at,
        }
    }

    /// Follows what happened at `at`. Returns whether anything of the session changed, and what its log says of it.
    /// What is over follows nothing any more.
    pub fn follow(&mut self, happened: &Happened, ways: &Ways, at: Timestamp) -> (bool, Option<Line>) {
        if self.status.is_over() {
            return (false, None);
        }
        let before = self.clone();
        let at = at.max(self.date_updated);
        let act = self.change(happened, ways, at);
        if act.is_none() && *self == before {
            return (false, None);
        }
        self.date_updated = at;
        self.revision += 1;
        let line = act.map(|(act, detail)| Line { act, from: Some(before.status), to: self.status, detail });
        self.log_seq += i64::from(line.is_some());
        (true, line)
    }

    fn change(&mut self, happened: &Happened, ways: &Ways, at: Timestamp) -> Option<(&'static str, Option<String>)> {
        match happened {
            Happened::Wrote(side) => {
                self.wrote(*side, at);
                None
            }
            Happened::Moved { to, why, ends } => self.moved(*to, *why, *ends, ways, at).map(|act| (act, None)),
            Happened::Accepted { owner } => self.given(owner, "accepted", at),
            Happened::Assigned { owner } => self.given(owner, "assigned", at),
            Happened::Routed { owner } => self.given(owner, "routed", at),
            Happened::Transferred { owner } => self.given(owner, "transferred", at),
            Happened::Queued { queue } => {
                self.owner = None;
                self.queue.clone_from(queue);
                if self.is_parked() {
                    self.status = Status::Inactive
                } else {
                    self.wait(at)
                }
                Some(("queued", queue.clone()))
            }
            Happened::Inactivated { reason } => {
                self.park(ways, at);
                self.reason.clone_from(reason);
                Some(("inactivated", reason.clone()))
            }
            Happened::Ended { by, reason } => {
                self.end(*by, at);
                self.reason.clone_from(reason);
                Some(("ended", reason.clone()))
            }
            Happened::Reopened => {
                self.resume(at);
                Some(("reopened", None))
            }
            Happened::Held(held) => {
                self.held = *held;
                Some((if *held { "held" } else { "released" }, None))
            }
            // The clock is the conversation's: of the session only its log tells.
            Happened::Extended(seconds) => Some(("extended", Some(crate::timer::iso_text(*seconds)))),
            Happened::Failed(failure) => {
                self.error = Some(failure.clone());
                Some(("failed", Some(failure.code.to_string())))
            }
        }
    }

    fn wrote(&mut self, side: Side, at: Timestamp) {
        match side {
            Side::Agent => {
                self.agent_messages += 1;
                self.date_first_reply.get_or_insert(at);
                self.date_last_agent_message = Some(at);
            }
            Side::Customer => {
                self.customer_messages += 1;
                self.date_last_customer_message = Some(at);
                // Whoever writes is there: what went wrong before has not kept them away.
                self.error = None;
            }
            Side::System => {}
        }
    }

    fn moved(&mut self, to: State, why: Why, ends: bool, ways: &Ways, at: Timestamp) -> Option<&'static str> {
        let by = match why {
            Why::Set { by_person: true } => EndedBy::Agent,
            _ => EndedBy::System,
        };
        match to {
            State::Closed | State::Inactive if to == State::Closed || ends => {
                self.end(by, at);
                // A clock that ends it while its last word has not reached the customer does not end it well.
                if why == Why::Timer && self.error.is_some() {
                    self.status = Status::Error;
                }
                Some("ended")
            }
            State::Inactive if !self.is_parked() => {
                self.park(ways, at);
                Some("inactivated")
            }
            State::Active if self.is_parked() => {
                if why == Why::Message(Side::Customer) {
                    self.date_returned = Some(at);
                    if self.status == Status::Inactive {
                        self.wait(at)
                    } else {
                        self.status = Status::Active
                    }
                    Some("returned")
                } else {
                    self.resume(at);
                    Some("reopened")
                }
            }
            State::Active | State::Inactive | State::Closed | State::Initializing => None,
        }
    }

    /// Whether it is neither waited nor worked on, but not over.
    pub fn is_parked(&self) -> bool {
        matches!(self.status, Status::Paused | Status::Inactive)
    }

    /// Whether it is one that somebody has, is parked or not.
    pub fn is_owned_by(&self, identity: &str) -> bool {
        self.owner.as_deref() == Some(identity)
    }

    /// A parked one stays parked, with its new owner.
    fn given(&mut self, owner: &str, act: &'static str, at: Timestamp) -> Option<(&'static str, Option<String>)> {
        self.owner = Some(owner.to_owned());
        if self.status == Status::Waiting {
            self.status = Status::Active;
        }
        self.date_accepted.get_or_insert(at);
        Some((act, Some(owner.to_owned())))
    }

    fn wait(&mut self, at: Timestamp) {
        self.status = Status::Waiting;
        self.owner = None;
        self.date_waiting = Some(at);
    }

    fn park(&mut self, ways: &Ways, at: Timestamp) {
        let stays = ways.on_return == OnReturn::SameAgent && self.owner.is_some();
        self.status = if stays { Status::Paused } else { Status::Inactive };
        self.on_return = ways.on_return;
        self.date_inactive = Some(at);
    }

    /// Back to who has it, or to the queue.
    fn resume(&mut self, at: Timestamp) {
        if self.owner.is_some() {
            self.status = Status::Active;
        } else {
            self.wait(at);
        }
    }

    fn end(&mut self, by: EndedBy, at: Timestamp) {
        self.status = Status::Ended;
        self.ended_by = Some(by);
        self.date_ended = Some(at);
        self.held = false;
    }
}
