//! The choice of requests: mostly sensible ones, some that must be refused.

use crate::command::{Command, Manner};
use crate::model::{Conversation, Model, State, TimerText, Who};
use crate::pool;
use crate::step::{Director, Kind, Step};

/// Conversations above which few new ones are made.
const CONVERSATIONS_ENOUGH: usize = 30;
/// Longest wait of a request for its turn, in microseconds.
const WAIT_MICROS_MAX: u64 = 3_000_000;

impl Director {
    pub(super) fn request(&self, model: &Model, kind: Kind) -> Step {
        let is_open = |c: &usize| model.conversations[*c].life.state != State::Closed;
        let alive = self.alive(model);
        let open = alive.iter().copied().filter(is_open).count();
        let kind = match kind {
            Kind::Create if alive.len() > CONVERSATIONS_ENOUGH && open > 3 && !self.one_in(6) => Kind::Say,
            Kind::DeleteUser | Kind::NewService | Kind::DeleteService | Kind::Configure => kind,
            // With few of them there is little to do.
            _ if open < 3 && !self.one_in(4) => Kind::Create,
            kind => kind,
        };
        let c = match kind {
            Kind::Edit | Kind::Unsay => self.conversation_with(model, |c| !c.messages.is_empty()),
            Kind::Leave => self.conversation_with(model, |c| !c.participants.is_empty()),
            Kind::Rebind => self.conversation_with(model, |c| c.counts().1 > 0),
            _ => self.conversation(model),
        };
        let command = match kind {
            Kind::Create => Command::Create {
                service: self.service(model),
                state: self.one_in(4).then(|| self.state(true)),
                inactive: self.timer(60),
                closed: self.timer(600),
                name: self.one_in(4).then(|| self.pick(&pool::NAMES)),
            },
            Kind::Change => Command::Change {
                c,
                state: self.one_in(6).then(|| self.state(false)),
                inactive: self.timer(60),
                closed: self.timer(600),
                name: self.one_in(8).then(|| if self.one_in(3) { "" } else { self.pick(&pool::NAMES) }),
                friendly: self.one_in(4).then(|| self.pick(&pool::BODIES)),
            },
            Kind::State => Command::Change {
                c,
                state: Some(self.state(false)),
                inactive: None,
                closed: None,
                name: None,
                friendly: None,
            },
            Kind::Edit => {
                let author = self.one_in(3).then(|| self.pick(&pool::IDENTITIES));
                let body = if self.one_in(8) { "" } else { self.pick(&pool::BODIES) };
                let body = (author.is_none() || self.one_in(2)).then_some(body);
                Command::Edit { c, message: self.message(model, c), author, body }
            }
            Kind::Unsay => Command::Unsay { c, message: self.message(model, c) },
            Kind::Join => Command::Join { c, identity: self.identity() },
            Kind::Bind => self.bind(c),
            Kind::Rebind => Command::Rebind {
                c,
                participant: self.participant(model, c, self.one_in(8)),
                proxy: if self.one_in(4) { "null" } else { self.pick(&pool::PROXIES) },
            },
            Kind::Leave => {
                Command::Leave { c, participant: self.participant(model, c, true), by_identity: self.one_in(3) }
            }
            Kind::Delete => Command::Delete { c },
            Kind::DeleteUser => Command::DeleteUser { service: self.service(model), identity: self.identity() },
            Kind::NewService => Command::NewService { account: self.below(model.accounts.len()) },
            Kind::DeleteService => Command::DeleteService { service: self.service_to_delete(model) },
            Kind::Configure => Command::Configure {
                account: self.below(model.accounts.len()),
                inactive: self.timer(60),
                closed: self.timer(600),
            },
            _ => Command::Say {
                c,
                author: (!self.one_in(3)).then(|| match self.below(4) {
                    0 => self.pick(&pool::ADDRESSES).to_owned(),
                    1 => "nobody".to_owned(),
                    _ => self.pick(&pool::IDENTITIES).to_owned(),
                }),
                body: if self.one_in(20) { "" } else { self.pick(&pool::BODIES) },
                content: self.one_in(8),
            },
        };
        let is_about_one = command.conversation().is_some() || matches!(command, Command::DeleteUser { .. });
        let manner = Manner {
            notify: self.one_in(2),
            with_key: self.one_in(4),
            by_name: self.one_in(4),
            waited: if self.one_in(6) { self.random.below(WAIT_MICROS_MAX) as i64 } else { 0 },
            foreign: is_about_one && self.one_in(60),
        };
        Step::Ask(manner, command)
    }

