//! `/dwell/v1/LifecyclePolicies`: whose silence counts, what is said before a clock ends, and what its end makes of a
//! conversation.

use axum::Json;
use axum::extract::State;
use dwell_core::hours::Hours;
use dwell_core::policy::{Preset, Rules};
use dwell_core::timer::iso_text;
use dwell_core::{PolicySid, SidBytes};
use dwell_engine::policies::{self, Counted, Moment};
use dwell_engine::{Engine, Error};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::{Answer, Created, Deleted};
use crate::request::ForAccount;

const LISTING: Listing = Listing { key: "lifecycle_policies", size_default: 50, size_max: 200 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(presets))
        .routes(routes!(preview))
        .routes(routes!(fetch, update, delete))
}

/// What a conversation lives by under a policy.
#[derive(Debug, Serialize, ToSchema)]
struct PolicyRules {
    /// Whose messages are activity: `anyone`'s, or the `customer`'s only.
    counts: &'static str,
    /// What starts the idle clock: `last_message`, `first_agent_reply` or `last_agent_message`.
    starts_on: &'static str,
    /// How long the idle clock runs, in ISO 8601; null for no such clock.
    idle_after: Option<String>,
    /// What its end brings about: `inactivate`, `end` or `inactivate_and_end`.
    action: &'static str,
    /// How long after becoming inactive, by whatever cause, the session ends, in ISO 8601; null for never.
    end_inactive_after: Option<String>,
    /// Whether the end of a session closes the conversation; otherwise it stays, inactive, for the next session.
    end_closes: bool,
    /// Who gets a returning customer: the `same_agent`, or the `queue`.
    on_return: &'static str,
    /// Where new sessions wait.
    queue: Option<String>,
    /// What is said when a clock takes the conversation out of its active state.
    farewell: Option<String>,
    /// What is said before the idle clock ends, the earliest first.
    warnings: Vec<PolicyWarning>,
    /// When the idle clock runs, as it was given; null for always.
    #[schema(value_type = Option<Object>)]
    hours: Option<Value>,
}

/// Something that is said before the idle clock ends.
#[derive(Debug, Serialize, ToSchema)]
struct PolicyWarning {
    /// How long before, in ISO 8601.
    before: String,
    /// What.
    body: String,
}

/// A lifecycle policy.
#[derive(Debug, Serialize, ToSchema)]
struct LifecyclePolicy {
    /// Its SID.
    sid: String,
    /// The account.
    account_sid: String,
    /// The service whose conversations it is for; null for those of all.
    chat_service_sid: Option<String>,
    /// The type of channel whose conversations it is for; null for all.
    channel_type: Option<&'static str>,
    /// The address of the account whose conversations it is for; null for all.
    address: Option<String>,
    /// Its name.
    friendly_name: String,
    /// Whether it takes over conversations.
    enabled: bool,
    /// The number of its rules: each change of them is a new version.
    version: i64,
    #[serde(flatten)]
    rules: PolicyRules,
    /// How many open conversations live by an older version.
    outdated: i64,
    /// When it was created.
    date_created: String,
    /// When it last changed.
    date_updated: String,
    /// The URL of this resource.
    url: String,
}

/// A page of policies.
#[derive(Debug, Serialize, ToSchema)]
struct LifecyclePolicyList {
    /// Which page it is, and where its neighbours are.
    meta: Meta,
    /// The policies on it.
    lifecycle_policies: Vec<LifecyclePolicy>,
}

/// Rules to begin with.
#[derive(Debug, Serialize, ToSchema)]
struct PolicyPreset {
    /// Its name, for `Preset`.
    preset: &'static str,
    /// What it is.
    friendly_name: &'static str,
    #[serde(flatten)]
    rules: PolicyRules,
}

/// All presets.
#[derive(Debug, Serialize, ToSchema)]
struct PolicyPresets {
    /// The presets.
    presets: Vec<PolicyPreset>,
}

/// What a policy would do.
#[derive(Debug, Serialize, ToSchema)]
struct PolicyPreview {
    /// What would happen to a conversation that begins now, in which the customer writes once and an agent replies.
    timeline: Vec<PreviewedMoment>,
}

/// Something that would happen.
#[derive(Debug, Serialize, ToSchema)]
struct PreviewedMoment {
    /// When, in UTC.
    at: String,
    /// How long after the beginning, in ISO 8601.
    after: String,
    /// `customer_writes`, `agent_replies`, `warning`, `farewell`, `inactive`, `session_ends` or `closed`.
    what: &'static str,
    /// The same in a sentence.
    text: &'static str,
    /// What is said then.
    body: Option<String>,
}

fn root(request: &ForAccount) -> String {
    format!("{}/dwell/v1/LifecyclePolicies", request.tree.base)
}

