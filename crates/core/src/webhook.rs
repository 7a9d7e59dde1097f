//! Webhooks: the events that they choose from, their addresses and methods, and what is set up for an
//! account, a service and a conversation (contract §5.6, §5.14, §10.1, §10.2). How they are told is
//! not said here.

mod scoped;

use url::Url;

use crate::limits;
use crate::reason::Reason;

pub use scoped::{Action, Given, Target, Webhook};

/// Events told before a write, by name (contract §10.2).
pub const PRE_EVENTS: &[&str] = &[
    "onConversationAdd",
    "onConversationRemove",
    "onConversationUpdate",
    "onMessageAdd",
    "onMessageRemove",
    "onMessageUpdate",
    "onParticipantAdd",
    "onParticipantRemove",
    "onParticipantUpdate",
    "onUserUpdate",
];

/// Events told after a write, by name (contract §10.2).
pub const POST_EVENTS: &[&str] = &[
    "onConversationAdded",
    "onConversationRemoved",
    "onConversationUpdated",
    "onConversationStateUpdated",
    "onMessageAdded",
    "onMessageRemoved",
    "onMessageUpdated",
    "onParticipantAdded",
    "onParticipantRemoved",
    "onParticipantUpdated",
    "onDeliveryUpdated",
    "onUserAdded",
    "onUserUpdated",
];

/// Where a webhook is set up, which decides the events that it may choose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// For the account or a service: every event.
    Global,
    /// For one conversation: what can happen within one that exists, after it happened.
    Conversation,
}

impl Level {
    /// The event of this name, in any case; `None` when there is none at this level.
    pub fn event(self, name: &str) -> Option<&'static str> {
        let event = POST_EVENTS.iter().chain(PRE_EVENTS).find(|event| event.eq_ignore_ascii_case(name))?;
        match self {
            Level::Global => Some(event),
            Level::Conversation => {
                let is_scoped = POST_EVENTS.contains(event)
                    && !matches!(*event, "onConversationAdded" | "onUserAdded" | "onUserUpdated");
                is_scoped.then_some(event)
            }
        }
    }

    /// The events of a list of names, each once, in the order given. A blank name is passed over: it
    /// is how a client says "none".
    ///
    /// # Errors
    /// [`Reason::WebhookFilterInvalid`] (50365) for a name that is no event of this level.
    pub fn events(self, names: &[String]) -> Result<Vec<String>, Reason> {
        let mut events: Vec<String> = Vec::new();
        for name in names.iter().filter(|name| !name.is_empty()) {
            let event = self.event(name).ok_or(Reason::WebhookFilterInvalid)?;
            if !events.iter().any(|known| known == event) {
                events.push(event.to_owned());
            }
        }
        Ok(events)
    }
}

/// How a webhook is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// With the parameters in the query.
    Get,
    /// With the parameters in the body.
    Post,
}

impl Method {
    /// The name in upper case: in the store and on the wire of account and service webhooks.
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }

    /// The name in lower case: on the wire of webhooks of one conversation (contract §5.6).
    pub const fn as_lower_str(self) -> &'static str {
        match self {
            Method::Get => "get",
            Method::Post => "post",
        }
    }

    /// The inverse of both, blind to case.
    pub fn parse(text: &str) -> Option<Self> {
        [Method::Get, Method::Post].into_iter().find(|method| text.eq_ignore_ascii_case(method.as_str()))
    }
}

/// Whether `text` can be the address of a webhook: an absolute http or https URL with a host, at most
/// [`limits::WEBHOOK_URL_CHARS_MAX`] long.
pub fn is_url(text: &str) -> bool {
    // The parser mends what browsers mend: blanks around a URL, backslashes, missing slashes. What is
    // signed is the text as it was sent, so it must be right as it stands.
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
        && !rest.starts_with('/')
        && !is_too_long(text)
        && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\')
        && Url::parse(text).is_ok_and(|url| url.has_host())
}

/// The address of a webhook as people are shown it: without the user and the password that it may hold.
pub fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://***@{host}{path}"),
        None => url.to_owned(),
    }
}

