//! `/dwell/v1/OutboundMessages`: messages on their way, to be looked at.

use dwell_testkit::{DeliveryStatus, Told};

use super::*;
use crate::support::seconds;

const OUTBOUND: &str = "/dwell/v1/OutboundMessages";

async fn listed(app: &TestApp, query: &str) -> Vec<String> {
    let items = all_items(app, &format!("{OUTBOUND}?{query}")).await;
    items.iter().map(|item| sid(item).to_owned()).collect()
}

#[tokio::test]
async fn every_member() {
    let app = TestApp::new().await;
    let (c, inside, participants) = room(&app, 1).await;
    app.carriers.behave(DESK, Carrying::Later);
    let message = say(&app, &inside, "hush").await;
    app.deliver().await;
    app.carriers.behave(DESK, Carrying::Accept(None));
    app.clock.advance(1);
    app.deliver().await;
    let receipts = all_items(&app, path(&message["links"]["delivery_receipts"])).await;
    let page = app.fetched(OUTBOUND).await;
    let shown = &page["outbound_messages"][0];
    let own = sid(shown);
    let token = app.carriers.take_parcels().remove(0).idempotency_token;
    let mut expected = json!({
        "sid": own,
        "account_sid": app.account.sid,
        "conversation_sid": c["sid"],
        "message_sid": message["sid"],
        "participant_sid": participants[0],
        "delivery_receipt_sids": [receipts[0]["sid"]],
        "from": DESK,
        "to": [phone(0)],
        "idempotency_token": token,
        "status": "accepted",
        "attempts_count": 2,
        "last_error": null,
        "date_created": "2026-01-01T00:00:00.000000Z",
        "date_finished": "2026-01-01T00:00:01.000000Z",
        "url": format!("http://dwell.test{OUTBOUND}/{own}"),
    });
    assert_eq!(*shown, expected);
    expected["attempts"] = json!([
        {"number": 1, "at": "2026-01-01T00:00:00.000000Z", "milliseconds": 0, "error": "not now: connection refused"},
        {"number": 2, "at": "2026-01-01T00:00:01.000000Z", "milliseconds": 0, "error": null},
    ]);
    assert_eq!(app.fetched(&format!("{OUTBOUND}/{own}")).await, expected);
}

#[tokio::test]
async fn filters_choose_and_webhooks_are_listed_apart() {
    let app = TestApp::new().await;
    let (one, inside, _) = room(&app, 2).await;
    let (_, elsewhere) = conversation(&app, &[]).await;
    join(&app, &elsewhere, &phone(7), DESK).await;
    app.carriers.behave(&phone(0), Carrying::Refuse(Status::Failed, Some(21_211)));
    app.carriers.behave(&phone(1), Carrying::Later);
    say(&app, &inside, "a").await;
    say(&app, &elsewhere, "b").await;
    let told = Told {
        hook_sid: &app.account.sid,
        stream_sid: sid(&one),
        event: "onMessageAdded",
        status: DeliveryStatus::Failed,
    };
    let webhook = app.keep_delivery(&app.account, told).await;
    app.deliver().await;
    let all = listed(&app, "").await;
    assert_eq!(all.len(), 3);
    let (accepted, pending, failed) = (&all[0], &all[1], &all[2]);
    assert_eq!(listed(&app, "Status=accepted").await, [accepted.as_str()]);
    assert_eq!(listed(&app, "Status=PENDING").await, [pending.as_str()]);
    assert_eq!(listed(&app, "Status=failed").await, [failed.as_str()]);
    assert_eq!(listed(&app, &format!("ConversationSid={}", sid(&one))).await, [pending.as_str(), failed.as_str()]);
    let both = format!("ConversationSid={}&Status=failed", sid(&one));
    assert_eq!(listed(&app, &both).await, [failed.as_str()]);
    assert_eq!(crate::support::both_ways(&app, &format!("{OUTBOUND}?PageSize=1"), "sid").await, all);
    let given_up = app.fetched(&format!("{OUTBOUND}/{failed}")).await;
    assert_eq!(given_up["last_error"], "refused: the number does not exist");
    assert_eq!(seconds(text(&given_up, "date_finished")), 0);

    let webhooks = "/dwell/v1/WebhookDeliveries";
    for query in ["", "?Status=failed", &format!("?ConversationSid={}", sid(&one))] {
        let items = all_items(&app, &format!("{webhooks}{query}")).await;
        assert_eq!(items.iter().map(sid).collect::<Vec<_>>(), [webhook.as_str()], "{query}");
    }
    assert_eq!(app.get(&format!("{webhooks}/{failed}")).await.refusal(), (404, 20404));
    assert_eq!(app.post(&format!("{webhooks}/{failed}/Resend"), &[]).await.refusal(), (404, 20404));
    assert_eq!(app.get(&format!("{OUTBOUND}/{webhook}")).await.refusal(), (404, 20404));
    assert_eq!(app.made(&format!("{webhooks}/Resend"), &[]).await, json!({"resent": 1, "complete": true}));
    assert_eq!(listed(&app, "Status=failed").await, [failed.as_str()], "receipts do not go back");
}

#[tokio::test]
async fn accounts_see_their_own() {
    let app = TestApp::new().await;
    let (_, inside, _) = room(&app, 1).await;
    say(&app, &inside, "a").await;
    let own = listed(&app, "").await.remove(0);
    let stranger = app.new_account().await;
    let theirs = app.send("GET", OUTBOUND, &[], Some(&stranger)).await;
    assert_eq!(theirs.body["outbound_messages"], json!([]));
    let theirs = app.send("GET", &format!("{OUTBOUND}/{own}"), &[], Some(&stranger)).await;
    assert_eq!(theirs.refusal(), (404, 20404));
}
