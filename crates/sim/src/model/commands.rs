//! What each request does, or why it is refused. A refused request changes nothing, not even what had
//! come due before it: that is left to the next one who looks.

use super::{
    CONVERSATIONS_PER_IDENTITY_MAX, Call, Cause, Conversation, Life, Message, Mistake, Model, NON_CHAT_MAX,
    Participant, Refusal, Service, State, TimerText, Who,
};
use crate::command::Command;

/// The conversations that a request touched.
type Touched = Result<Vec<usize>, Refusal>;

fn refuse<T>(reason: &str) -> Result<T, Refusal> {
    Err(reason.to_owned())
}

impl Model {
    /// Carries out a request; `sid` is the SID of what the server says that it made.
    pub(crate) fn apply(&mut self, command: &Command, call: &Call, sid: &str) -> Touched {
        match command {
            Command::Create { service, state, inactive, closed, name } => {
                self.create(*service, *state, *inactive, *closed, *name, call, sid)
            }
            Command::Change { c, state, inactive, closed, name, friendly } => {
                self.update(*c, (*state, *inactive, *closed, *name, *friendly), call)
            }
            Command::Delete { c } => self.delete(*c, call),
            Command::Say { c, author, body, content } => self.say(*c, author.as_deref(), body, *content, call, sid),
            Command::Edit { c, message, author, body } => self.edit(*c, *message, *author, *body, call),
            Command::Unsay { c, message } => self.unsay(*c, *message, call),
            Command::Join { c, identity } => self.join(*c, identity, call, sid),
            Command::Bind { c, address, proxy } => self.bind(*c, address, proxy, call, sid),
            Command::Rebind { c, participant, proxy } => self.rebind(*c, *participant, proxy, call),
            Command::Leave { c, participant, .. } => self.leave(*c, *participant, call),
            Command::DeleteUser { service, identity } => self.delete_user(*service, identity, call),
            Command::NewService { account } => {
                let account = *account;
                self.services.push(Service { sid: sid.to_owned(), account, deleted: false, users: Vec::new() });
                Ok(Vec::new())
            }
            Command::DeleteService { service } => self.delete_service(*service),
            Command::Configure { account, inactive, closed } => self.configure(*account, *inactive, *closed),
        }
    }

    /// The instant at which a request happens to an open conversation, whose timers have been carried
    /// out before it.
    fn open(&self, c: usize, call: &Call) -> Result<i64, Refusal> {
        let Some(conversation) = self.conversations.get(c).filter(|_| self.is_there(c)) else {
            return refuse("NotFound");
        };
        let now = self.now(conversation.account, call.at).max(conversation.newest);
        let mut life = conversation.life;
        life.settle(now, self.mistake);
        if life.state == State::Closed { refuse("ConversationClosed") } else { Ok(now) }
    }

    /// The conversation, with its timers carried out, for a request that will succeed.
    fn enter(&mut self, c: usize, now: i64) -> &mut Conversation {
        let mistake = self.mistake;
        let conversation = &mut self.conversations[c];
        conversation.settle(now, mistake);
        conversation
    }

    #[allow(clippy::too_many_arguments, reason = "the parameters of the request")]
    fn create(
        &mut self,
        service: usize,
        state: Option<&str>,
        inactive: Option<TimerText>,
        closed: Option<TimerText>,
        name: Option<&str>,
        call: &Call,
        sid: &str,
    ) -> Touched {
        let state = state.map_or(Ok(State::Active), parse_state)?;
        if state == State::Closed {
            return refuse("CreatedClosed");
        }
        let inactive = self.inactive_timer(inactive)?;
        let closed = self.closed_timer(closed)?;
        let Some(Service { account, deleted: false, .. }) = self.services.get(service) else {
            return refuse("NotFound");
        };
        let account = *account;
        let now = self.now(account, call.at);
        if name.is_some_and(|name| self.named(service, name).is_some()) {
            return refuse("UniqueNameTaken");
        }
        let defaults = &self.accounts[account];
        let default = |text: Option<TimerText>| text.and_then(|text| text.seconds).filter(|seconds| *seconds > 0);
        let inactive = inactive.unwrap_or(default(defaults.default_inactive));
        let closed = closed.unwrap_or(default(defaults.default_closed));
        let mut conversation = Conversation {
            sid: sid.to_owned(),
            account,
            service,
            name: name.map(str::to_owned),
            friendly: None,
            life: Life::new(state, inactive, closed, now),
            created: now,
            updated: now,
            activity: now,
            newest: now,
            history: Vec::new(),
            events: Vec::new(),
            messages: Vec::new(),
            next_index: 0,
            participants: Vec::new(),
            deleted: false,
        };
        conversation.record("onConversationAdded", conversation.about(), now, call);
        self.conversations.push(conversation);
        Ok(vec![self.conversations.len() - 1])
    }

