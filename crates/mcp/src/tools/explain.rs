//! What will happen to a conversation and when, and why it is as it is.

use dwell_core::Lifecycle;
use dwell_core::timer::iso_text;
use dwell_engine::PageRequest;
use dwell_engine::conversations::Life;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::refused;
use crate::answer::TimersShown;
use crate::refusal::Refusal;
use crate::tool::Tool;
use crate::visit::Visit;

/// How many of its newest events the history is taken from.
const EVENTS_MAX: usize = 1_000;
/// Most changes of state shown, and most questions.
const SHOWN_MAX: usize = 20;

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExplainConversation {
    /// The conversation: its SID (CH…), in any service, or its unique name in the account's default service.
    conversation: String,
}

/// What will happen to a conversation, and what did.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Explanation {
    /// All of it in a few sentences.
    summary: String,
    /// Its timers, and what they lead to.
    timers: TimersShown,
    /// What would change that, each in a sentence; empty when nothing can.
    postponed_by: Vec<String>,
    /// What a message would do if it came now; null when none can be added.
    if_message_now: Option<IfMessage>,
    /// When it was created, in UTC.
    created: String,
    /// The credential that created it.
    created_by: String,
    /// The newest changes of state, oldest first, at most 20 of those among its newest 1,000 events.
    history: Vec<Happened>,
    /// The newest questions that were asked before a timer would move it, latest deadline first, at most 20.
    last_calls: Vec<Asked>,
}

/// What a message would do.
#[derive(Serialize, JsonSchema)]
struct IfMessage {
    /// The state from then on.
    state: String,
    /// When the next change of state would be due, in UTC; null for never.
    next_due: Option<String>,
}

/// A change of state.
#[derive(Serialize, JsonSchema)]
struct Happened {
    /// The state before.
    from: String,
    /// The state after.
    to: String,
    /// When, in UTC.
    at: String,
    /// `TIMER`, `API` for a request, or `EVENT` for a message.
    reason: String,
    /// Who caused it: the SID of a credential, or `system` for a timer.
    actor: String,
    /// The SID of the message that brought it back; null when none did.
    message_sid: Option<String>,
    /// The code of the error that closed it, for explain_error; null when none did.
    error_code: Option<i64>,
    /// All of that in a sentence.
    why: String,
}

/// A question that was asked before a timer would move the conversation.
#[derive(Serialize, JsonSchema)]
struct Asked {
    /// What the timer would make of the conversation: `inactive` or `closed`.
    moves_to: String,
    /// When it was to end, in UTC.
    due: String,
    /// What came of it: `go`, `postponed`, `held`, `late`, `invalid`, `none` without an answer; null until it is known.
    outcome: Option<String>,
    /// When the timer was to end from then on, in UTC; null when it was not put off.
    postponed_to: Option<String>,
}

impl Tool for ExplainConversation {
    const NAME: &'static str = "explain_conversation";
    const TITLE: &'static str = "Explain what happens to a conversation";
    const DESCRIPTION: &'static str = "Says what will happen to a conversation and when, what the cause is and what \
        would postpone it, and why its last changes of state came about. Use it for every question of the kind «why did \
        it close» or «when will it».";
    type Output = Explanation;

    async fn run(self, visit: &Visit) -> Result<Explanation, Refusal> {
        let (engine, caller) = (&visit.server.engine, visit.caller()?);
        let read = async |after: Option<String>| {
            let page = PageRequest { size: EVENTS_MAX, after };
            let life = engine.conversation_life(caller, &self.conversation, page).await;
            life.map_err(refused(visit, &self.conversation))
        };
        let mut life = read(None).await?;
        // Changes of state are numbered among all events, so a full page holds those of the newest ones.
        let before = life.conversation.event_seq.saturating_sub(EVENTS_MAX as i64);
        if before > 0 {
            life = read(Some(before.to_string())).await?;
        }
        Ok(explain(&life))
    }
}

fn explain(life: &Life) -> Explanation {
    let records = &life.history.items;
    let history: Vec<_> = records.iter().skip(records.len().saturating_sub(SHOWN_MAX)).map(happened).collect();
    let last_calls = life.last_calls.iter().take(SHOWN_MAX).map(|asked| Asked {
        moves_to: asked.timer.as_str().to_owned(),
        due: asked.due.to_rfc3339_micros(),
        outcome: asked.ended.as_ref().map(|ended| ended.outcome.as_str().to_owned()),
        postponed_to: asked.ended.as_ref().and_then(|ended| ended.postponed_to).map(|at| at.to_rfc3339_micros()),
    });
    let after = life.after_message();
    let next_due = |lifecycle: &Lifecycle| lifecycle.armed.map(|armed| armed.due.to_rfc3339_micros());
    Explanation {
        summary: summary(life, history.last()),
        timers: TimersShown::of(life),
        postponed_by: postponed_by(life, after.as_ref()),
        if_message_now: after
            .as_ref()
            .map(|after| IfMessage { state: after.state.as_str().to_owned(), next_due: next_due(after) }),
        created: life.created_at.to_rfc3339_micros(),
        created_by: life.created_by.clone(),
        history,
        last_calls: last_calls.collect(),
    }
}

