//! What webhooks were told, and sending it again. The deliveries here were written without any event.

use dwell_core::Rights;
use dwell_core::webhook::POST_EVENTS;
use dwell_testkit::{Account, DeliveryStatus as Status, TestApp, Told};
use serde_json::{Value, json};

use crate::key_rights::key;
use crate::support::{all_items, both_ways, conversation, sid, text};

const DELIVERIES: &str = "/dwell/v1/WebhookDeliveries";
const HOOK: &str = "WH00000000000000000000000000000001";
const USER: &str = "US00000000000000000000000000000001";

async fn told(app: &TestApp, hook_sid: &str, stream_sid: &str, event: &str, status: Status) -> String {
    app.keep_delivery(&app.account, Told { hook_sid, stream_sid, event, status }).await
}

async fn listed(app: &TestApp, query: &str) -> Vec<String> {
    all_items(app, &format!("{DELIVERIES}?{query}")).await.iter().map(|d| sid(d).to_owned()).collect()
}

async fn status(app: &TestApp, delivery: &str) -> String {
    text(&app.fetched(&format!("{DELIVERIES}/{delivery}")).await, "status").to_owned()
}

async fn resend(app: &TestApp, form: &[(&str, &str)]) -> Value {
    app.made(&format!("{DELIVERIES}/Resend"), form).await
}

#[tokio::test]
async fn what_a_delivery_shows() {
    let app = TestApp::new().await;
    let (c, _) = conversation(&app, &[]).await;
    let failed = told(&app, HOOK, sid(&c), "onMessageAdded", Status::Failed).await;
    let shown = app.fetched(&format!("{DELIVERIES}/{failed}")).await;
    let url = format!("http://dwell.test{DELIVERIES}/{failed}");
    let digits = &failed[2..];
    let token = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-");
    let expected = json!({
        "sid": failed,
        "account_sid": app.account.sid,
        "hook_sid": HOOK,
        "hook_level": "conversation",
        "conversation_sid": c["sid"],
        "user_sid": null,
        "event_type": "onMessageAdded",
        "webhook_url": "https://***@example.com/hook?a=b",
        "method": "POST",
        "parameters": {"Body": "\"é\"", "EventType": "onMessageAdded"},
        "idempotency_token": token,
        "status": "failed",
        "attempts_count": 1,
        "last_status": null,
        "last_error": "connection: refused",
        "date_created": "2026-01-01T00:00:00.000000Z",
        "date_finished": "2026-01-01T00:00:00.000000Z",
        "attempts": [{
            "number": 1,
            "at": "2026-01-01T00:00:00.000000Z",
            "milliseconds": 12,
            "status": null,
            "error": "connection: refused",
            "excerpt": null,
        }],
        "url": url,
        "links": {"resend": format!("{url}/Resend")},
    });
    assert_eq!(shown, expected);
    let mut in_a_list = expected;
    in_a_list.as_object_mut().unwrap().remove("attempts");
    assert_eq!(app.fetched(DELIVERIES).await["webhook_deliveries"], json!([in_a_list]));

    let delivered = told(&app, &app.account.sid, USER, "onUserUpdated", Status::Delivered).await;
    let shown = app.fetched(&format!("{DELIVERIES}/{delivered}")).await;
    assert_eq!((&shown["conversation_sid"], &shown["user_sid"]), (&Value::Null, &json!(USER)));
    assert_eq!((text(&shown, "hook_level"), &shown["last_status"]), ("account", &json!(200)));
    assert_eq!((&shown["attempts"][0]["status"], &shown["attempts"][0]["excerpt"]), (&json!(200), &json!("thanks")));

    let waiting = told(&app, text(&c, "chat_service_sid"), sid(&c), "onMessageAdded", Status::Pending).await;
    let shown = app.fetched(&format!("{DELIVERIES}/{waiting}")).await;
    assert_eq!((text(&shown, "hook_level"), &shown["date_finished"]), ("service", &Value::Null));
    assert_eq!((&shown["attempts"], &shown["attempts_count"]), (&json!([]), &json!(0)));
}

