//! The parameters of a policy, and what they say.

use dwell_core::address::BindingType;
use dwell_core::hours::Hours;
use dwell_core::policy::{Action, Counts, Preset, Rules, Scope, StartsOn, Warning};
use dwell_core::session::OnReturn;
use dwell_core::timer::iso_seconds;
use dwell_core::{AccountSid, PolicySid, Reason, ServiceSid, limits};
use dwell_store::{Tx, services};
use serde::Deserialize;

use crate::error::Error;
use crate::input::{self, present};

/// The parameters, as sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of the parameters")]
pub struct Request {
    pub friendly_name: Option<String>,
    pub enabled: Option<String>,
    pub chat_service_sid: Option<String>,
    pub channel_type: Option<String>,
    pub address: Option<String>,
    pub preset: Option<String>,
    pub counts: Option<String>,
    pub starts_on: Option<String>,
    pub idle_after: Option<String>,
    pub action: Option<String>,
    pub end_inactive_after: Option<String>,
    pub end_closes: Option<String>,
    pub on_return: Option<String>,
    pub queue: Option<String>,
    pub farewell: Option<String>,
    pub warnings: Option<String>,
    pub hours: Option<String>,
}

/// A warning as it is given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    before: String,
    body: String,
}

impl Request {
    /// The rules of a new policy: of the preset, or of none with no clock, and what is given besides.
    pub(super) fn new_rules(&self, sid: PolicySid) -> Result<Rules, Reason> {
        self.rules(self.preset()?.unwrap_or(Preset::Off).rules(sid))
    }

    /// The rules that come of others: those of the preset if one is named, and what is given besides.
    pub(super) fn changed_rules(&self, before: &Rules) -> Result<Rules, Reason> {
        let Rules { policy_sid, version, .. } = *before;
        let base = self.preset()?.map(|preset| Rules { version, ..preset.rules(policy_sid) });
        self.rules(base.unwrap_or_else(|| before.clone()))
    }

    fn preset(&self) -> Result<Option<Preset>, Reason> {
        choice("Preset", self.preset.as_deref(), Preset::parse, &Preset::ALL.map(Preset::as_str))
    }

    fn rules(&self, base: Rules) -> Result<Rules, Reason> {
        fn names<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Vec<&'static str> {
            all.iter().map(|value| name(*value)).collect()
        }
        let counts = choice("Counts", self.counts.as_deref(), Counts::parse, &names(Counts::ALL, Counts::as_str))?;
        let starts_on =
            choice("StartsOn", self.starts_on.as_deref(), StartsOn::parse, &names(StartsOn::ALL, StartsOn::as_str))?;
        let action = choice("Action", self.action.as_deref(), Action::parse, &names(Action::ALL, Action::as_str))?;
        let on_return =
            choice("OnReturn", self.on_return.as_deref(), OnReturn::parse, &names(OnReturn::ALL, OnReturn::as_str))?;
        let mut rules = Rules {
            counts: counts.unwrap_or(base.counts),
            starts_on: starts_on.unwrap_or(base.starts_on),
            idle_after: duration("IdleAfter", self.idle_after.as_deref())?.unwrap_or(base.idle_after),
            action: action.unwrap_or(base.action),
            end_inactive_after: duration("EndInactiveAfter", self.end_inactive_after.as_deref())?
                .unwrap_or(base.end_inactive_after),
            end_closes: input::boolean("EndCloses", self.end_closes.as_deref())?.unwrap_or(base.end_closes),
            on_return: on_return.unwrap_or(base.on_return),
            queue: clearable(self.queue.as_deref(), base.queue, queue)?,
            farewell: clearable(self.farewell.as_deref(), base.farewell, |text| Ok(text.to_owned()))?,
            warnings: clearable(self.warnings.as_deref(), Some(base.warnings), warnings)?.unwrap_or_default(),
            hours: clearable(self.hours.as_deref(), base.hours, hours)?,
            ..base
        };
        rules.sort_warnings();
        rules.check()?;
        Ok(rules)
    }

    /// Which conversations it is for, when it was for these before.
    pub(super) fn scope(&self, tx: &mut dyn Tx, account: &AccountSid, before: Scope) -> Result<Scope, Error> {
        let scope = Scope {
            service_sid: match self.chat_service_sid.as_deref() {
                None => before.service_sid,
                Some("") => None,
                Some(text) => Some(service(tx, account, text)?),
            },
            channel_type: clearable(self.channel_type.as_deref(), before.channel_type, channel_type)?,
            address: clearable(self.address.as_deref(), before.address, |text| Ok(text.to_owned()))?,
        };
        scope.check()?;
        Ok(scope)
    }
}

