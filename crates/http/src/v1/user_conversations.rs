//! `/Users/{UserSid}/Conversations` (contract §5.8, §8).

use axum::Json;
use axum::extract::State;
use dwell_core::UserSid;
use dwell_engine::{Engine, user_conversations};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::form::{Form, Query, form};
use crate::lists::{Listing, Meta, PageQuery};
use crate::reply::{Answer, Deleted, date};
use crate::request::InService;
use crate::tree::Tree;
use crate::v1::conversations::Timers;
use crate::v1::participant_conversations::MembershipLinks;

const LISTING: Listing = Listing { key: "conversations", size_default: 50, size_max: 50 };

pub(crate) fn routes() -> OpenApiRouter<Engine> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(fetch, update, delete))
}

/// A conversation that a user is in.
#[derive(Debug, Serialize, ToSchema)]
struct UserConversation {
    /// The account that it belongs to.
    account_sid: String,
    /// The conversation service that it belongs to.
    chat_service_sid: String,
    /// The conversation.
    conversation_sid: String,
    /// How many messages come after the last one read, at most 1000; null while nothing was marked as
    /// read.
    unread_messages_count: Option<i64>,
    /// The index of the last message that the user has read.
    last_read_message_index: Option<i64>,
    /// The user's participant in the conversation.
    participant_sid: String,
    /// The user.
    user_sid: String,
    /// The conversation's.
    friendly_name: Option<String>,
    /// `active`, `inactive` or `closed`.
    conversation_state: &'static str,
    /// When its state will change by itself, or did.
    timers: Timers,
    /// The conversation's.
    attributes: String,
    /// When the conversation was created.
    date_created: String,
    /// When the conversation was last changed.
    date_updated: String,
    /// `system`, or the identity or address that created the conversation.
    created_by: String,
    /// Of which news the user's devices are told: `default` or `muted`.
    notification_level: &'static str,
    /// The conversation's.
    unique_name: Option<String>,
    /// Where it is found, in the tree of the request.
    url: String,
    /// Where what belongs to it is found.
    links: MembershipLinks,
}

fn list_url(tree: &Tree, user: &UserSid) -> String {
    tree.url(&format!("/Users/{user}/Conversations"))
}

impl UserConversation {
    fn show(user: &UserSid, found: user_conversations::Seen, tree: &Tree) -> Self {
        let (p, c) = (found.participant, found.conversation);
        UserConversation {
            links: MembershipLinks::show(&p, tree),
            url: format!("{}/{}", list_url(tree, user), c.sid),
            account_sid: c.account_sid.to_string(),
            chat_service_sid: c.service_sid.to_string(),
            conversation_sid: c.sid.to_string(),
            unread_messages_count: found.more,
            last_read_message_index: p.last_read_message_index,
            participant_sid: p.sid.to_string(),
            user_sid: user.to_string(),
            friendly_name: c.friendly_name,
            conversation_state: c.lifecycle.state.as_str(),
            timers: Timers::show(&c.lifecycle),
            attributes: c.attributes,
            date_created: date(c.date_created),
            date_updated: date(c.date_updated),
            created_by: c.created_by,
            notification_level: p.notification_level.as_str(),
            unique_name: c.unique_name,
        }
    }
}

/// A page of a user's conversations.
#[derive(Debug, Serialize, ToSchema)]
struct UserConversationList {
    meta: Meta,
    /// The conversations of the page.
    conversations: Vec<UserConversation>,
}

form! {
    /// The body of `POST /Users/{UserSid}/Conversations/{ConversationSid}`.
    UpdateUserConversation => user_conversations::Update {
        /// Of which news the user's devices are told; `default` from the start.
        notification_level = "NotificationLevel" one_of["default", "muted"],
        /// When the last message was read; a blank or `null` takes it back. Without it, a new index was read now.
        last_read_timestamp = "LastReadTimestamp" date_time,
        /// The index of the last message that the user has read, from 0; a blank or `null` takes it back.
        last_read_message_index = "LastReadMessageIndex" integer,
    }
}

/// List the conversations that a user is in, in order of their SIDs. Closed ones are among them.
#[utoipa::path(
    get,
    path = "/Users/{UserSid}/Conversations",
    tag = "UserConversation",
    params(PageQuery),
    responses((status = 200, body = UserConversationList))
)]
async fn list(
    State(engine): State<Engine>,
    request: InService,
    Query(page): Query<PageQuery>,
) -> Answer<Json<UserConversationList>> {
    let paging = page.read(LISTING)?;
    let segment = request.segment("UserSid");
    let (user, page) = engine.list_user_conversations(&request.scope, segment, paging.request.clone()).await?;
    let show = |found| UserConversation::show(&user, found, &request.tree);
    Ok(Json(UserConversationList {
        meta: paging.meta(&list_url(&request.tree, &user), &[], &page),
        conversations: page.items.into_iter().map(show).collect(),
    }))
}

/// Fetch one of a user's conversations.
#[utoipa::path(
    get,
    path = "/Users/{UserSid}/Conversations/{ConversationSid}",
    tag = "UserConversation",
    responses((status = 200, body = UserConversation))
)]
async fn fetch(State(engine): State<Engine>, request: InService) -> Answer<Json<UserConversation>> {
    let (user, conversation) = (request.segment("UserSid"), request.segment("ConversationSid"));
    let (user, found) = engine.fetch_user_conversation(&request.scope, user, conversation).await?;
    Ok(Json(UserConversation::show(&user, found, &request.tree)))
}

/// Update what a user keeps of a conversation: its read horizon and its notifications.
#[utoipa::path(
    post,
    path = "/Users/{UserSid}/Conversations/{ConversationSid}",
    tag = "UserConversation",
    request_body(content = UpdateUserConversation, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = UserConversation))
)]
async fn update(
    State(engine): State<Engine>,
    request: InService,
    Form(UpdateUserConversation(input)): Form<UpdateUserConversation>,
) -> Answer<Json<UserConversation>> {
    let (user, conversation) = (request.segment("UserSid"), request.segment("ConversationSid"));
    let (user, found) = engine.update_user_conversation(&request.scope, user, conversation, input).await?;
    Ok(Json(UserConversation::show(&user, found, &request.tree)))
}

/// Take a user out of a conversation.
#[utoipa::path(
    delete,
    path = "/Users/{UserSid}/Conversations/{ConversationSid}",
    tag = "UserConversation",
    responses((status = 204))
)]
async fn delete(State(engine): State<Engine>, request: InService) -> Answer<Deleted> {
    let (user, conversation) = (request.segment("UserSid"), request.segment("ConversationSid"));
    engine.delete_user_conversation(&request.scope, user, conversation).await?;
    Ok(Deleted)
}