#[tokio::test]
async fn the_list_is_newest_first_filtered_and_in_pages() {
    let app = TestApp::new().await;
    let (one, _) = conversation(&app, &[]).await;
    let (two, _) = conversation(&app, &[]).await;
    let account = app.account.sid.as_str();
    let mut all = Vec::new();
    for n in 0..12 {
        let status = [Status::Failed, Status::Delivered, Status::Pending][n % 3];
        let (hook, stream) = ([HOOK, account][n % 2], sid([&one, &two][n / 6]));
        let event = ["onMessageAdded", "onMessageUpdated"][usize::from(n > 8)];
        all.push(told(&app, hook, stream, event, status).await);
    }
    told(&app, account, USER, "onUserAdded", Status::Failed).await;
    let of = |numbers: &[usize]| numbers.iter().rev().map(|n| all[*n].clone()).collect::<Vec<_>>();
    let (one, two) = (sid(&one), sid(&two));
    for (query, expected) in [
        (format!("HookSid={HOOK}"), of(&[0, 2, 4, 6, 8, 10])),
        (format!("ConversationSid={one}"), of(&[0, 1, 2, 3, 4, 5])),
        ("Status=Pending".to_owned(), of(&[2, 5, 8, 11])),
        ("Status=delivered".to_owned(), of(&[1, 4, 7, 10])),
        (format!("Status=failed&HookSid={HOOK}"), of(&[0, 6])),
        (format!("Status=failed&ConversationSid={two}"), of(&[6, 9])),
        (format!("HookSid={account}&ConversationSid={two}"), of(&[7, 9, 11])),
        ("EventType=onmessageupdated".to_owned(), of(&[9, 10, 11])),
        (format!("EventType=onMessageUpdated&Status=failed&ConversationSid={two}&HookSid={account}"), of(&[9])),
        ("EventType=onConversationRemoved".to_owned(), of(&[])),
        ("HookSid=IS00000000000000000000000000000000".to_owned(), of(&[])),
    ] {
        for size in [1, 2, 5, 100] {
            assert_eq!(listed(&app, &format!("{query}&PageSize={size}")).await, expected, "{query} by {size}");
        }
    }
    assert_eq!(listed(&app, "PageSize=5").await.len(), 13);
    for query in ["PageSize=5".to_owned(), format!("PageSize=2&HookSid={HOOK}"), "PageSize=1&Status=failed".to_owned()]
    {
        both_ways(&app, &format!("{DELIVERIES}?{query}"), "sid").await;
    }
    for event in POST_EVENTS {
        assert_eq!(app.get(&format!("{DELIVERIES}?EventType={event}")).await.status, 200);
    }
}

#[tokio::test]
async fn a_filter_without_an_index_costs_short_pages() {
    let app = TestApp::new().await;
    let rare = told(&app, HOOK, USER, "onUserAdded", Status::Delivered).await;
    // Copies of a row, so many that one look does not reach behind them.
    told(&app, HOOK, USER, "onUserUpdated", Status::Delivered).await;
    let copied = app
        .sql(
            "INSERT INTO webhook_deliveries
             WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 1500)
             SELECT 'WDf' || printf('%031x', n), account_sid, hook_sid, stream_sid, seq, event,
                 url, method, params, status, attempts, last_status, last_error, created_at, finished_at
             FROM webhook_deliveries, n WHERE event = 'onUserUpdated'",
        )
        .await;
    assert_eq!(copied, 1_500);
    let first = app.fetched(&format!("{DELIVERIES}?EventType=onUserAdded&Status=delivered")).await;
    assert_eq!(first["webhook_deliveries"], json!([]));
    assert!(first["meta"]["next_page_url"].is_string());
    assert_eq!(listed(&app, "EventType=onUserAdded&Status=delivered").await, [rare]);
    assert_eq!(listed(&app, "Status=delivered&PageSize=100").await.len(), 1_502);
}