fn rules(rules: Rules) -> Answer<PolicyRules> {
    let unreadable = |error: serde_json::Error| Error::Internal(format!("hours of {}: {error}", rules.policy_sid));
    let json = |hours: &Hours| serde_json::to_value(hours).map_err(unreadable);
    Ok(PolicyRules {
        counts: rules.counts.as_str(),
        starts_on: rules.starts_on.as_str(),
        idle_after: rules.idle_after.map(iso_text),
        action: rules.action.as_str(),
        end_inactive_after: rules.end_inactive_after.map(iso_text),
        end_closes: rules.end_closes,
        on_return: rules.on_return.as_str(),
        hours: rules.hours.as_ref().map(json).transpose()?,
        queue: rules.queue,
        farewell: rules.farewell,
        warnings: { rules.warnings.into_iter() }
            .map(|warning| PolicyWarning { before: iso_text(warning.before_seconds), body: warning.body })
            .collect(),
    })
}

fn show(Counted { policy, outdated }: Counted, root: &str) -> Answer<LifecyclePolicy> {
    Ok(LifecyclePolicy {
        url: format!("{root}/{}", policy.rules.policy_sid),
        sid: policy.rules.policy_sid.to_string(),
        account_sid: policy.account_sid.to_string(),
        chat_service_sid: policy.scope.service_sid.map(|sid| sid.to_string()),
        channel_type: policy.scope.channel_type.map(|kind| kind.as_str()),
        address: policy.scope.address,
        friendly_name: policy.friendly_name,
        enabled: policy.enabled,
        version: policy.rules.version,
        rules: rules(policy.rules)?,
        outdated,
        date_created: policy.date_created.to_rfc3339_micros(),
        date_updated: policy.date_updated.to_rfc3339_micros(),
    })
}

fn show_moment(moment: Moment) -> PreviewedMoment {
    PreviewedMoment {
        at: moment.at.to_rfc3339_micros(),
        after: iso_text(moment.after_seconds),
        what: moment.what.as_str(),
        text: moment.what.text(),
        body: moment.body,
    }
}

/// The forms of policies differ in which parameter is required.
macro_rules! policy_form {
    ($(#[$doc:meta])* $name:ident $($required:ident)?) => {
        form! {
            $(#[$doc])*
            $name => policies::Request {
                /// A name, at most 256 characters.
                friendly_name = "FriendlyName" $($required)?,
                /// Whether it takes over conversations. True when not given. Those that it governs already go on with it.
                enabled = "Enabled" boolean,
                /// The SID of a service: the policy is for its conversations only. Blank for those of all.
                chat_service_sid = "ChatServiceSid",
                /// The policy is for conversations with a participant outside on a channel of this type only: `sms`,
                /// `whatsapp`, `messenger`, `rcs`, `gbm`, `apple` or `email`. Blank for all.
                channel_type = "ChannelType",
                /// The policy is for conversations with a participant outside who is reached from this address of the
                /// account only. Blank for all.
                address = "Address",
                /// Fills what is not given among the parameters below: five minutes of the customer's silence and a
                /// day; thirty days without a message and a year; or no clock.
                preset = "Preset" one_of["rep_desk", "long_term", "off"],
                /// Whose messages are activity. `anyone` when not given.
                counts = "Counts" one_of["anyone", "customer"],
                /// What starts the idle clock: the last message that counts; an agent's first reply to the customer;
                /// or an agent's last message. `last_message` when not given.
                starts_on = "StartsOn" one_of["last_message", "first_agent_reply", "last_agent_message"],
                /// How long the idle clock runs, as an ISO 8601 duration of days, hours, minutes and seconds, at least
                /// PT1M. PT0S for no such clock.
                idle_after = "IdleAfter",
                /// What its end brings about. `inactivate` when not given.
                action = "Action" one_of["inactivate", "end", "inactivate_and_end"],
                /// How long after becoming inactive, by whatever cause, the session ends, at least PT10M. PT0S for
                /// never.
                end_inactive_after = "EndInactiveAfter",
                /// Whether the end of a session closes the conversation. True when not given; otherwise the
                /// conversation stays, inactive, for the next session.
                end_closes = "EndCloses" boolean,
                /// Who gets a customer that returns. `same_agent` when not given.
                on_return = "OnReturn" one_of["same_agent", "queue"],
                /// Where new sessions wait: the name of a queue, at most 64 characters. Blank for none.
                queue = "Queue",
                /// What is said when a clock takes the conversation out of its active state, at most 1600 characters.
                /// Blank for nothing.
                farewell = "Farewell",
                /// What is said before the idle clock ends: a JSON array of at most three objects such as
                /// `{"before": "PT1M", "body": "Are you still there?"}`; from PT5S before the end up to less than
                /// `IdleAfter`, each text at most 1600 characters. Blank for nothing.
                warnings = "Warnings",
                /// When the idle clock runs: a JSON object such as
                /// `{"time_zone": "Europe/Berlin", "week": {"mon": [["09:00", "17:00"]]}}`. Blank for always.
                hours = "Hours",
            }
        }
    };
}

policy_form!(
    /// The body of `POST /LifecyclePolicies`.
    CreateLifecyclePolicy required
);
policy_form!(
    /// The body of `POST /LifecyclePolicies/{Sid}`. What is not given stays, but for what a preset fills.
    UpdateLifecyclePolicy
);
policy_form!(
    /// The body of `POST /LifecyclePolicies/Preview`. Which conversations it would be for makes no difference.
    PreviewLifecyclePolicy
);

/// Create a policy. Conversations that begin from now on live by it when it is the most specific one that is for them.
#[utoipa::path(
    post,
    path = "/LifecyclePolicies",
    tag = "LifecyclePolicy",
    request_body(content = CreateLifecyclePolicy, content_type = "application/x-www-form-urlencoded"),
    responses((status = 201, body = LifecyclePolicy))
)]
async fn create(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(CreateLifecyclePolicy(input)): Form<CreateLifecyclePolicy>,
) -> Answer<Created<LifecyclePolicy>> {
    let policy = engine.create_policy(&request.caller, input).await?;
    Ok(Created(show(policy, &root(&request))?))
}