fn is_too_long(url: &str) -> bool {
    url.chars().count() > limits::WEBHOOK_URL_CHARS_MAX
}

/// A program that hears of events after they happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// Its address.
    pub url: String,
    /// How it is called.
    pub method: Method,
    /// The events that it hears of, by name.
    pub filters: Vec<String>,
}

/// What a client says of a [`Hook`], as sent; `None` for what it says nothing of.
#[derive(Debug, Clone, Copy, Default)]
pub struct HookGiven<'a> {
    /// The address.
    pub url: Option<&'a str>,
    /// What the address is called in a refusal.
    pub url_name: &'static str,
    /// The method, in any case; a blank one says nothing.
    pub method: Option<&'a str>,
    /// What the method is called in a refusal.
    pub method_name: &'static str,
    /// The events; a single blank one says none.
    pub filters: Option<&'a [String]>,
}

impl Hook {
    /// The hook that was there, with what is given put in its place; without one before, a hook that is
    /// called by POST and hears of nothing. Whether it may hear of nothing is for the caller to say.
    ///
    /// # Errors
    /// [`Reason::WebhookUrlMissing`], [`Reason::WebhookUrlTooLong`] and [`Reason::WebhookFilterInvalid`];
    /// [`Reason::InvalidParameter`] for a malformed address and an unknown method.
    pub fn with(before: Option<&Hook>, given: &HookGiven<'_>) -> Result<Hook, Reason> {
        let invalid = |name, problem: &str| Reason::InvalidParameter { name, problem: problem.to_owned() };
        let url = given.url.or(before.map(|hook| hook.url.as_str())).unwrap_or_default();
        if url.is_empty() {
            return Err(Reason::WebhookUrlMissing);
        }
        if is_too_long(url) {
            return Err(Reason::WebhookUrlTooLong);
        }
        if !is_url(url) {
            return Err(invalid(given.url_name, "must be an absolute http or https URL"));
        }
        let method = method(given.method, given.method_name)?;
        let filters = given.filters.map(|names| Level::Conversation.events(names)).transpose()?;
        Ok(Hook {
            url: url.to_owned(),
            method: method.or(before.map(|hook| hook.method)).unwrap_or(Method::Post),
            filters: filters.unwrap_or_else(|| before.map(|hook| hook.filters.clone()).unwrap_or_default()),
        })
    }
}

/// The method that a client names; `None` when it names none.
///
/// # Errors
/// [`Reason::InvalidParameter`] for any other word.
pub fn method(text: Option<&str>, name: &'static str) -> Result<Option<Method>, Reason> {
    let problem = || Reason::InvalidParameter { name, problem: "must be GET or POST".to_owned() };
    text.filter(|text| !text.is_empty()).map(|text| Method::parse(text).ok_or_else(problem)).transpose()
}

/// What an account or a service has set up for its webhooks (contract §5.14).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// Who is asked before something happens.
    pub pre_url: Option<String>,
    /// Who is told after something happened.
    pub post_url: Option<String>,
    /// How both are called.
    pub method: Method,
    /// The events, before and after, that are told; others are not.
    pub filters: Vec<String>,
    /// Where an account has its webhooks routed; a service has no say in it.
    pub routing: Routing,
}

impl Default for Configuration {
    /// What an account begins with: nobody is told anything.
    fn default() -> Self {
        Configuration {
            pre_url: None,
            post_url: None,
            method: Method::Post,
            filters: Vec::new(),
            routing: Routing::Webhook,
        }
    }
}

/// Where the webhooks of an account go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Routing {
    /// To their addresses.
    Webhook,
    /// To Flex, a product that this server knows the name of and nothing else.
    Flex,
}

impl Routing {
    /// The name on the wire and in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Routing::Webhook => "webhook",
            Routing::Flex => "flex",
        }
    }

    /// The inverse of [`Self::as_str`], blind to case.
    pub fn parse(text: &str) -> Option<Self> {
        [Routing::Webhook, Routing::Flex].into_iter().find(|routing| text.eq_ignore_ascii_case(routing.as_str()))
    }
}

