//! The webhooks of one conversation (contract §5.6).

use super::{Hook, HookGiven};
use crate::limits;
use crate::reason::Reason;
use crate::sid::{AccountSid, ConversationSid, FlowSid, WebhookSid};
use crate::time::Timestamp;

/// A webhook of one conversation. It hears of what happens there in addition to those of the account
/// or the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its SID.
    pub sid: WebhookSid,
    /// The account that owns the conversation.
    pub account_sid: AccountSid,
    /// The conversation.
    pub conversation_sid: ConversationSid,
    /// What is done when something happens.
    pub action: Action,
    /// The index of a message: those after it are told from the start, though they were there before
    /// (contract §18 U13).
    pub replay_after: Option<i64>,
    /// When it was created.
    pub date_created: Timestamp,
    /// When it last changed.
    pub date_updated: Timestamp,
}

/// What a webhook of a conversation does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Tells a program of events.
    Webhook(Hook),
    /// Tells a program of events whose message has one of the keywords in its body, in any case and
    /// anywhere (contract §18 U14).
    Trigger {
        /// The program.
        hook: Hook,
        /// The keywords.
        triggers: Vec<String>,
    },
    /// Starts a Studio flow.
    Studio {
        /// The flow.
        flow_sid: FlowSid,
    },
}

/// The name of what a webhook does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// [`Action::Webhook`].
    Webhook,
    /// [`Action::Trigger`].
    Trigger,
    /// [`Action::Studio`].
    Studio,
}

impl Target {
    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Target::Webhook => "webhook",
            Target::Trigger => "trigger",
            Target::Studio => "studio",
        }
    }

    /// The inverse of [`Self::as_str`], blind to case.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Target::Webhook, Target::Trigger, Target::Studio];
        all.into_iter().find(|target| text.eq_ignore_ascii_case(target.as_str()))
    }
}

/// What a client says of an action, as sent; `None` for what it says nothing of.
#[derive(Debug, Clone, Copy, Default)]
pub struct Given<'a> {
    /// The program, for a webhook or a trigger.
    pub hook: HookGiven<'a>,
    /// The keywords, for a trigger.
    pub triggers: Option<&'a [String]>,
    /// The flow, for Studio.
    pub flow_sid: Option<&'a str>,
}

/// What a trigger hears of when nothing else is said: only messages have a body to search.
const TRIGGER_EVENT: &str = "onMessageAdded";

impl Action {
    /// The action of a new webhook. What belongs to another target is passed over.
    ///
    /// # Errors
    /// For a webhook or a trigger: those of [`Hook::with`]. For a webhook:
    /// [`Reason::WebhookFilterMissing`]. For a trigger: [`Reason::WebhookTriggerMissing`],
    /// [`Reason::WebhookTriggerLimit`], [`Reason::WebhookTriggerTooLong`]. For Studio:
    /// [`Reason::FlowSidInvalid`].
    pub fn new(target: Target, given: &Given<'_>) -> Result<Self, Reason> {
        match target {
            Target::Webhook => Self::webhook(None, given),
            Target::Trigger => Self::trigger(None, &[], given),
            Target::Studio => Self::studio(given.flow_sid),
        }
    }

    /// This action with what is given put in its place. The target stays.
    ///
    /// # Errors
    /// As for [`Self::new`].
    pub fn with(&self, given: &Given<'_>) -> Result<Self, Reason> {
        match self {
            Action::Webhook(hook) => Self::webhook(Some(hook), given),
            Action::Trigger { hook, triggers } => Self::trigger(Some(hook), triggers, given),
            Action::Studio { flow_sid } => Self::studio(given.flow_sid.or(Some(flow_sid))),
        }
    }

    fn webhook(before: Option<&Hook>, given: &Given<'_>) -> Result<Self, Reason> {
        let hook = Hook::with(before, &given.hook)?;
        if hook.filters.is_empty() { Err(Reason::WebhookFilterMissing) } else { Ok(Action::Webhook(hook)) }
    }

