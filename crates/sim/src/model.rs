//! The reference model: what a server must be seen to do, after contract §6 and §18 and nothing else.
//!
//! It knows nothing of the engine's rules. Where the engine keeps one armed timer and moves it, the
//! model keeps the instants at which clocks started and works out from them what is due.

mod commands;
mod life;
mod mistake;

pub(crate) use life::{Cause, Change, Life, State};
pub use mistake::Mistake;

/// The latest instant of the calendar; nothing is due later.
const CALENDAR_END: i64 = 253_402_207_200_000_000;
/// Most participants without an identity in one conversation (§18 M4).
const NON_CHAT_MAX: usize = 50;
/// Most open conversations of one identity in one service (§18 M4).
const CONVERSATIONS_PER_IDENTITY_MAX: usize = 1_000;

/// Why something is refused, by the name of the engine's reason.
pub(crate) type Refusal = String;

/// A request: when it came in, in real time, who sent it, and whether it is to fire webhooks.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    /// Microseconds since the epoch.
    pub(crate) at: i64,
    /// The credential.
    pub(crate) actor: String,
    /// Whether the header of contract §1.4 was sent.
    pub(crate) notify: bool,
}

/// Everything that the server holds.
#[derive(Debug, Clone, Default)]
pub(crate) struct Model {
    /// Accounts, in order of creation.
    pub(crate) accounts: Vec<Account>,
    /// Services, deleted ones included.
    pub(crate) services: Vec<Service>,
    /// Conversations, deleted ones included.
    pub(crate) conversations: Vec<Conversation>,
    /// Whether the janitor has removed all that there was to remove.
    pub(crate) swept: bool,
    /// A rule to get wrong, to prove that the comparison finds it.
    pub(crate) mistake: Option<Mistake>,
}

/// An account.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    /// Its SID.
    pub(crate) sid: String,
    /// Its clock, when it is a test account.
    pub(crate) clock: Option<TestClock>,
    /// Default inactive timer as sent.
    pub(crate) default_inactive: Option<TimerText>,
    /// Default closed timer as sent.
    pub(crate) default_closed: Option<TimerText>,
}

/// The clock of a test account.
#[derive(Debug, Clone, Copy)]
pub(crate) enum TestClock {
    /// It runs, so many microseconds ahead of real time.
    Running {
        /// Microseconds.
        ahead: i64,
    },
    /// It stands still.
    Frozen {
        /// Where.
        at: i64,
    },
}

/// A service.
#[derive(Debug, Clone)]
pub(crate) struct Service {
    /// Its SID.
    pub(crate) sid: String,
    /// Its account.
    pub(crate) account: usize,
    /// Whether it was deleted.
    pub(crate) deleted: bool,
    /// Identities of its users, in order of creation.
    pub(crate) users: Vec<String>,
}

/// A conversation.
#[derive(Debug, Clone)]
pub(crate) struct Conversation {
    /// Its SID.
    pub(crate) sid: String,
    /// Its account.
    pub(crate) account: usize,
    /// Its service.
    pub(crate) service: usize,
    /// Its unique name.
    pub(crate) name: Option<String>,
    /// Its friendly name.
    pub(crate) friendly: Option<String>,
    /// State and timers.
    pub(crate) life: Life,
    /// When it was created.
    pub(crate) created: i64,
    /// When a field, the state or a timer last changed (§18 U26).
    pub(crate) updated: i64,
    /// When the newest message came, or it was created.
    pub(crate) activity: i64,
    /// The time of its newest event.
    pub(crate) newest: i64,
    /// Every change of state.
    pub(crate) history: Vec<Change>,
    /// Every event.
    pub(crate) events: Vec<Event>,
    /// Messages that were not deleted, by index.
    pub(crate) messages: Vec<Message>,
    /// The index of the next message.
    pub(crate) next_index: i64,
    /// Participants, in order of joining.
    pub(crate) participants: Vec<Participant>,
    /// Whether it was deleted by itself.
    pub(crate) deleted: bool,
}