/// What the account and one of its services have set up; `None` where nothing ever was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Configurations {
    /// The account's.
    pub account: Option<Configuration>,
    /// The service's.
    pub service: Option<Configuration>,
}

impl Configurations {
    /// The one that holds for what happens in the service: its own, once it was ever set up, takes the
    /// place of the account's as a whole (contract §10.1), but for the routing.
    pub fn in_force(self) -> Configuration {
        let routing = self.account.as_ref().map_or(Routing::Webhook, |account| account.routing);
        Configuration { routing, ..self.service.or(self.account).unwrap_or_default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_has_its_events() {
        assert_eq!(Level::Global.event("onconversationadd"), Some("onConversationAdd"));
        assert_eq!(Level::Global.event("onUserAdded"), Some("onUserAdded"));
        for (name, is_scoped) in [
            ("onMessageAdded", true),
            ("onDeliveryUpdated", true),
            ("onConversationRemoved", true),
            ("onConversationAdded", false),
            ("onUserUpdated", false),
            ("onMessageAdd", false),
        ] {
            assert_eq!(Level::Conversation.event(name).is_some(), is_scoped, "{name}");
        }
        for legacy in ["onMessageSend", "onMessageSent", "onConversationDestroyed", ""] {
            assert_eq!(Level::Global.event(legacy), None, "{legacy}");
        }
    }

    #[test]
    fn events_are_listed_once_and_a_blank_is_none() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let found = Level::Global.events(&names(&["onMessageAdded", "", "ONMESSAGEADDED", "onUserUpdate"]));
        assert_eq!(found, Ok(names(&["onMessageAdded", "onUserUpdate"])));
        assert_eq!(Level::Global.events(&names(&["onMessageSend"])), Err(Reason::WebhookFilterInvalid));
    }

    #[test]
    fn addresses_are_absolute_and_of_the_web() {
        for good in ["https://example.com/hook?x=1", "http://127.0.0.1:3000", "https://user:pw@example.com/é"] {
            assert!(is_url(good), "{good}");
        }
        for bad in [
            "",
            "example.com",
            "/hook",
            "//example.com",
            "ftp://example.com",
            "https://",
            "https:// x",
            "https:example.com",
            "https:///example.com",
            "https:\\\\example.com",
            " https://example.com",
            "https://example.com/a b",
            "https://example.com/\n",
            "https://user@",
            "https://example.com:99999",
            "mailto:a@b.c",
            "javascript://example.com",
        ] {
            assert!(!is_url(bad), "{bad}");
        }
        assert!(!is_url(&format!("https://example.com/{}", "x".repeat(limits::WEBHOOK_URL_CHARS_MAX))));
    }

    #[test]
    fn what_is_shown_holds_no_password() {
        for (url, shown) in [
            ("https://example.com/a?b=c@d", "https://example.com/a?b=c@d"),
            ("https://user:pw@example.com:81/a?b=c@d#e", "https://***@example.com:81/a?b=c@d#e"),
            ("http://us@er:p@w@example.com", "http://***@example.com"),
            ("https://token@example.com?a", "https://***@example.com?a"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }

    #[test]
    fn the_service_takes_the_place_of_the_account() {
        let named = |url: &str| Configuration { post_url: Some(url.to_owned()), ..Configuration::default() };
        let (account, service) = (Some(named("account")), Some(named("service")));
        let flex = Some(Configuration { routing: Routing::Flex, ..named("account") });
        let routed = Configurations { account: flex, service: service.clone() }.in_force();
        assert_eq!(routed, Configuration { routing: Routing::Flex, ..named("service") });
        for (configurations, expected) in [
            (Configurations::default(), Configuration::default()),
            (Configurations { account: account.clone(), service: None }, named("account")),
            (Configurations { account: account.clone(), service }, named("service")),
            // Set up and cleared again, it still does.
            (Configurations { account, service: Some(Configuration::default()) }, Configuration::default()),
        ] {
            assert_eq!(configurations.in_force(), expected);
        }
    }
}