/// List the policies of the account in order of creation.
#[utoipa::path(
    get,
    path = "/LifecyclePolicies",
    tag = "LifecyclePolicy",
    params(PageQuery),
    responses((status = 200, body = LifecyclePolicyList))
)]
async fn list(
    State(engine): State<Engine>,
    request: ForAccount,
    Query(page): Query<PageQuery>,
) -> Answer<Json<LifecyclePolicyList>> {
    let paging = page.read(LISTING)?;
    let page = engine.list_policies(&request.caller, paging.request.clone()).await?;
    let root = root(&request);
    Ok(Json(LifecyclePolicyList {
        meta: paging.meta(&root, &[], &page),
        lifecycle_policies: page.items.into_iter().map(|policy| show(policy, &root)).collect::<Answer<_>>()?,
    }))
}

/// List the presets.
#[utoipa::path(
    get,
    path = "/LifecyclePolicies/Presets",
    tag = "LifecyclePolicy",
    responses((status = 200, body = PolicyPresets))
)]
async fn presets(_: ForAccount) -> Answer<Json<PolicyPresets>> {
    let show = |preset: &Preset| {
        let rules = rules(preset.rules(PolicySid::new(SidBytes::new(0, 0, [0; 8]))))?;
        Ok(PolicyPreset { preset: preset.as_str(), friendly_name: preset.title(), rules })
    };
    Ok(Json(PolicyPresets { presets: Preset::ALL.iter().map(show).collect::<Answer<_>>()? }))
}

/// Preview what a policy would do to a conversation that begins now. Nothing is kept.
#[utoipa::path(
    post,
    path = "/LifecyclePolicies/Preview",
    tag = "LifecyclePolicy",
    request_body(content = PreviewLifecyclePolicy, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = PolicyPreview))
)]
async fn preview(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(PreviewLifecyclePolicy(input)): Form<PreviewLifecyclePolicy>,
) -> Answer<Json<PolicyPreview>> {
    let timeline = engine.preview_policy(&request.caller, input).await?;
    Ok(Json(PolicyPreview { timeline: timeline.into_iter().map(show_moment).collect() }))
}

/// Fetch a policy.
#[utoipa::path(
    get,
    path = "/LifecyclePolicies/{Sid}",
    tag = "LifecyclePolicy",
    responses((status = 200, body = LifecyclePolicy))
)]
async fn fetch(State(engine): State<Engine>, request: ForAccount) -> Answer<Json<LifecyclePolicy>> {
    let policy = engine.fetch_policy(&request.caller, request.segment("Sid")).await?;
    Ok(Json(show(policy, &root(&request))?))
}

/// Update a policy. Other rules are a new version; conversations that live by an older one go on so until the policy
/// is applied to them.
#[utoipa::path(
    post,
    path = "/LifecyclePolicies/{Sid}",
    tag = "LifecyclePolicy",
    request_body(content = UpdateLifecyclePolicy, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = LifecyclePolicy))
)]
async fn update(
    State(engine): State<Engine>,
    request: ForAccount,
    Form(UpdateLifecyclePolicy(input)): Form<UpdateLifecyclePolicy>,
) -> Answer<Json<LifecyclePolicy>> {
    let policy = engine.update_policy(&request.caller, request.segment("Sid"), input).await?;
    Ok(Json(show(policy, &root(&request))?))
}

/// Delete a policy. Conversations that live by it go on so.
#[utoipa::path(delete, path = "/LifecyclePolicies/{Sid}", tag = "LifecyclePolicy", responses((status = 204)))]
async fn delete(State(engine): State<Engine>, request: ForAccount) -> Answer<Deleted> {
    engine.delete_policy(&request.caller, request.segment("Sid")).await?;
    Ok(Deleted)
}
