//! Requests as the engine takes them, made ready first and sent later, so that several can be under way
//! at once.

use std::sync::Arc;

use dwell_core::{Account, Conversation, Message, Participant, Service, ServiceSid};
use dwell_engine::deliveries::Notifier;
use dwell_engine::{
    Caller, Engine, Error, SOURCE_API, Scope, configuration, conversations, messages, participants, services,
};

use crate::command::{Command, Manner};
use crate::model::{Call, Model, Refusal, TimerText, Who};

/// A request with everything in it.
#[derive(Debug, Clone)]
pub(crate) enum Ask {
    Create(Scope, conversations::Create),
    Change(Scope, String, conversations::Update),
    Delete(Scope, String),
    Say(Scope, String, messages::Create),
    Edit(Scope, String, String, messages::Update),
    Unsay(Scope, String, String),
    Join(Scope, String, participants::Create),
    Rebind(Scope, String, String, participants::Update),
    Leave(Scope, String, String),
    DeleteUser(Scope, String),
    NewService(Caller),
    DeleteService(Caller, String),
    Configure(Caller, configuration::Update),
}

/// What the engine said.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    Conversation(Box<Conversation>),
    Message(Box<Message>),
    Participant(Box<Participant>),
    Service(Box<Service>),
    Account(Box<Account>),
    Done,
}

impl Answer {
    /// The SID of what was made or changed.
    pub(crate) fn sid(&self) -> &str {
        match self {
            Answer::Conversation(conversation) => &conversation.sid,
            Answer::Message(message) => &message.sid,
            Answer::Participant(participant) => &participant.sid,
            Answer::Service(service) => &service.sid,
            Answer::Account(account) => &account.sid,
            Answer::Done => "",
        }
    }
}

/// A refusal by the name of its reason; whatever else went wrong by its own words.
pub(crate) fn refusal(error: &Error) -> Refusal {
    match error {
        Error::NotFound => "NotFound".to_owned(),
        Error::Refused(dwell_core::Reason::InvalidParameter { name, .. }) => format!("InvalidParameter {name}"),
        Error::Refused(reason) => format!("{reason:?}"),
        other => format!("failure: {other}"),
    }
}

/// Makes requests out of commands.
pub(crate) struct Desk<'a> {
    /// None while the server is down.
    pub(crate) notifier: Option<Notifier>,
    /// Which places hold which SIDs.
    pub(crate) model: &'a Model,
    /// The accounts as their owners got them.
    pub(crate) accounts: &'a [Arc<Account>],
    /// The present instant in real time.
    pub(crate) now: dwell_core::Timestamp,
}

const MISSING_CONVERSATION: &str = "CH00000000000000000000000000000000";
const MISSING_MESSAGE: &str = "IM00000000000000000000000000000000";
const MISSING_PARTICIPANT: &str = "MB00000000000000000000000000000000";