    #[allow(clippy::type_complexity, reason = "the parameters of the request")]
    fn update(
        &mut self,
        c: usize,
        (state, inactive, closed, name, friendly): (
            Option<&str>,
            Option<TimerText>,
            Option<TimerText>,
            Option<&str>,
            Option<&str>,
        ),
        call: &Call,
    ) -> Touched {
        let now = self.open(c, call)?;
        let asked = state.is_some() || inactive.is_some() || closed.is_some() || name.is_some() || friendly.is_some();
        let state = state.map(|text| if text.is_empty() { refuse("StateEmpty") } else { parse_state(text) });
        let state = state.transpose()?;
        let inactive = self.inactive_timer(inactive)?;
        let closed = self.closed_timer(closed)?;
        if let Some(name) = name.filter(|name| !name.is_empty())
            && self.named(self.conversations[c].service, name).is_some_and(|holder| holder != c)
        {
            return refuse("UniqueNameTaken");
        }
        let mistake = self.mistake;
        let conversation = self.enter(c, now);
        if !asked {
            return Ok(vec![c]);
        }
        if inactive.is_some() || closed.is_some() {
            let life = &mut conversation.life;
            life.inactive = inactive.unwrap_or(life.inactive);
            life.closed = closed.unwrap_or(life.closed);
            life.started = now;
        }
        if let Some(state) = state.filter(|state| *state != conversation.life.state) {
            let change = conversation.life.turn(state, Cause::Api, now, mistake);
            conversation.change(change, Some(call), None, mistake);
        }
        if let Some(name) = name {
            conversation.name = Some(name.to_owned()).filter(|name| !name.is_empty());
        }
        if let Some(name) = friendly {
            conversation.friendly = Some(name.to_owned());
        }
        conversation.updated = now;
        conversation.record("onConversationUpdated", conversation.about(), now, call);
        Ok(vec![c])
    }

    fn delete(&mut self, c: usize, call: &Call) -> Touched {
        if c >= self.conversations.len() || !self.is_there(c) {
            return refuse("NotFound");
        }
        let now = self.now(self.conversations[c].account, call.at).max(self.conversations[c].newest);
        let conversation = self.enter(c, now);
        conversation.record("onConversationRemoved", conversation.about(), now, call);
        conversation.deleted = true;
        self.swept = false;
        Ok(vec![c])
    }

    fn say(&mut self, c: usize, author: Option<&str>, body: &str, content: bool, call: &Call, sid: &str) -> Touched {
        let now = self.open(c, call)?;
        if body.is_empty() && !content {
            return refuse("BodyMissing");
        }
        let mistake = self.mistake;
        let conversation = self.enter(c, now);
        let author = author.unwrap_or("system").to_owned();
        let message = Message {
            sid: sid.to_owned(),
            index: conversation.next_index,
            participant: participant_of(conversation, &author),
            author,
            body: (!content).then(|| body.to_owned()),
            created: now,
            updated: now,
        };
        conversation.next_index += 1;
        conversation.activity = now;
        conversation.record("onMessageAdded", message.about(), now, call);
        if content {
            conversation.fail(&message, now, call);
        }
        conversation.messages.push(message);
        conversation.life.spoken = now;
        if conversation.life.state == State::Inactive {
            let change = conversation.life.turn(State::Active, Cause::Event, now, mistake);
            conversation.change(change, Some(call), Some(sid), mistake);
        }
        Ok(vec![c])
    }

    fn edit(&mut self, c: usize, at: usize, author: Option<&str>, body: Option<&str>, call: &Call) -> Touched {
        let now = self.open(c, call)?;
        let Some(message) = self.conversations[c].messages.get(at) else { return refuse("NotFound") };
        if body.is_some() && message.body.is_none() {
            return refuse("MediaBodyImmutable");
        }
        if body.is_some_and(str::is_empty) {
            return refuse("BodyMissing");
        }
        if author.is_none() && body.is_none() {
            return Ok(vec![c]);
        }
        let mistake = self.mistake;
        let conversation = self.enter(c, now);
        let participant = author.map(|author| (author.to_owned(), participant_of(conversation, author)));
        let message = &mut conversation.messages[at];
        if let Some((author, participant)) = participant {
            (message.author, message.participant) = (author, participant);
        }
        if let Some(body) = body {
            message.body = Some(body.to_owned());
        }
        message.updated = now;
        let about = message.about();
        conversation.record("onMessageUpdated", about, now, call);
        if mistake == Some(Mistake::EditIsActivity) {
            conversation.life.spoken = now;
        }
        Ok(vec![c])
    }