    fn trigger(before: Option<&Hook>, triggers: &[String], given: &Given<'_>) -> Result<Self, Reason> {
        let mut hook = Hook::with(before, &given.hook)?;
        if hook.filters.is_empty() {
            hook.filters.push(TRIGGER_EVENT.to_owned());
        }
        // A blank keyword is no keyword: it would be found in every message.
        let triggers = given.triggers.unwrap_or(triggers).iter().filter(|trigger| !trigger.is_empty());
        let triggers: Vec<_> = triggers.cloned().collect();
        if triggers.is_empty() {
            return Err(Reason::WebhookTriggerMissing);
        }
        if triggers.len() > limits::WEBHOOK_TRIGGERS_MAX {
            return Err(Reason::WebhookTriggerLimit);
        }
        if triggers.iter().any(|trigger| trigger.chars().count() > limits::WEBHOOK_TRIGGER_CHARS_MAX) {
            return Err(Reason::WebhookTriggerTooLong);
        }
        Ok(Action::Trigger { hook, triggers })
    }

    fn studio(flow_sid: Option<&str>) -> Result<Self, Reason> {
        let flow_sid = flow_sid.and_then(FlowSid::parse).ok_or(Reason::FlowSidInvalid)?;
        Ok(Action::Studio { flow_sid })
    }

    /// Which program is told of an event, if one is: it must list the event, and for a trigger the event
    /// must be about a message whose body holds a keyword. Nobody executes Studio flows.
    pub fn program_for(&self, event: &str, body: Option<&str>) -> Option<&Hook> {
        let (hook, triggers) = match self {
            Action::Webhook(hook) => (hook, None),
            Action::Trigger { hook, triggers } => (hook, Some(triggers)),
            Action::Studio { .. } => return None,
        };
        let is_called = triggers.is_none_or(|triggers| body.is_some_and(|body| holds_any(body, triggers)));
        Some(hook).filter(|_| is_called && self.lists(event))
    }

    /// Whether a program may be told of an event, whatever the message that it may be about says.
    pub fn lists(&self, event: &str) -> bool {
        match self {
            Action::Webhook(hook) | Action::Trigger { hook, .. } => hook.filters.iter().any(|filter| filter == event),
            Action::Studio { .. } => false,
        }
    }

    /// The name of this action.
    pub const fn target(&self) -> Target {
        match self {
            Action::Webhook(_) => Target::Webhook,
            Action::Trigger { .. } => Target::Trigger,
            Action::Studio { .. } => Target::Studio,
        }
    }
}