#[tokio::test]
async fn filters_and_tokens_that_are_none() {
    let app = TestApp::new().await;
    for query in [
        "HookSid=",
        "HookSid=x",
        "HookSid=CH00000000000000000000000000000000",
        "ConversationSid=room",
        "ConversationSid=WH00000000000000000000000000000000",
        "Status=",
        "Status=lost",
        "EventType=",
        "EventType=onMessageAdd",
        "EventType=onMessageSent",
        "Status=failed&Status=failed",
        "PageToken=x",
        "PageToken=PTd2ViaG9va19kZWxpdmVyaWVzIHg",
        "PageSize=0",
    ] {
        assert_eq!(app.get(&format!("{DELIVERIES}?{query}")).await.refusal(), (400, 20001), "{query}");
    }
    for form in [("HookSid", "x"), ("HookSid", ""), ("ConversationSid", "CH0")] {
        assert_eq!(app.post(&format!("{DELIVERIES}/Resend"), &[form]).await.refusal(), (400, 20001), "{form:?}");
    }
    for path in ["x", "WD00000000000000000000000000000000", "CH00000000000000000000000000000000"] {
        assert_eq!(app.get(&format!("{DELIVERIES}/{path}")).await.refusal(), (404, 20404), "{path}");
        assert_eq!(app.post(&format!("{DELIVERIES}/{path}/Resend"), &[]).await.refusal(), (404, 20404), "{path}");
    }
    assert_eq!(app.delete(DELIVERIES).await.refusal(), (405, 20004));
}

#[tokio::test]
async fn one_is_sent_again_once_it_is_finished() {
    let app = TestApp::new().await;
    for outcome in [Status::Failed, Status::Delivered] {
        let delivery = told(&app, HOOK, USER, "onUserAdded", outcome).await;
        app.clock.advance(3_600);
        let again = app.made(&format!("{DELIVERIES}/{delivery}/Resend"), &[]).await;
        let now = app.engine.now().to_rfc3339_micros();
        assert_eq!((text(&again, "status"), text(&again, "date_created")), ("pending", now.as_str()));
        assert_eq!((&again["attempts_count"], &again["date_finished"]), (&json!(1), &Value::Null));
        let refused = app.post(&format!("{DELIVERIES}/{delivery}/Resend"), &[]).await;
        assert_eq!(refused.refusal(), (409, 20409));
        assert_eq!(text(&refused.body, "message"), "The delivery waits already, or is on its way");
        let mut shown = app.fetched(&format!("{DELIVERIES}/{delivery}")).await;
        assert_eq!(shown["attempts"].as_array().unwrap().len(), 1, "what was tried before is kept");
        shown.as_object_mut().unwrap().remove("attempts");
        assert_eq!(shown, again);
    }
    // Two wait in one queue, and the refusals left nothing behind.
    assert_eq!(app.sql("UPDATE webhook_queues SET pending = 0 WHERE pending = 2").await, 1);
}

#[tokio::test]
async fn all_failed_ones_are_sent_again() {
    let app = TestApp::new().await;
    let (c, _) = conversation(&app, &[]).await;
    let account = app.account.sid.clone();
    let mut failed = Vec::new();
    for (hook, stream) in [(HOOK, sid(&c)), (HOOK, USER), (&account, sid(&c)), (&account, USER)] {
        failed.push(told(&app, hook, stream, "onMessageAdded", Status::Failed).await);
    }
    let delivered = told(&app, HOOK, sid(&c), "onMessageAdded", Status::Delivered).await;
    let pending = told(&app, HOOK, sid(&c), "onMessageAdded", Status::Pending).await;
    let resent = |n: u64| json!({"resent": n, "complete": true});
    let nobody = "WH00000000000000000000000000000000";
    assert_eq!(resend(&app, &[("HookSid", nobody)]).await, resent(0));
    assert_eq!(resend(&app, &[("HookSid", HOOK), ("ConversationSid", sid(&c))]).await, resent(1));
    assert_eq!(status(&app, &failed[0]).await, "pending");
    assert_eq!(resend(&app, &[("ConversationSid", sid(&c))]).await, resent(1));
    assert_eq!(status(&app, &failed[2]).await, "pending");
    assert_eq!((status(&app, &failed[1]).await, status(&app, &failed[3]).await), ("failed".into(), "failed".into()));
    assert_eq!(resend(&app, &[]).await, resent(2));
    assert_eq!(resend(&app, &[]).await, resent(0));
    assert!(listed(&app, "Status=failed").await.is_empty());
    assert_eq!((status(&app, &delivered).await, status(&app, &pending).await), ("delivered".into(), "pending".into()));
}