/// An event of a conversation's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// Its name.
    pub(crate) kind: &'static str,
    /// When it happened.
    pub(crate) at: i64,
    /// Whether webhooks hear of it.
    pub(crate) notify: bool,
    /// `API` or `TIMER`.
    pub(crate) source: &'static str,
    /// A credential or `system`.
    pub(crate) actor: String,
    /// For a change of state: which one of the history.
    pub(crate) change: Option<usize>,
    /// Parts of its payload, which stay whatever happens to the thing that it is about.
    pub(crate) about: Vec<String>,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Message {
    /// Its SID.
    pub(crate) sid: String,
    /// Its index.
    pub(crate) index: i64,
    /// Its author.
    pub(crate) author: String,
    /// The SID of the author's participant.
    pub(crate) participant: Option<String>,
    /// Its text; `None` with content.
    pub(crate) body: Option<String>,
    /// When it was added.
    pub(crate) created: i64,
    /// When it was last edited.
    pub(crate) updated: i64,
}

/// A participant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Participant {
    /// Its SID.
    pub(crate) sid: String,
    /// Who it is.
    pub(crate) who: Who,
}

/// The two kinds of participants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Who {
    /// A user.
    Chat(String),
    /// Somebody outside, with the proxy address unless it was taken away.
    Outside(String, Option<String>),
}

/// The text of a timer parameter with its meaning in seconds; `None` for a malformed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimerText {
    /// As sent.
    pub(crate) text: &'static str,
    /// What it means.
    pub(crate) seconds: Option<i64>,
}

impl Message {
    fn about(&self) -> Vec<String> {
        let mut about = vec![
            format!("\"MessageSid\":\"{}\"", self.sid),
            format!("\"Index\":{},", self.index),
            format!("\"Author\":\"{}\"", self.author),
        ];
        about.extend(self.body.iter().map(|body| format!("\"Body\":\"{body}\"")));
        about
    }
}

impl Participant {
    fn about(&self) -> Vec<String> {
        let who = match &self.who {
            Who::Chat(identity) => format!("\"Identity\":\"{identity}\""),
            Who::Outside(address, _) => format!("\"MessagingBinding.Address\":\"{address}\""),
        };
        vec![format!("\"ParticipantSid\":\"{}\"", self.sid), who]
    }
}

impl Conversation {
    fn about(&self) -> Vec<String> {
        let state = format!("{:?}", self.life.state).to_lowercase();
        let mut about = vec![format!("\"State\":\"{state}\"")];
        about.extend(self.name.iter().map(|name| format!("\"UniqueName\":\"{name}\"")));
        about
    }