fn happened(record: &dwell_engine::conversations::LifeRecord) -> Happened {
    let moved = &record.transition;
    let (from, to) = (moved.from.as_str(), moved.to.as_str());
    let how = match (&record.error, moved.cause.as_str(), record.message_sid) {
        (Some(error), ..) => format!("because of error {}: {}", error.code, error.message),
        (None, "TIMER", _) => format!("because its {to} timer ended"),
        (None, "EVENT", Some(sid)) => format!("because the message {sid} was added"),
        (None, "EVENT", None) => "because a message was added".to_owned(),
        (None, ..) => format!("because {} asked for it", record.actor),
    };
    Happened {
        from: from.to_owned(),
        to: to.to_owned(),
        at: moved.at.to_rfc3339_micros(),
        reason: moved.cause.as_str().to_owned(),
        actor: record.actor.clone(),
        message_sid: record.message_sid.map(|sid| sid.to_string()),
        error_code: record.error.as_ref().map(|error| error.code),
        why: format!("From {from} to {to} at {} {how}.", moved.at.to_rfc3339_seconds()),
    }
}

fn summary(life: &Life, last: Option<&Happened>) -> String {
    let state = life.conversation.lifecycle.state.as_str();
    let mut text = format!("The conversation is {state}.");
    if let Some(last) = last {
        text = format!("{text} {}", last.why);
    }
    if let Some(policy) = policy_of(life) {
        text = format!("{text} {policy}");
    }
    let ahead = life.clock();
    let ahead: Vec<_> =
        { ahead.iter() }.map(|(at, mark, _)| format!("{} at {}", mark.as_str(), at.to_rfc3339_seconds())).collect();
    let Some(running) = life.running() else {
        return format!("{text} No timer is running, so it stays so until somebody changes it.");
    };
    let ahead = ahead.join(", then ");
    match running.started {
        Some(started) => {
            let (kind, started) = (running.kind.as_str(), started.to_rfc3339_seconds());
            format!(
                "{text} If nothing else happens it becomes {ahead}. The {kind} timer runs since {started} (cause: {}).",
                running.cause
            )
        }
        None => format!("{text} The clock of its policy runs. If nothing else happens: {ahead}."),
    }
}

/// The policy that a conversation lives by, and whether somebody holds its clock.
fn policy_of(life: &Life) -> Option<String> {
    let lifecycle = &life.conversation.lifecycle;
    let held = lifecycle.held.is_some().then(|| "Somebody holds its clock.".to_owned());
    let Some(rules) = &lifecycle.rules else { return held };
    let name = life.policy_name.as_deref().map_or("deleted meanwhile".to_owned(), |name| format!("«{name}»"));
    let text = format!(
        "It lives by version {} of the lifecycle policy {} ({name}): messages of {} count, and the clock starts on {}.",
        rules.version,
        rules.policy_sid,
        rules.counts.as_str(),
        rules.starts_on.as_str(),
    );
    Some([Some(text), held].into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// What would change the timer that is running, found by trying it.
fn postponed_by(life: &Life, after: Option<&Lifecycle>) -> Vec<String> {
    let lifecycle = &life.conversation.lifecycle;
    let Some(after) = after else { return Vec::new() };
    // A policy may tell messages apart.
    let message = if lifecycle.rules.is_some() { "A message of the customer's" } else { "A message" };
    let mut ways = Vec::new();
    if after.state != lifecycle.state {
        ways.push(format!("A new message makes it {} at once.", after.state.as_str()));
    }
    if after.armed != lifecycle.armed {
        ways.push(match after.armed {
            Some(armed) => {
                format!("{message} now would put the next change off to {}.", armed.due.to_rfc3339_seconds())
            }
            None => format!("{message} now would stop the timer."),
        });
    } else if lifecycle.armed.is_some() {
        ways.push(format!("{message} does not restart this timer."));
    }
    let leave = "Setting its timers (set_timers) takes it out of its policy for good.";
    if lifecycle.armed.is_some() {
        let anew = "Setting its timers (set_timers) starts them anew, or stops them with PT0S.";
        ways.push(if lifecycle.rules.is_some() { leave } else { anew }.to_owned());
        ways.push("Setting another state (set_state) starts the timers of that state.".to_owned());
        if life.last_calls.first().is_some_and(|asked| asked.ended.is_none()) {
            ways.push("A program is being asked now (last call) and may put it off.".to_owned());
        }
    } else if lifecycle.rules.is_some() {
        ways.push(leave.to_owned());
    } else if let Some(seconds) = lifecycle.timers.inactive.or(lifecycle.timers.closed) {
        ways.push(format!("Its timer of {} is not running; a message or a change starts it.", iso_text(seconds)));
    }
    ways
}