/// Whether a text has one of the keywords anywhere, in any case. Upper case is compared, where unlike in
/// lower case one letter has one form.
fn holds_any(text: &str, keywords: &[String]) -> bool {
    let text = text.to_uppercase();
    keywords.iter().any(|keyword| text.contains(&keyword.to_uppercase()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::webhook::Method;

    const FLOW: &str = "FW00000000000000000000000000000000";

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn hook(filters: Option<&[String]>) -> HookGiven<'_> {
        HookGiven { url: Some("https://example.com"), url_name: "Url", filters, ..HookGiven::default() }
    }

    #[test]
    fn a_webhook_needs_an_address_and_events() {
        let filters = texts(&["onmessageadded", "onMessageAdded"]);
        let of = |hook| Action::new(Target::Webhook, &Given { hook, ..Given::default() });
        let Ok(Action::Webhook(made)) = of(hook(Some(&filters))) else { panic!("a webhook") };
        assert_eq!((made.method, &made.filters), (Method::Post, &texts(&["onMessageAdded"])));
        let long = format!("https://example.com/{}", "x".repeat(limits::WEBHOOK_URL_CHARS_MAX));
        let (blank, of_users) = (texts(&[""]), texts(&["onUserAdded"]));
        for (given, expected) in [
            (hook(None), Reason::WebhookFilterMissing),
            (hook(Some(&blank)), Reason::WebhookFilterMissing),
            (hook(Some(&of_users)), Reason::WebhookFilterInvalid),
            (HookGiven { url: None, ..hook(Some(&filters)) }, Reason::WebhookUrlMissing),
            (HookGiven { url: Some(""), ..hook(Some(&filters)) }, Reason::WebhookUrlMissing),
            (HookGiven { url: Some(&long), ..hook(Some(&filters)) }, Reason::WebhookUrlTooLong),
        ] {
            assert_eq!(of(given), Err(expected));
        }
        for bad in [HookGiven { url: Some("x"), ..hook(None) }, HookGiven { method: Some("PUT"), ..hook(None) }] {
            assert!(matches!(of(bad), Err(Reason::InvalidParameter { .. })), "{bad:?}");
        }
    }

    #[test]
    fn a_trigger_needs_keywords() {
        let of = |triggers: &[String]| {
            Action::new(Target::Trigger, &Given { hook: hook(None), triggers: Some(triggers), ..Given::default() })
        };
        let Ok(Action::Trigger { hook, triggers }) = of(&texts(&["", "help", "Hilfe!"])) else { panic!("a trigger") };
        assert_eq!((hook.filters, triggers), (texts(&["onMessageAdded"]), texts(&["help", "Hilfe!"])));
        assert_eq!(of(&[]), Err(Reason::WebhookTriggerMissing));
        assert_eq!(of(&texts(&[""])), Err(Reason::WebhookTriggerMissing));
        assert!(of(&texts(&["a", "b", "c", "d", "e"])).is_ok());
        assert_eq!(of(&texts(&["a", "b", "c", "d", "e", "f"])), Err(Reason::WebhookTriggerLimit));
        assert!(of(&["é".repeat(248)]).is_ok());
        assert_eq!(of(&["é".repeat(249)]), Err(Reason::WebhookTriggerTooLong));
    }

    #[test]
    fn a_program_hears_what_it_lists_and_triggers_want_a_keyword() {
        let filters = texts(&["onMessageAdded", "onParticipantAdded"]);
        let triggers = texts(&["Help", "straße", "Σ"]);
        let given = Given { hook: hook(Some(&filters)), triggers: Some(&triggers), flow_sid: Some(FLOW) };
        let of = |target| Action::new(target, &given).unwrap();
        let hears = |target, event, body| of(target).program_for(event, body).is_some();
        assert!(hears(Target::Webhook, "onMessageAdded", None));
        assert!(hears(Target::Webhook, "onParticipantAdded", Some("x")));
        assert!(!hears(Target::Webhook, "onMessageUpdated", Some("help")));
        for body in ["help", "HELP", "whelps!", "die STRASSE", "ὁδός"] {
            assert!(hears(Target::Trigger, "onMessageAdded", Some(body)), "{body}");
        }
        for (event, body) in [
            ("onMessageAdded", Some("hel p")),
            ("onMessageAdded", Some("")),
            ("onMessageAdded", None),
            ("onParticipantAdded", None),
            ("onMessageUpdated", Some("help")),
        ] {
            assert!(!hears(Target::Trigger, event, body), "{event} {body:?}");
        }
        assert!(!hears(Target::Studio, "onMessageAdded", Some("help")));
    }

    #[test]
    fn what_is_not_given_stays() {
        let filters = texts(&["onMessageAdded"]);
        let triggers = texts(&["help"]);
        let all = Given { hook: hook(Some(&filters)), triggers: Some(&triggers), flow_sid: Some(FLOW) };
        for target in [Target::Webhook, Target::Trigger, Target::Studio] {
            let made = Action::new(target, &all).unwrap();
            assert_eq!(made.target(), target);
            assert_eq!(Target::parse(&target.as_str().to_uppercase()), Some(target));
            assert_eq!(made.with(&Given::default()), Ok(made.clone()));
            let method = Given { hook: HookGiven { method: Some("get"), ..HookGiven::default() }, ..Given::default() };
            let expected = match made.clone() {
                Action::Webhook(hook) => Action::Webhook(Hook { method: Method::Get, ..hook }),
                Action::Trigger { hook, triggers } => {
                    Action::Trigger { hook: Hook { method: Method::Get, ..hook }, triggers }
                }
                studio => studio,
            };
            assert_eq!(made.with(&method), Ok(expected));
        }
        let studio = Action::new(Target::Studio, &all).unwrap();
        for flow_sid in ["", "FW1"] {
            let given = Given { flow_sid: Some(flow_sid), ..Given::default() };
            assert_eq!(studio.with(&given), Err(Reason::FlowSidInvalid));
        }
    }
}
