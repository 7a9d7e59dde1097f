//! The story of a closed conversation, on the clock of a test account (contract §10.7, §11.5, §18 M5).

use serde_json::json;

use super::*;
use crate::support::{path_of, sid, state};

const BEFORE: &str = "https://example.com/before";

/// What the account's webhooks hear: before a conversation is made by itself, and after everything.
const FILTERS: &[&str] = &[
    "onConversationAdd",
    "onConversationAdded",
    "onConversationUpdated",
    "onConversationStateUpdated",
    "onParticipantAdded",
    "onMessageAdded",
];

/// What was told since the last look, each as its event and the parameters that say more of it.
async fn told(app: &TestApp) -> Vec<String> {
    app.deliver().await;
    let names = ["Source", "Author", "Body", "MessageBody", "Identity", "MessagingBinding.Address", "StateFrom"];
    let names = [&names[..], &["StateTo", "Reason", "StateUpdated"]].concat();
    let calls = app.receivers.take_calls();
    let shown = calls.iter().map(|call| {
        let said = names.iter().map(|name| param(call, name)).filter(|value| !value.is_empty());
        let event = param(call, "EventType");
        [event].into_iter().chain(said).collect::<Vec<_>>().join(" ")
    });
    shown.collect()
}

async fn turn(app: &TestApp, by: &str) {
    app.made("/dwell/v1/TestClock/Advance", &[("By", by)]).await;
}

#[tokio::test]
async fn who_writes_to_a_closed_conversation_begins_another_alone() {
    let mut app = TestApp::new().await;
    app.account = app.new_test_account().await;
    app.made("/v1/Configuration", &[("DefaultInactiveTimer", "PT5M"), ("DefaultClosedTimer", "PT10M")]).await;
    let urls = [("PreWebhookUrl", BEFORE), ("PostWebhookUrl", HOOK)];
    let filters: Vec<_> = urls.into_iter().chain(FILTERS.iter().map(|event| ("Filters", *event))).collect();
    app.made("/v1/Configuration/Webhooks", &filters).await;
    configure(&app, &[("AutoCreation.Type", "default")]).await;

    // A customer writes.
    let first = receive(&app, text_of("Where is my parcel?")).await;
    assert_eq!(first.outcome, Outcome::Created);
    let begun = |body: &str| {
        [
            format!("onConversationAdd SMS {body} {CUSTOMER}"),
            "onConversationAdded SMS".to_owned(),
            format!("onParticipantAdded SMS {CUSTOMER}"),
            format!("onMessageAdded SMS {CUSTOMER} {body}"),
        ]
    };
    assert_eq!(told(&app).await, begun("Where is my parcel?"));

    // An agent answers, a minute later.
    turn(&app, "PT1M").await;
    let path = place(&first);
    let joined = app.send_told("POST", &format!("{path}/Participants"), &[("Identity", "agent")]).await;
    assert_eq!(joined.status, 201, "{}", joined.text);
    let answer = [("Author", "agent"), ("Body", "On its way.")];
    app.send_told("POST", &format!("{path}/Messages"), &answer).await;
    assert_eq!(told(&app).await, ["onParticipantAdded API agent", "onMessageAdded API agent On its way."]);

    // Nobody says anything any more.
    turn(&app, "PT1H").await;
    assert_eq!(state(&app, &path).await, "closed");
    let changes = [
        "onConversationStateUpdated active inactive TIMER 2026-01-01T00:06:00.000Z",
        "onConversationStateUpdated inactive closed TIMER 2026-01-01T00:16:00.000Z",
    ];
    assert_eq!(told(&app).await, changes);

    // The customer writes again.
    let second = receive(&app, text_of("It is not here.")).await;
    assert_eq!((second.outcome, second.conversation_sid == first.conversation_sid), (Outcome::Created, false));
    assert_eq!(told(&app).await, begun("It is not here."));
    let new = place(&second);
    let participants = all_items(&app, &format!("{new}/Participants")).await;
    assert_eq!(participants.len(), 1, "nobody is carried over");
    assert_eq!(participants[0]["identity"], json!(null));
    assert_eq!(participants[0]["messaging_binding"]["address"], CUSTOMER);
    assert_eq!(said(&app, &new).await, ["It is not here."]);
    let c = app.fetched(&new).await;
    let dates = ["date_created", "state"].map(|name| c[name].clone());
    assert_eq!(dates, [json!("2026-01-01T01:01:00Z"), json!("active")], "on the account's clock");
    assert_eq!(c["timers"]["date_inactive"], "2026-01-01T01:06:00Z");

    // What was said is where it was, and both are there.
    assert_eq!(said(&app, &path).await, ["Where is my parcel?", "On its way."]);
    let all = all_items(&app, CONVERSATIONS).await;
    let mut paths: Vec<_> = all.iter().map(path_of).collect();
    paths.sort_unstable();
    let mut both = [path, new];
    both.sort_unstable();
    assert_eq!((paths, sid(&c).len()), (both.to_vec(), 34));
}
