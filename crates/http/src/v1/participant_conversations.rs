//! `/ParticipantConversations` (contract §5.9).

use axum::Json;
use axum::extract::State;
use dwell_core::participant::Binding;
use dwell_engine::{Engine, participant_conversations};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Parameters, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::{Answer, date};
use crate::request::InService;
use crate::tree::Tree;
use crate::v1::conversations::Timers;

const LISTING: Listing = Listing { key: "conversations", size_default: 50, size_max: 50 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list))
}

/// A conversation, with the participant by which it was found.
#[derive(Debug, Serialize, ToSchema)]
struct ParticipantConversation {
    /// The account that it belongs to.
    account_sid: String,
    /// The conversation service that it belongs to.
    chat_service_sid: String,
    /// The participant.
    participant_sid: String,
    /// The user behind a chat participant; null for one outside the chat, and once the user is
    /// deleted.
    participant_user_sid: Option<String>,
    /// The identity of a chat participant.
    participant_identity: Option<String>,
    /// How a participant outside the chat is reached; null for a chat participant.
    participant_messaging_binding: Option<ParticipantBinding>,
    /// The conversation.
    conversation_sid: String,
    /// The name of the conversation for programs; null when it has none.
    conversation_unique_name: Option<String>,
    /// The name of the conversation for people; null when it has none.
    conversation_friendly_name: Option<String>,
    /// A JSON document, as sent.
    conversation_attributes: String,
    /// When the conversation was created, in whole seconds of UTC.
    conversation_date_created: String,
    /// When the conversation was last changed, in whole seconds of UTC; messages do not count.
    conversation_date_updated: String,
    /// `system`, or the identity or address that created it.
    conversation_created_by: String,
    /// `active`, `inactive` or `closed`.
    conversation_state: &'static str,
    /// When the state of the conversation will change by itself, or did.
    conversation_timers: Timers,
    /// Where what belongs to it is found.
    links: MembershipLinks,
}

/// How a participant outside the chat is reached: always all six members.
#[derive(Debug, Serialize, ToSchema)]
struct ParticipantBinding {
    /// Where the participant is reached; null for a chat participant.
    address: Option<String>,
    /// The account's address that the participant writes to and hears from.
    proxy_address: Option<String>,
    /// The kind of both addresses: `sms`, `whatsapp`, …
    r#type: String,
    /// Of e-mail alone.
    level: Option<String>,
    /// Of e-mail alone.
    name: Option<String>,
    /// Of group MMS alone.
    projected_address: Option<String>,
}

impl ParticipantBinding {
    fn show(binding: Binding) -> Self {
        ParticipantBinding {
            address: binding.address,
            proxy_address: binding.proxy_address,
            r#type: binding.binding_type,
            level: binding.level,
            name: binding.name,
            projected_address: binding.projected_address,
        }
    }
}

/// Where the two halves of a membership are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MembershipLinks {
    /// The participant.
    participant: String,
    /// The conversation.
    conversation: String,
}

impl MembershipLinks {
    pub(crate) fn show(p: &dwell_core::Participant, tree: &Tree) -> Self {
        let conversation = tree.url(&format!("/Conversations/{}", p.conversation_sid));
        MembershipLinks { participant: format!("{conversation}/Participants/{}", p.sid), conversation }
    }
}

impl ParticipantConversation {
    fn show(found: participant_conversations::ParticipantConversation, tree: &Tree) -> Self {
        let (p, c) = (found.participant, found.conversation);
        ParticipantConversation {
            links: MembershipLinks::show(&p, tree),
            account_sid: c.account_sid.to_string(),
            chat_service_sid: c.service_sid.to_string(),
            participant_sid: p.sid.to_string(),
            participant_user_sid: found.more.map(|sid| sid.to_string()),
            participant_identity: p.identity,
            participant_messaging_binding: p.binding.map(ParticipantBinding::show),
            conversation_sid: c.sid.to_string(),
            conversation_unique_name: c.unique_name,
            conversation_friendly_name: c.friendly_name,
            conversation_attributes: c.attributes,
            conversation_date_created: date(c.date_created),
            conversation_date_updated: date(c.date_updated),
            conversation_created_by: c.created_by,
            conversation_state: c.lifecycle.state.as_str(),
            conversation_timers: Timers::show(&c.lifecycle),
        }
    }
}

/// A page of conversations, with the participants by which they were found.
#[derive(Debug, Serialize, ToSchema)]
struct ParticipantConversationList {
    meta: Meta,
    /// The conversations of the page.
    conversations: Vec<ParticipantConversation>,
}

form! {
    /// The filters of `GET /ParticipantConversations`.
    ListParticipantConversations => participant_conversations::List {
        /// The identity of a chat participant, matched exactly. Either this or `Address` is required, not both.
        identity = "Identity",
        /// The address of a participant outside the chat, such as `+15558675310` with its plus encoded as
        /// `%2B`, matched exactly. Either this or `Identity` is required, not both.
        address = "Address",
    }
}

/// List the conversations that a participant is in, by identity or address, in order of their SIDs.
/// Closed ones are among them.
#[utoipa::path(
    get,
    path = "/ParticipantConversations",
    tag = "ParticipantConversation",
    params(ListParticipantConversations, PageQuery),
    responses((status = 200, body = ParticipantConversationList))
)]
async fn list(
    State(engine): State<Engine>,
    request: InService,
    Query(filters): Query<ListParticipantConversations>,
    Query(page): Query<PageQuery>,
) -> Answer<Json<ParticipantConversationList>> {
    let paging = page.read(LISTING)?;
    let page = engine.list_participant_conversations(&request.scope, filters.0.clone(), paging.request.clone()).await?;
    Ok(Json(ParticipantConversationList {
        meta: paging.meta(&request.tree.url("/ParticipantConversations"), &filters.given(), &page),
        conversations: page.items.into_iter().map(|c| ParticipantConversation::show(c, &request.tree)).collect(),
    }))
}