fn wrong(name: &'static str, problem: impl Into<String>) -> Reason {
    Reason::InvalidParameter { name, problem: problem.into() }
}

/// What a parameter makes of a value that may be absent: not given, it stays; blank, it goes.
fn clearable<T>(
    text: Option<&str>,
    before: Option<T>,
    read: impl FnOnce(&str) -> Result<T, Reason>,
) -> Result<Option<T>, Reason> {
    text.map_or(Ok(before), |text| present(Some(text)).map(read).transpose())
}

/// One of several values; a blank is none of them.
fn choice<T>(
    name: &'static str,
    text: Option<&str>,
    parse: fn(&str) -> Option<T>,
    names: &[&str],
) -> Result<Option<T>, Reason> {
    let one_of = || wrong(name, format!("none of {}", names.join(", ")));
    text.map(|text| parse(text).ok_or_else(one_of)).transpose()
}

/// A duration in seconds; zero is for no clock.
fn duration(name: &'static str, text: Option<&str>) -> Result<Option<Option<i64>>, Reason> {
    text.map(|text| seconds(name, text).map(|seconds| Some(seconds).filter(|seconds| *seconds > 0))).transpose()
}

fn seconds(name: &'static str, text: &str) -> Result<i64, Reason> {
    let problem = || wrong(name, "not an ISO 8601 duration of days, hours, minutes and seconds, such as PT5M");
    iso_seconds(text).ok_or_else(problem)
}

fn queue(text: &str) -> Result<String, Reason> {
    let problem = format!("longer than {} characters", limits::QUEUE_CHARS_MAX);
    input::at_most(text, limits::QUEUE_CHARS_MAX, wrong("Queue", problem)).map(str::to_owned)
}

fn warnings(text: &str) -> Result<Vec<Warning>, Reason> {
    const NAME: &str = "Warnings";
    if text.len() > limits::POLICY_WARNINGS_BYTES_MAX {
        return Err(wrong(NAME, format!("larger than {} bytes", limits::POLICY_WARNINGS_BYTES_MAX)));
    }
    let given: Vec<Given> = serde_json::from_str(text)
        .map_err(|error| wrong(NAME, format!("not a JSON array of objects with before and body: {error}")))?;
    let read = |Given { before, body }| Ok(Warning { before_seconds: seconds(NAME, &before)?, body });
    given.into_iter().map(read).collect()
}

fn hours(text: &str) -> Result<Hours, Reason> {
    if text.len() > limits::POLICY_HOURS_BYTES_MAX {
        return Err(wrong("Hours", format!("larger than {} bytes", limits::POLICY_HOURS_BYTES_MAX)));
    }
    Hours::parse(text).map_err(|problem| wrong("Hours", problem))
}

fn channel_type(text: &str) -> Result<BindingType, Reason> {
    let names = BindingType::ALL.map(BindingType::as_str).join(", ");
    BindingType::parse(text).ok_or_else(|| wrong("ChannelType", format!("none of {names}")))
}

fn service(tx: &mut dyn Tx, account: &AccountSid, text: &str) -> Result<ServiceSid, Error> {
    let found = match ServiceSid::parse(text) {
        Some(sid) => services::fetch(tx, account, &sid)?,
        None => None,
    };
    Ok(found.ok_or(Reason::ServiceNotFound)?.sid)
}