    fn unsay(&mut self, c: usize, at: usize, call: &Call) -> Touched {
        let now = self.open(c, call)?;
        if at >= self.conversations[c].messages.len() {
            return refuse("NotFound");
        }
        let mistake = self.mistake;
        let conversation = self.enter(c, now);
        let message = conversation.messages.remove(at);
        if mistake == Some(Mistake::IndexIsReused) && message.index + 1 == conversation.next_index {
            conversation.next_index -= 1;
        }
        conversation.record("onMessageRemoved", message.about(), now, call);
        Ok(vec![c])
    }

    fn join(&mut self, c: usize, identity: &str, call: &Call, sid: &str) -> Touched {
        let now = self.open(c, call)?;
        let conversation = &self.conversations[c];
        let service = conversation.service;
        if conversation.participants.iter().any(|p| matches!(&p.who, Who::Chat(who) if who == identity)) {
            return refuse("ParticipantExists");
        }
        if self.open_of(service, identity) >= CONVERSATIONS_PER_IDENTITY_MAX {
            return refuse("IdentityConversationLimit");
        }
        if !self.services[service].users.iter().any(|user| user == identity) {
            self.services[service].users.push(identity.to_owned());
        }
        let conversation = self.enter(c, now);
        let participant = Participant { sid: sid.to_owned(), who: Who::Chat(identity.to_owned()) };
        conversation.record("onParticipantAdded", participant.about(), now, call);
        conversation.participants.push(participant);
        Ok(vec![c])
    }

    fn bind(&mut self, c: usize, address: &str, proxy: &str, call: &Call, sid: &str) -> Touched {
        let now = self.open(c, call)?;
        check_pair(address, proxy)?;
        self.refuse_held(self.conversations[c].account, address, proxy)?;
        if self.conversations[c].counts().1 >= NON_CHAT_MAX {
            return refuse("NonChatParticipantLimit");
        }
        let who = Who::Outside(address.to_owned(), Some(proxy.to_owned()));
        let conversation = self.enter(c, now);
        let participant = Participant { sid: sid.to_owned(), who };
        conversation.record("onParticipantAdded", participant.about(), now, call);
        conversation.participants.push(participant);
        Ok(vec![c])
    }

    fn rebind(&mut self, c: usize, at: usize, proxy: &str, call: &Call) -> Touched {
        let now = self.open(c, call)?;
        let conversation = &self.conversations[c];
        let Some(participant) = conversation.participants.get(at) else { return refuse("NotFound") };
        let Who::Outside(address, current) = participant.who.clone() else {
            return refuse(if proxy == "null" { "ProxyAddressAbsent" } else { "ProxyAddressNotAddable" });
        };
        let wanted = (proxy != "null").then(|| proxy.to_owned());
        if wanted.is_none() && current.is_none() {
            return refuse("ProxyAddressAbsent");
        }
        if wanted.is_some() && wanted != current {
            check_pair(&address, proxy)?;
            self.refuse_held(conversation.account, &address, proxy)?;
        }
        let conversation = self.enter(c, now);
        conversation.participants[at].who = Who::Outside(address, wanted);
        let about = conversation.participants[at].about();
        conversation.record("onParticipantUpdated", about, now, call);
        Ok(vec![c])
    }

    fn leave(&mut self, c: usize, at: usize, call: &Call) -> Touched {
        let now = self.open(c, call)?;
        if at >= self.conversations[c].participants.len() {
            return refuse("NotFound");
        }
        let conversation = self.enter(c, now);
        let participant = conversation.participants.remove(at);
        conversation.record("onParticipantRemoved", participant.about(), now, call);
        Ok(vec![c])
    }

    /// Takes the user out of every open conversation; closed ones are immutable.
    fn delete_user(&mut self, service: usize, identity: &str, call: &Call) -> Touched {
        let found = self.services.get(service).filter(|service| !service.deleted);
        let Some(place) = found.and_then(|service| service.users.iter().position(|user| user == identity)) else {
            return refuse("NotFound");
        };
        self.services[service].users.remove(place);
        let is = |p: &Participant| matches!(&p.who, Who::Chat(who) if who == identity);
        let mut touched = Vec::new();
        for c in 0..self.conversations.len() {
            let conversation = &self.conversations[c];
            let Some(at) = conversation.participants.iter().position(is) else { continue };
            if conversation.service != service || conversation.life.state == State::Closed {
                continue;
            }
            // What is found closed by its timer stays as it is.
            let Ok(now) = self.open(c, call) else { continue };
            let conversation = self.enter(c, now);
            let participant = conversation.participants.remove(at);
            conversation.record("onParticipantRemoved", participant.about(), now, call);
            touched.push(c);
        }
        Ok(touched)
    }