#[tokio::test]
async fn many_failed_ones_are_sent_again_in_batches() {
    let app = TestApp::new().await;
    told(&app, HOOK, USER, "onUserUpdated", Status::Failed).await;
    app.sql(
        "INSERT INTO webhook_deliveries
         WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 20999)
         SELECT 'WD' || printf('%032x', n), account_sid, CASE n % 2 WHEN 0 THEN 'WH' ELSE hook_sid END, stream_sid, seq,
             event, url, method, params, status, attempts, last_status, last_error, created_at, finished_at
         FROM webhook_deliveries, n",
    )
    .await;
    assert_eq!(resend(&app, &[("HookSid", HOOK)]).await, json!({"resent": 10_501, "complete": true}));
    app.sql("UPDATE webhook_deliveries SET status = 'failed'").await;
    assert_eq!(resend(&app, &[]).await, json!({"resent": 20_000, "complete": false}));
    assert_eq!(resend(&app, &[]).await, json!({"resent": 1_000, "complete": true}));
    assert_eq!(app.sql("UPDATE webhook_queues SET pending = 0 WHERE pending > 10000").await, 2);
}

#[tokio::test]
async fn accounts_see_their_own_and_readers_send_nothing() {
    let app = TestApp::new().await;
    let other: Account = app.new_account().await;
    let told = Told { hook_sid: HOOK, stream_sid: USER, event: "onUserAdded", status: Status::Failed };
    let theirs = app.keep_delivery(&other, told).await;
    let ours = app.keep_delivery(&app.account, told).await;
    assert_eq!(listed(&app, "").await, [ours.as_str()]);
    assert_eq!(listed(&app, &format!("HookSid={HOOK}")).await, [ours.as_str()]);
    assert_eq!(listed(&app, "Status=failed").await, [ours.as_str()]);
    assert_eq!(app.get(&format!("{DELIVERIES}/{theirs}")).await.refusal(), (404, 20404));
    assert_eq!(app.post(&format!("{DELIVERIES}/{theirs}/Resend"), &[]).await.refusal(), (404, 20404));
    assert_eq!(resend(&app, &[]).await, json!({"resent": 1, "complete": true}));
    let shown = app.send("GET", &format!("{DELIVERIES}/{theirs}"), &[], Some(&other)).await;
    assert_eq!(text(&shown.body, "status"), "failed");
    let reader = key(&app, Rights::Read).await;
    for path in [format!("{DELIVERIES}/Resend"), format!("{DELIVERIES}/{ours}/Resend")] {
        assert_eq!(app.send("POST", &path, &[], Some(&reader)).await.refusal(), (403, 20403));
    }
    assert_eq!(app.send("GET", DELIVERIES, &[], Some(&reader)).await.status, 200);
}

#[tokio::test]
async fn it_outlives_a_restart() {
    let app = TestApp::new().await;
    let delivery = told(&app, HOOK, USER, "onUserAdded", Status::Failed).await;
    app.made(&format!("{DELIVERIES}/{delivery}/Resend"), &[]).await;
    let before = app.fetched(&format!("{DELIVERIES}/{delivery}")).await;
    let app = app.restart().await;
    assert_eq!(app.fetched(&format!("{DELIVERIES}/{delivery}")).await, before);
}
