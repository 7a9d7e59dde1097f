//! The limits on participants and on the conversations of an identity, reached through the API.

use std::sync::Arc;

use dwell_testkit::TestApp;
use tokio::task::JoinSet;

use crate::support::{CONVERSATIONS, all_items, conversation, everything, sid};

/// The reasons that are provoked here rather than by a case of the table.
pub(super) const REASONS: &[&str] = &["ChatParticipantLimit", "NonChatParticipantLimit", "IdentityConversationLimit"];

const PROXY: &str = "+15017122660";

/// Requests under way at once: enough for them to share commits.
const AT_ONCE: usize = 32;

type Form = Vec<(&'static str, String)>;

/// Posts many forms, some at once; each must succeed.
async fn post_all(app: &Arc<TestApp>, posts: impl IntoIterator<Item = (String, Form)>) {
    let mut under_way = JoinSet::new();
    for (path, form) in posts {
        if under_way.len() == AT_ONCE {
            under_way.join_next().await.unwrap().unwrap();
        }
        let app = app.clone();
        under_way.spawn(async move {
            let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            app.made(&path, &form).await;
        });
    }
    while let Some(done) = under_way.join_next().await {
        done.unwrap();
    }
}

fn pair(number: usize) -> Form {
    let address = format!("+1502{number:07}");
    vec![("MessagingBinding.Address", address), ("MessagingBinding.ProxyAddress", PROXY.to_owned())]
}

async fn add(app: &TestApp, participants: &str, form: Form) -> dwell_testkit::Answer {
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    app.post(participants, &form).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_holds_1000_chat_and_50_other_participants_counted_apart() {
    let app = Arc::new(TestApp::new().await);
    let (_, path) = conversation(&app, &[]).await;
    let participants = format!("{path}/Participants");
    let identity = |number: usize| vec![("Identity", format!("user-{number}"))];
    post_all(&app, (0..50).map(|i| (participants.clone(), pair(i)))).await;
    let before = everything(&app).await;
    assert_eq!(add(&app, &participants, pair(50)).await.refusal(), (400, 50418));
    assert_eq!(everything(&app).await, before);

    post_all(&app, (0..1_000).map(|i| (participants.clone(), identity(i)))).await;
    let full = all_items(&app, &format!("{participants}?PageSize=100")).await;
    assert_eq!(full.len(), 1_050);
    assert_eq!(add(&app, &participants, identity(1_000)).await.refusal(), (400, 50417));
    assert_eq!(add(&app, &participants, pair(50)).await.refusal(), (400, 50418));
    assert_eq!(all_items(&app, &format!("{participants}?PageSize=100")).await, full);
    assert_eq!(app.get("/v1/Users/user-1000").await.status, 404, "the user was not made either");

    // A place that is given up can be taken, by one of the same kind.
    let phone = full.iter().find(|p| p["identity"].is_null()).unwrap();
    assert_eq!(app.delete(&format!("{participants}/{}", sid(phone))).await.status, 204);
    assert_eq!(add(&app, &participants, identity(1_000)).await.refusal(), (400, 50417));
    assert_eq!(add(&app, &participants, pair(50)).await.status, 201);
    assert_eq!(add(&app, &participants, pair(51)).await.refusal(), (400, 50418));
    assert_eq!(app.delete(&format!("{participants}/user-0")).await.status, 204);
    assert_eq!(add(&app, &participants, pair(51)).await.refusal(), (400, 50418));
    assert_eq!(add(&app, &participants, identity(1_000)).await.status, 201);
    assert_eq!(add(&app, &participants, identity(0)).await.refusal(), (400, 50417));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_is_in_1000_open_conversations() {
    let app = Arc::new(TestApp::new().await);
    let form = |i: usize| vec![("UniqueName", format!("room-{i}")), ("Timers.Inactive", "PT1H".to_owned())];
    post_all(&app, (0..1_002).map(|i| (CONVERSATIONS.to_owned(), form(i)))).await;
    let room = |i: usize| format!("{CONVERSATIONS}/room-{i}");
    let ann = || vec![("Identity", "ann".to_owned())];
    post_all(&app, (0..1_000).map(|i| (format!("{}/Participants", room(i)), ann()))).await;
    let (next, one_more) = (format!("{}/Participants", room(1_000)), format!("{}/Participants", room(1_001)));
    assert_eq!(add(&app, &next, ann()).await.refusal(), (400, 50214));
    assert_eq!(all_items(&app, &next).await, [serde_json::json!(null); 0]);
    assert_eq!(add(&app, &next, vec![("Identity", "bob".to_owned())]).await.status, 201, "each identity for itself");

    // Inactive ones count; closed and deleted ones do not, nor those that were left.
    app.advance(3_600).await;
    assert_eq!(add(&app, &next, ann()).await.refusal(), (400, 50214));
    app.made(&room(0), &[("State", "closed")]).await;
    assert_eq!(add(&app, &next, ann()).await.status, 201);
    assert_eq!(add(&app, &one_more, ann()).await.refusal(), (400, 50214));
    assert_eq!(app.delete(&room(1)).await.status, 204);
    assert_eq!(add(&app, &one_more, ann()).await.status, 201);
    assert_eq!(app.delete(&format!("{}/Participants/ann", room(2))).await.status, 204);
    assert_eq!(add(&app, &format!("{}/Participants", room(2)), ann()).await.status, 201);

    // Another service counts for itself.
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let list = format!("/v1/Services/{}/Conversations", sid(&service));
    let elsewhere = format!("{list}/{}/Participants", sid(&app.made(&list, &[]).await));
    assert_eq!(add(&app, &elsewhere, ann()).await.status, 201);

    assert_eq!(app.delete("/v1/Users/ann").await.status, 204);
    for path in [&next, &one_more] {
        assert_eq!(app.get(&format!("{path}/ann")).await.status, 404, "out of every open one");
    }
    assert_eq!(app.get(&format!("{}/Participants/ann", room(0))).await.status, 200, "closed ones stay as they are");
}