    fn delete_service(&mut self, service: usize) -> Touched {
        let is_default =
            |s: &Service| self.services.iter().position(|other| other.account == s.account) == Some(service);
        match self.services.get(service) {
            Some(found) if is_default(found) => refuse("DefaultServiceDelete"),
            Some(Service { deleted: false, .. }) => {
                self.services[service].deleted = true;
                self.swept = false;
                Ok(Vec::new())
            }
            _ => refuse("NotFound"),
        }
    }

    fn configure(&mut self, account: usize, inactive: Option<TimerText>, closed: Option<TimerText>) -> Touched {
        self.inactive_timer(inactive)?;
        self.closed_timer(closed)?;
        let account = &mut self.accounts[account];
        account.default_inactive = inactive.or(account.default_inactive);
        account.default_closed = closed.or(account.default_closed);
        Ok(Vec::new())
    }

    fn inactive_timer(&self, text: Option<TimerText>) -> Result<Option<Option<i64>>, Refusal> {
        text.map(|text| self.timer(text, 60, "InactiveTimerInvalid", "InactiveTimerTooShort")).transpose()
    }

    fn closed_timer(&self, text: Option<TimerText>) -> Result<Option<Option<i64>>, Refusal> {
        text.map(|text| self.timer(text, 600, "ClosedTimerInvalid", "ClosedTimerTooShort")).transpose()
    }

    /// Zero disables; blank is malformed (§18 M3, U6).
    fn timer(&self, text: TimerText, min: i64, malformed: &str, short: &str) -> Result<Option<i64>, Refusal> {
        match text.seconds {
            None if text.text.is_empty() && self.mistake == Some(Mistake::BlankDisables) => Ok(None),
            None => refuse(malformed),
            Some(0) => Ok(None),
            Some(seconds) if seconds < min => refuse(short),
            Some(seconds) => Ok(Some(seconds)),
        }
    }

    /// Who has a unique name in a service: in any state, until it is deleted (contract §5.1).
    fn named(&self, service: usize, name: &str) -> Option<usize> {
        let has = |c: &Conversation| c.service == service && !c.deleted && c.name.as_deref() == Some(name);
        self.conversations.iter().position(has)
    }

    fn refuse_held(&self, account: usize, address: &str, proxy: &str) -> Result<(), Refusal> {
        match self.holder(account, address, proxy) {
            Some(holder) => Err(format!("PairInUse {{ holder: {} }}", self.conversations[holder].sid)),
            None => Ok(()),
        }
    }
}

/// The participant behind an author: by identity, else by address; nobody is behind `system`.
fn participant_of(conversation: &Conversation, author: &str) -> Option<String> {
    if author == "system" {
        return None;
    }
    let people = &conversation.participants;
    let by_identity = people.iter().find(|p| matches!(&p.who, Who::Chat(who) if who == author));
    let found =
        by_identity.or_else(|| people.iter().find(|p| matches!(&p.who, Who::Outside(address, _) if address == author)));
    found.map(|participant| participant.sid.clone())
}

fn parse_state(text: &str) -> Result<State, Refusal> {
    match text.to_ascii_lowercase().as_str() {
        "active" => Ok(State::Active),
        "inactive" => Ok(State::Inactive),
        "closed" => Ok(State::Closed),
        _ => refuse("StateUnknown"),
    }
}

/// Addresses here are telephone numbers, plain or for WhatsApp (contract §5.3).
fn check_pair(address: &str, proxy: &str) -> Result<(), Refusal> {
    let plain = |text: &str| text.starts_with('+');
    let whatsapp = |text: &str| text.starts_with("whatsapp:+");
    let known = |text: &str| plain(text) || whatsapp(text);
    match (address, proxy) {
        ("", _) => refuse("AddressEmpty"),
        (_, "") => refuse("ProxyAddressEmpty"),
        _ if !known(address) => refuse("AddressInvalid"),
        _ if !known(proxy) => refuse("ProxyAddressInvalid"),
        _ if address == proxy => refuse("AddressEqualsProxy"),
        _ if plain(address) != plain(proxy) => refuse("AddressTypeMismatch"),
        _ => Ok(()),
    }
}