    /// Address pairs that clash now and then, and some that are none.
    fn bind(&self, c: usize) -> Command {
        let (address, proxy) = if self.one_in(8) {
            let odd = ["", "+15550000001", "5550000001", "whatsapp:+18880000003"];
            (self.pick(&odd), self.pick(&odd))
        } else {
            self.pick(&pool::GOOD_PAIRS)
        };
        Command::Bind { c, address: address.to_owned(), proxy: proxy.to_owned() }
    }

    /// An open conversation of this kind, when there is any; or any.
    fn conversation_with(&self, model: &Model, fits: impl Fn(&Conversation) -> bool) -> usize {
        let is_open = |c: &usize| model.conversations[*c].life.state != State::Closed;
        let fitting: Vec<usize> =
            self.alive(model).into_iter().filter(is_open).filter(|c| fits(&model.conversations[*c])).collect();
        if fitting.is_empty() || self.one_in(10) { self.conversation(model) } else { self.pick(&fitting) }
    }

    /// A conversation: usually one that is there, and an open one at that.
    pub(super) fn conversation(&self, model: &Model) -> usize {
        let all = model.conversations.len();
        let alive = self.alive(model);
        let is_open = |c: &usize| model.conversations[*c].life.state != State::Closed;
        let open: Vec<usize> = alive.iter().copied().filter(is_open).collect();
        match self.below(30) {
            0 => self.below(all + 1),
            1..=3 if !alive.is_empty() => self.pick(&alive),
            _ if !open.is_empty() => self.pick(&open),
            _ => self.below(all + 1),
        }
    }

    fn alive(&self, model: &Model) -> Vec<usize> {
        let count = model.conversations.len();
        (0..count).filter(|c| model.is_there(*c)).collect()
    }

    pub(super) fn service(&self, model: &Model) -> usize {
        let all = model.services.len();
        let alive: Vec<usize> = (0..all).filter(|s| !model.services[*s].deleted).collect();
        match self.below(20) {
            0 => self.below(all),
            // Things meet in the first two accounts.
            1..=7 => self.below(2),
            8..=14 => {
                let near: Vec<usize> = alive.iter().copied().filter(|s| model.services[*s].account < 2).collect();
                self.pick(&near)
            }
            _ => self.pick(&alive),
        }
    }

    /// Rarely one that may not be deleted: each account's first.
    fn service_to_delete(&self, model: &Model) -> usize {
        let firsts = model.accounts.len();
        let others: Vec<usize> =
            (firsts..model.services.len()).filter(|service| !model.services[*service].deleted).collect();
        if others.is_empty() || self.one_in(8) { self.service(model) } else { self.pick(&others) }
    }

    /// All but the identity of the crowd.
    fn identity(&self) -> &'static str {
        pool::IDENTITIES[self.below(pool::IDENTITIES.len() - 1)]
    }

    /// A message of a conversation, or one that is not there.
    fn message(&self, model: &Model, c: usize) -> usize {
        let count = model.conversations.get(c).map_or(0, |c| c.messages.len());
        // The last one matters most.
        if self.one_in(2) { count.saturating_sub(1) } else { self.below(count + usize::from(self.one_in(10))) }
    }

    /// A participant of a conversation, from outside unless any will do.
    fn participant(&self, model: &Model, c: usize, any: bool) -> usize {
        let people = model.conversations.get(c).map_or(&[][..], |c| &c.participants);
        let fits = |p: &usize| any || matches!(people[*p].who, Who::Outside(..));
        let found: Vec<usize> = (0..people.len()).filter(fits).collect();
        if found.is_empty() || self.one_in(20) { people.len() } else { self.pick(&found) }
    }

    /// No timer, a good one, or now and then one that must be refused.
    fn timer(&self, min: i64) -> Option<TimerText> {
        match self.below(12) {
            0..=4 => None,
            5 if self.one_in(2) => Some(self.pick(&pool::ODD_TIMERS)),
            _ => {
                let timer = self.pick(&pool::TIMERS);
                let is_short = timer.seconds.is_some_and(|seconds| seconds > 0 && seconds < min);
                Some(if is_short && !self.one_in(8) { pool::TIMERS[4] } else { timer })
            }
        }
    }

    /// A state; few are closed at birth, and not many at once afterwards.
    fn state(&self, at_birth: bool) -> &'static str {
        match self.below(16) {
            0 if at_birth && self.one_in(2) => "",
            0 => self.pick(&pool::BAD_STATES),
            1..=3 => self.pick(&pool::STATES),
            4..=9 => "inactive",
            _ => "active",
        }
    }
}