fn own(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

fn timer(text: Option<TimerText>) -> Option<String> {
    text.map(|text| text.text.to_owned())
}

impl Desk<'_> {
    /// The account that a command is about.
    fn account(&self, command: &Command) -> usize {
        match (command, command.conversation()) {
            (_, Some(c)) => self.model.conversations.get(c).map_or(0, |c| c.account),
            (
                Command::Create { service, .. }
                | Command::DeleteUser { service, .. }
                | Command::DeleteService { service },
                None,
            ) => self.model.services.get(*service).map_or(0, |s| s.account),
            (Command::NewService { account } | Command::Configure { account, .. }, None) => *account,
            _ => 0,
        }
    }

    /// The request as the model sees it.
    pub(crate) fn call(&self, command: &Command, manner: Manner) -> Call {
        let account = self.account(command);
        let actor = if manner.with_key { format!("SK{account}") } else { self.model.accounts[account].sid.clone() };
        Call { at: self.now.as_micros() - manner.waited, actor, notify: manner.notify }
    }

    /// The request as the engine sees it; `None` when it names a service that never was.
    pub(crate) fn ask(&self, command: &Command, manner: Manner) -> Option<Ask> {
        let call = self.call(command, manner);
        let account = self.account(command);
        let holder = if manner.foreign { (account + 1) % self.accounts.len() } else { account };
        let caller = Caller {
            account: self.accounts.get(holder)?.clone(),
            credential: call.actor,
            person: None,
            rights: dwell_core::Rights::All,
            received_at: dwell_core::Timestamp::from_micros(call.at),
            webhooks: call.notify,
            notifier: self.notifier.clone()?,
            source: SOURCE_API,
            accepts_any_proxy: true,
        };
        let service = match command {
            Command::Create { service, .. }
            | Command::DeleteUser { service, .. }
            | Command::DeleteService { service } => *service,
            _ => self.model.conversations.get(command.conversation().unwrap_or(usize::MAX)).map_or(0, |c| c.service),
        };
        let service = &self.model.services.get(service)?.sid;
        let scope = Scope { caller: caller.clone(), service_sid: ServiceSid::parse(service)? };
        let segment = self.segment(command, manner);
        Some(match command {
            Command::Create { state, inactive, closed, name, .. } => Ask::Create(
                scope,
                conversations::Create {
                    state: own(*state),
                    timers_inactive: timer(*inactive),
                    timers_closed: timer(*closed),
                    unique_name: own(*name),
                    ..Default::default()
                },
            ),
            Command::Change { state, inactive, closed, name, friendly, .. } => Ask::Change(
                scope,
                segment,
                conversations::Update {
                    state: own(*state),
                    timers_inactive: timer(*inactive),
                    timers_closed: timer(*closed),
                    unique_name: own(*name),
                    friendly_name: own(*friendly),
                    ..Default::default()
                },
            ),
            Command::Delete { .. } => Ask::Delete(scope, segment),
            Command::Say { author, body, content, .. } => Ask::Say(
                scope,
                segment,
                messages::Create {
                    author: author.clone(),
                    body: Some((*body).to_owned()),
                    content_sid: content.then(|| "HX00000000000000000000000000000000".to_owned()),
                    ..Default::default()
                },
            ),
            Command::Edit { c, message, author, body } => Ask::Edit(
                scope,
                segment,
                self.message(*c, *message),
                messages::Update { author: own(*author), body: own(*body), ..Default::default() },
            ),
            Command::Unsay { c, message } => Ask::Unsay(scope, segment, self.message(*c, *message)),
            Command::Join { identity, .. } => Ask::Join(
                scope,
                segment,
                participants::Create { identity: Some((*identity).to_owned()), ..Default::default() },
            ),
            Command::Bind { address, proxy, .. } => Ask::Join(
                scope,
                segment,
                participants::Create {
                    messaging_binding_address: Some(address.clone()),
                    messaging_binding_proxy_address: Some(proxy.clone()),
                    ..Default::default()
                },
            ),
            Command::Rebind { c, participant, proxy } => Ask::Rebind(
                scope,
                segment,
                self.participant(*c, *participant, false),
                participants::Update {
                    messaging_binding_proxy_address: Some((*proxy).to_owned()),
                    ..Default::default()
                },
            ),
            Command::Leave { c, participant, by_identity } => {
                Ask::Leave(scope, segment, self.participant(*c, *participant, *by_identity))
            }
            Command::DeleteUser { identity, .. } => Ask::DeleteUser(scope, (*identity).to_owned()),
            Command::NewService { .. } => Ask::NewService(caller),
            Command::DeleteService { .. } => Ask::DeleteService(caller, service.clone()),
            Command::Configure { inactive, closed, .. } => Ask::Configure(
                caller,
                configuration::Update {
                    default_inactive_timer: timer(*inactive),
                    default_closed_timer: timer(*closed),
                    ..Default::default()
                },
            ),
        })
    }

    /// How the path names the conversation.
    fn segment(&self, command: &Command, manner: Manner) -> String {
        let found = command.conversation().and_then(|c| Some((c, self.model.conversations.get(c)?)));
        let Some((c, conversation)) = found else { return MISSING_CONVERSATION.to_owned() };
        // The name of a deleted conversation may be another's by now.
        let name = conversation.name.clone().filter(|_| manner.by_name && self.model.is_there(c));
        name.unwrap_or_else(|| conversation.sid.clone())
    }

    fn message(&self, c: usize, message: usize) -> String {
        let found = self.model.conversations.get(c).and_then(|c| c.messages.get(message));
        found.map_or_else(|| MISSING_MESSAGE.to_owned(), |message| message.sid.clone())
    }

    fn participant(&self, c: usize, participant: usize, by_identity: bool) -> String {
        let found = self.model.conversations.get(c).and_then(|c| c.participants.get(participant));
        found.map_or_else(
            || MISSING_PARTICIPANT.to_owned(),
            |participant| match &participant.who {
                Who::Chat(identity) if by_identity => identity.clone(),
                _ => participant.sid.clone(),
            },
        )
    }
}

/// Sends a request.
pub(crate) async fn send(engine: Engine, ask: Ask) -> Result<Answer, Refusal> {
    let answer = match ask {
        Ask::Create(scope, request) => engine.create_conversation(&scope, request).await.map(conversation),
        Ask::Change(scope, c, request) => engine.update_conversation(&scope, &c, request).await.map(conversation),
        Ask::Delete(scope, c) => engine.delete_conversation(&scope, &c).await.map(done),
        Ask::Say(scope, c, request) => engine.create_message(&scope, &c, request).await.map(message),
        Ask::Edit(scope, c, m, request) => engine.update_message(&scope, &c, &m, request).await.map(message),
        Ask::Unsay(scope, c, m) => engine.delete_message(&scope, &c, &m).await.map(done),
        Ask::Join(scope, c, request) => engine.create_participant(&scope, &c, request).await.map(participant),
        Ask::Rebind(scope, c, p, request) => engine.update_participant(&scope, &c, &p, request).await.map(participant),
        Ask::Leave(scope, c, p) => engine.delete_participant(&scope, &c, &p).await.map(done),
        Ask::DeleteUser(scope, user) => engine.delete_user(&scope, &user).await.map(done),
        Ask::NewService(caller) => engine
            .create_service(&caller, services::Create { friendly_name: Some("Another".to_owned()) })
            .await
            .map(|service| Answer::Service(Box::new(service))),
        Ask::DeleteService(caller, service) => engine.delete_service(&caller, &service).await.map(done),
        Ask::Configure(caller, request) => {
            engine.update_configuration(&caller, request).await.map(|account| Answer::Account(Box::new(account)))
        }
    };
    answer.map_err(|error| refusal(&error))
}

fn conversation(conversation: Conversation) -> Answer {
    Answer::Conversation(Box::new(conversation))
}

fn message(message: Message) -> Answer {
    Answer::Message(Box::new(message))
}

fn participant(participant: Participant) -> Answer {
    Answer::Participant(Box::new(participant))
}

fn done((): ()) -> Answer {
    Answer::Done
}
