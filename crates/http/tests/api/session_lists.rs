//! `GET /dwell/v1/Sessions`: filters, orders and pages.

use dwell_core::person::PersonRole;
use dwell_testkit::TestApp;
use serde_json::{Value, json};

use crate::sessions::{act, assigned, person};
use crate::support::path;

#[tokio::test]
async fn sessions_are_listed_by_what_is_asked_for() {
    let app = TestApp::new().await;
    for identity in ["ada", "bo"] {
        person(&app, identity, PersonRole::Agent).await;
    }
    let mut made = Vec::new();
    for to in ["ada", "bo", "ada"] {
        made.push(assigned(&app, to).await.0);
        app.clock.advance(1);
    }
    app.made(&act(&made[0], "Inactivate"), &[]).await;
    let conversations = async |query: &str| {
        let list = app.fetched(&format!("/dwell/v1/Sessions{query}")).await;
        let sids = list["sessions"].as_array().unwrap().iter();
        let place = |session: &Value| made.iter().position(|c| c["sid"] == session["conversation_sid"]).unwrap();
        sids.map(place).collect::<Vec<_>>()
    };
    assert_eq!(conversations("").await, [0, 2, 1]);
    assert_eq!(conversations("?Owner=ada").await, [0, 2]);
    assert_eq!(conversations("?Status=active").await, [2, 1]);
    assert_eq!(conversations("?Status=active&Status=paused").await, [0, 2, 1]);
    assert_eq!(conversations("?Status=paused&Owner=ada").await, [0]);
    assert_eq!(conversations("?Failed=true").await, [0; 0]);
    assert_eq!(conversations("?Queue=sales").await, [0; 0]);
    let first = app.fetched("/dwell/v1/Sessions?PageSize=2").await;
    let next = app.fetched(path(&first["meta"]["next_page_url"])).await;
    assert_eq!(next["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(next["meta"]["next_page_url"], Value::Null);
    let back = app.fetched(path(&next["meta"]["previous_page_url"])).await;
    assert_eq!(back["sessions"], first["sessions"]);
    for bad in [
        "Order=age",
        "Order=waiting&Status=active",
        "Status=asleep",
        "ConversationSid=1",
        "ChatServiceSid=1",
        "Failed=perhaps",
        "PageToken=x",
    ] {
        assert_eq!(app.get(&format!("/dwell/v1/Sessions?{bad}")).await.refusal(), (400, 20001), "{bad}");
    }
    assert_eq!(app.get(&format!("/dwell/v1/Sessions/DS{:032x}", 1)).await.refusal(), (404, 20404));
    let other = app.new_account().await;
    for query in ["", "?Order=waiting"] {
        let seen = app.send("GET", &format!("/dwell/v1/Sessions{query}"), &[], Some(&other)).await;
        assert_eq!(seen.body["sessions"], json!([]));
    }
}

#[tokio::test]
async fn the_queue_is_listed_by_who_waits_longest() {
    let app = TestApp::new().await;
    app.made("/dwell/v1/Desk", &[("Routing", "manual")]).await;
    person(&app, "ada", PersonRole::Agent).await;
    let mut made = Vec::new();
    for _ in 0..4 {
        made.push(assigned(&app, "ada").await.0);
    }
    for (c, queue) in [(2, "sales"), (0, "help"), (3, "sales"), (1, "help")] {
        app.clock.advance(1);
        app.made(&act(&made[c], "Transfer"), &[("Queue", queue)]).await;
    }
    // What is changed is no sooner served.
    app.made(&act(&made[2], "Hold"), &[]).await;
    let places = |list: &Value| -> Vec<_> {
        let sids = list["sessions"].as_array().unwrap().iter();
        sids.map(|session| made.iter().position(|c| c["sid"] == session["conversation_sid"]).unwrap()).collect()
    };
    let listed = async |query: &str| places(&app.fetched(&format!("/dwell/v1/Sessions?{query}")).await);
    assert_eq!(listed("").await[0], 2);
    assert_eq!(listed("Order=waiting").await, [2, 0, 3, 1]);
    assert_eq!(listed("Order=waiting&Status=waiting&Queue=sales").await, [2, 3]);
    assert_eq!(listed("Order=waiting&Owner=ada").await, [0; 0]);
    let one = format!("Order=waiting&ConversationSid={}", made[3]["sid"].as_str().unwrap());
    assert_eq!(listed(&one).await, [3]);
    let (mut page, mut seen) = (app.fetched("/dwell/v1/Sessions?Order=waiting&PageSize=1").await, Vec::new());
    loop {
        seen.extend(places(&page));
        let next = &page["meta"]["next_page_url"];
        if next.is_null() {
            break;
        }
        page = app.fetched(path(next)).await;
    }
    assert_eq!(seen, [2, 0, 3, 1]);
    let back = app.fetched(path(&page["meta"]["previous_page_url"])).await;
    assert_eq!(places(&back), [3]);
}