    /// Participants with an identity, and those without.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let chat = self.participants.iter().filter(|p| matches!(p.who, Who::Chat(_))).count();
        (chat, self.participants.len() - chat)
    }

    fn record(&mut self, kind: &'static str, about: Vec<String>, now: i64, call: &Call) {
        self.newest = self.newest.max(now);
        let actor = call.actor.clone();
        self.events.push(Event { kind, at: now, notify: call.notify, source: "API", actor, change: None, about });
    }

    /// A message without a text can never leave: it fails at once for everybody outside but its author, and
    /// webhooks always hear of that.
    fn fail(&mut self, message: &Message, now: i64, call: &Call) {
        let told = Call { notify: true, ..call.clone() };
        let outside = |p: &&Participant| matches!(p.who, Who::Outside(_, Some(_)));
        let failed: Vec<_> = self.participants.iter().filter(outside).map(|p| p.sid.clone()).collect();
        for participant in failed.into_iter().filter(|sid| Some(sid) != message.participant.as_ref()) {
            let about = vec![
                format!("\"MessageSid\":\"{}\"", message.sid),
                format!("\"ParticipantSid\":\"{participant}\""),
                "\"Status\":\"failed\",\"ErrorCode\":21619,".to_owned(),
            ];
            self.record("onDeliveryUpdated", about, now, &told);
        }
    }

    /// A change of state: into the history and the log. Timers and messages are always told (§18 U17).
    fn change(&mut self, mut change: Change, call: Option<&Call>, message: Option<&str>, mistake: Option<Mistake>) {
        let by_timer = change.cause == Cause::Timer;
        let always = by_timer || change.cause == Cause::Event && mistake != Some(Mistake::QuietReactivation);
        let actor = call.filter(|_| !by_timer).map_or("system", |call| &call.actor).to_owned();
        change.actor.clone_from(&actor);
        change.message = message.map(str::to_owned);
        self.updated = change.at;
        self.newest = self.newest.max(change.at);
        self.events.push(Event {
            kind: "onConversationStateUpdated",
            at: change.at,
            notify: always || call.is_some_and(|call| call.notify),
            source: if by_timer { "TIMER" } else { "API" },
            actor,
            change: Some(self.history.len()),
            about: Vec::new(),
        });
        change.seq = self.events.len() as i64;
        self.history.push(change);
    }

    /// Carries out what is due, each at its own due time (§18 U25).
    fn settle(&mut self, now: i64, mistake: Option<Mistake>) -> usize {
        let changes = self.life.settle(now, mistake);
        let count = changes.len();
        for change in changes {
            self.change(change, None, None, mistake);
        }
        count
    }
}

impl Model {
    /// Whether a conversation is there for anybody to see.
    pub(crate) fn is_there(&self, c: usize) -> bool {
        let conversation = &self.conversations[c];
        !conversation.deleted && !self.services[conversation.service].deleted
    }

    /// The conversations of an account that are there.
    pub(crate) fn of_account(&self, account: usize) -> impl Iterator<Item = usize> {
        (0..self.conversations.len()).filter(move |c| self.conversations[*c].account == account && self.is_there(*c))
    }

    /// The account's own time.
    pub(crate) fn now(&self, account: usize, real: i64) -> i64 {
        match self.accounts[account].clock {
            None => real,
            Some(TestClock::Running { ahead }) => real + ahead,
            Some(TestClock::Frozen { at }) => at,
        }
    }

    /// Carries out everything due in an account up to `until`, and says how many changes that were.
    pub(crate) fn settle(&mut self, account: usize, until: i64) -> usize {
        let mistake = self.mistake;
        let due: Vec<usize> = self.of_account(account).collect();
        due.into_iter().map(|c| self.conversations[c].settle(until, mistake)).sum()
    }

    /// Carries out everything due anywhere.
    pub(crate) fn fire(&mut self, real: i64) -> usize {
        (0..self.accounts.len()).map(|account| self.settle(account, self.now(account, real))).sum()
    }

    /// When the next timer of an account is due.
    pub(crate) fn next_due(&self, account: usize) -> Option<i64> {
        self.of_account(account).filter_map(|c| Some(self.conversations[c].life.due(self.mistake)?.0)).min()
    }

    /// Who holds an address pair: open conversations only (contract §6.1).
    pub(crate) fn holder(&self, account: usize, address: &str, proxy: &str) -> Option<usize> {
        let holds = |p: &Participant| matches!(&p.who, Who::Outside(a, Some(b)) if a == address && b == proxy);
        self.of_account(account).find(|c| {
            let c = &self.conversations[*c];
            let open = c.life.state != State::Closed || self.mistake == Some(Mistake::ClosingKeepsPairs);
            open && c.participants.iter().any(holds)
        })
    }

    /// In how many open conversations of a service an identity is.
    pub(crate) fn open_of(&self, service: usize, identity: &str) -> usize {
        let is = |p: &Participant| matches!(&p.who, Who::Chat(who) if who == identity);
        let open = |c: &&Conversation| c.service == service && !c.deleted && c.life.state != State::Closed;
        self.conversations.iter().filter(open).filter(|c| c.participants.iter().any(is)).count()
    }
}
