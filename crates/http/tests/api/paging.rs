//! Pages while things come and go, and lists of many pages.

use std::sync::Arc;

use dwell_testkit::{DeliveryStatus, TestApp, Told};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{CONVERSATIONS, all_items, both_ways, conversation, path, say, sid, sids, text};

#[tokio::test]
async fn every_member_of_meta() {
    let app = TestApp::new().await;
    let (c, inside) = conversation(&app, &[("UniqueName", "room"), ("Timers.Closed", "PT1H")]).await;
    let pair = [("MessagingBinding.Address", "+15017122661"), ("MessagingBinding.ProxyAddress", "+15017122662")];
    app.made(&format!("{inside}/Participants"), &pair).await;
    for name in ["a", "b", "c"] {
        conversation(&app, &[("Timers.Closed", "PT1H")]).await;
        say(&app, &inside, name).await;
        app.made(&format!("{inside}/Participants"), &[("Identity", name)]).await;
        app.made("/v1/Services", &[("FriendlyName", name)]).await;
        app.made("/v1/Credentials", &[("Type", "fcm")]).await;
        let flow = ("Configuration.FlowSid", "FW00000000000000000000000000000000");
        app.made(&format!("{inside}/Webhooks"), &[("Target", "studio"), flow]).await;
        app.made("/v1/Configuration/Addresses", &[("Type", "chat"), ("Address", name)]).await;
        let address = format!("{name}@example.com");
        app.made("/dwell/v1/Channels", &[("Provider", "loopback"), ("Addresses", &address)]).await;
        app.keep_phone_message("+15552223333").await;
        let (hook_sid, event, status) = (app.account.sid.as_str(), "onMessageAdded", DeliveryStatus::Failed);
        app.keep_delivery(&app.account, Told { hook_sid, stream_sid: sid(&c), event, status }).await;
    }
    app.made(&inside, &[("State", "inactive")]).await;
    app.made(&inside, &[("State", "active")]).await;
    let sid = sid(&c);
    for (list, key, size_default, shown_as) in [
        ("/v1/Conversations".to_owned(), "conversations", 50, "/v1/Conversations".to_owned()),
        ("/v1/Services".to_owned(), "services", 50, "/v1/Services".to_owned()),
        ("/v1/Users".to_owned(), "users", 50, "/v1/Users".to_owned()),
        ("/v1/Roles".to_owned(), "roles", 50, "/v1/Roles".to_owned()),
        ("/v1/Credentials".to_owned(), "credentials", 50, "/v1/Credentials".to_owned()),
        ("/dwell/v1/Timers".to_owned(), "timers", 50, "/dwell/v1/Timers".to_owned()),
        ("/dwell/v1/Channels".to_owned(), "channels", 50, "/dwell/v1/Channels".to_owned()),
        (
            "/dwell/v1/Phones/%2B15552223333/Messages".to_owned(),
            "phone_messages",
            50,
            "/dwell/v1/Phones/+15552223333/Messages".to_owned(),
        ),
        ("/dwell/v1/OutboundMessages".to_owned(), "outbound_messages", 50, "/dwell/v1/OutboundMessages".to_owned()),
        ("/dwell/v1/WebhookDeliveries".to_owned(), "webhook_deliveries", 50, "/dwell/v1/WebhookDeliveries".to_owned()),
        // A unique name in the path becomes the SID in the URLs.
        ("/v1/Conversations/room/Messages".to_owned(), "messages", 50, format!("{inside}/Messages")),
        ("/v1/Conversations/room/Participants".to_owned(), "participants", 50, format!("{inside}/Participants")),
        ("/v1/Conversations/room/Webhooks".to_owned(), "webhooks", 5, format!("{inside}/Webhooks")),
        (
            "/v1/Configuration/Addresses".to_owned(),
            "address_configurations",
            50,
            "/v1/Configuration/Addresses".to_owned(),
        ),
        (
            "/dwell/v1/Conversations/room/Lifecycle".to_owned(),
            "history",
            100,
            format!("/dwell/v1/Conversations/{sid}/Lifecycle"),
        ),
    ] {
        let url = |size: usize, page: usize, token: &str| {
            format!("http://dwell.test{shown_as}?PageSize={size}&Page={page}{token}")
        };
        let whole = app.fetched(&list).await;
        let expected = json!({
            "page": 0,
            "page_size": size_default,
            "first_page_url": url(size_default, 0, ""),
            "previous_page_url": null,
            "url": url(size_default, 0, ""),
            "next_page_url": null,
            "key": key,
        });
        assert_eq!(whole["meta"], expected);
        let first = app.fetched(&format!("{list}?PageSize=1")).await;
        let next = text(&first["meta"], "next_page_url");
        let token = next.strip_prefix(&url(1, 1, "")).unwrap_or_else(|| panic!("{next}"));
        assert!(token.starts_with("&PageToken=PT"), "{token}");
        let second = app.fetched(path(&first["meta"]["next_page_url"])).await;
        assert_eq!(
            (&second["meta"]["page"], &second["meta"]["url"], &second["meta"]["first_page_url"]),
            (&json!(1), &json!(url(1, 1, token)), &json!(url(1, 0, ""))),
        );
        assert_ne!(first[key], second[key], "{list}");
    }
}

#[tokio::test]
async fn a_list_is_walked_back_as_it_was_walked_forth() {
    let app = TestApp::new().await;
    let (_, inside) = conversation(&app, &[]).await;
    for i in 0..5 {
        say(&app, &inside, "x").await;
        app.made(&format!("{inside}/Participants"), &[("Identity", &format!("user-{i}"))]).await;
        let flow = ("Configuration.FlowSid", "FW00000000000000000000000000000000");
        app.made(&format!("{inside}/Webhooks"), &[("Target", "studio"), flow]).await;
        let address = format!("user-{i}");
        app.made("/v1/Configuration/Addresses", &[("Type", "chat"), ("Address", &address)]).await;
        app.made("/v1/Configuration/Addresses", &[("Type", "sms"), ("Address", &format!("9990{i}"))]).await;
        if i > 0 {
            app.made("/v1/Services", &[("FriendlyName", "x")]).await;
            app.made("/v1/Credentials", &[("Type", "apn")]).await;
            app.advance(1).await;
            let state = if i % 2 == 0 { "active" } else { "inactive" };
            conversation(&app, &[("State", state)]).await;
        }
    }
    for (list, count) in [
        (CONVERSATIONS.to_owned(), 5),
        (format!("{CONVERSATIONS}?State=active"), 3),
        (format!("{CONVERSATIONS}?StartDate=2026-01-01T00:00:01Z"), 4),
        (format!("{CONVERSATIONS}?EndDate=2026-01-01T00:00:03Z&State=inactive"), 2),
        ("/v1/Services".to_owned(), 5),
        ("/v1/Users".to_owned(), 5),
        ("/v1/Roles".to_owned(), 4),
        ("/v1/Credentials".to_owned(), 4),
        (format!("{inside}/Participants"), 5),
        (format!("{inside}/Messages"), 5),
        (format!("{inside}/Messages?Order=desc"), 5),
        (format!("{inside}/Webhooks"), 5),
        ("/v1/Configuration/Addresses".to_owned(), 10),
        ("/v1/Configuration/Addresses?Type=sms".to_owned(), 5),
    ] {
        for size in [1, 2, 3, 5] {
            let separator = if list.contains('?') { '&' } else { '?' };
            let seen = both_ways(&app, &format!("{list}{separator}PageSize={size}"), "sid").await;
            assert_eq!(seen.len(), count, "{list} {size}");
        }
    }
}

#[tokio::test]
async fn a_page_says_of_itself_only_what_can_be_followed() {
    let app = TestApp::new().await;
    let (c, inside) = conversation(&app, &[("Timers.Closed", "PT1H")]).await;
    for state in ["inactive", "active", "inactive"] {
        conversation(&app, &[("Timers.Closed", "PT1H")]).await;
        app.made(&inside, &[("State", state)]).await;
    }
    let life = format!("/dwell/v1/Conversations/{}/Lifecycle", sid(&c));
    for list in [life.as_str(), "/dwell/v1/Timers", CONVERSATIONS] {
        let mut next = format!("{list}?PageSize=1");
        for _ in 0..3 {
            let page = app.fetched(&next).await;
            for url in ["first_page_url", "previous_page_url", "url", "next_page_url"] {
                if let url @ Value::String(_) = &page["meta"][url] {
                    assert_eq!(app.get(path(url)).await.status, 200, "{url}");
                }
            }
            let Value::String(_) = &page["meta"]["next_page_url"] else { break };
            next = path(&page["meta"]["next_page_url"]).to_owned();
        }
    }
}

#[tokio::test]
async fn an_empty_list_is_one_page() {
    let app = TestApp::new().await;
    let (_, inside) = conversation(&app, &[]).await;
    for list in [&format!("{inside}/Messages"), &format!("{inside}/Participants"), "/v1/Users", "/dwell/v1/Timers"] {
        let page = app.fetched(&format!("{list}?PageSize=1")).await;
        assert_eq!((&page[text(&page["meta"], "key")], &page["meta"]["next_page_url"]), (&json!([]), &json!(null)));
    }
}

/// Reads a list page by page, doing something in between, and says what was seen.
async fn interrupted(app: &TestApp, list: &str, mut meanwhile: impl AsyncFnMut(&TestApp, usize)) -> Vec<String> {
    let mut seen = Vec::new();
    let mut next = format!("{list}{}PageSize=2", if list.contains('?') { '&' } else { '?' });
    for page_number in 0.. {
        let page = app.fetched(&next).await;
        seen.extend(sids(&page));
        match &page["meta"]["next_page_url"] {
            Value::Null => break,
            url => next = path(url).to_owned(),
        }
        meanwhile(app, page_number).await;
    }
    seen
}

#[tokio::test]
async fn nothing_is_skipped_or_seen_twice_while_items_come_and_go() {
    let app = TestApp::new().await;
    let (_, inside) = conversation(&app, &[]).await;
    let (messages, participants) = (format!("{inside}/Messages"), format!("{inside}/Participants"));
    for i in 0..6 {
        say(&app, &inside, "x").await;
        app.made(&participants, &[("Identity", &format!("user-{i}"))]).await;
        app.made("/v1/Services", &[("FriendlyName", "x")]).await;
    }
    let falling = format!("{messages}?Order=desc");
    for (list, adds_at_end) in [
        (messages.as_str(), true),
        (&falling, false),
        (&participants, true),
        ("/v1/Services", true),
        ("/v1/Users", true),
    ] {
        let before: Vec<_> = all_items(&app, list).await.iter().map(|item| sid(item).to_owned()).collect();
        // On the first page's heels: one that was seen goes, one that lies ahead goes, one comes.
        let (seen_one, ahead) = (before[1].clone(), before[4].clone());
        let collection = list.split('?').next().unwrap();
        let seen = interrupted(&app, list, async |app, page| {
            if page > 0 {
                return;
            }
            for gone in [&seen_one, &ahead] {
                assert_eq!(app.delete(&format!("{collection}/{gone}")).await.status, 204, "{list}");
            }
            let form = [("Body", "new"), ("Identity", "newcomer"), ("FriendlyName", "new")];
            app.made(collection, &form).await;
        })
        .await;
        let after: Vec<_> = all_items(&app, list).await.iter().map(|item| sid(item).to_owned()).collect();
        let mut expected: Vec<_> = before.iter().filter(|item| **item != ahead).cloned().collect();
        if adds_at_end {
            expected.extend(after.last().cloned());
        }
        assert_eq!(seen, expected, "{list}");
        app.delete("/v1/Users/newcomer").await;
    }
}

#[tokio::test]
async fn conversations_come_by_latest_message() {
    let app = TestApp::new().await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.push(conversation(&app, &[]).await);
        app.advance(10).await;
    }
    let order = async |app: &TestApp| {
        let listed = all_items(app, &format!("{CONVERSATIONS}?PageSize=2")).await;
        let place = |c: &Value| made.iter().position(|(made, _)| made["sid"] == c["sid"]).unwrap();
        listed.iter().map(place).collect::<Vec<_>>()
    };
    assert_eq!(order(&app).await, [4, 3, 2, 1, 0]);
    say(&app, &made[1].1, "x").await;
    assert_eq!(order(&app).await, [1, 4, 3, 2, 0]);
    app.advance(10).await;
    let late = say(&app, &made[0].1, "x").await;
    assert_eq!(order(&app).await, [0, 1, 4, 3, 2]);
    // Nothing but a new message is activity here, whatever it says of its own date.
    app.advance(10).await;
    app.made(&made[2].1, &[("FriendlyName", "x"), ("State", "inactive")]).await;
    app.made(&format!("{}/Participants", made[2].1), &[("Identity", "ann")]).await;
    app.made(&format!("{}/Messages/{}", made[0].1, sid(&late)), &[("Body", "y")]).await;
    app.delete(&format!("{}/Messages/{}", made[0].1, sid(&late))).await;
    assert_eq!(order(&app).await, [0, 1, 4, 3, 2]);
    app.made(&format!("{}/Messages", made[2].1), &[("Body", "x"), ("DateCreated", "2001-01-01T00:00:00Z")]).await;
    assert_eq!(order(&app).await, [2, 0, 1, 4, 3]);
    // Between pages, one that was seen may rise and is not seen again.
    let seen = interrupted(&app, CONVERSATIONS, async |app, page| {
        if page == 0 {
            app.advance(10).await;
            say(app, &made[0].1, "x").await;
            conversation(app, &[]).await;
        }
    })
    .await;
    assert_eq!(seen, [2, 0, 1, 4, 3].map(|i: usize| sid(&made[i].0).to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_of_300_are_read_to_the_end() {
    const COUNT: usize = 300;
    let app = Arc::new(TestApp::new().await);
    let (_, inside) = conversation(&app, &[]).await;
    let service = app.made("/v1/Services", &[("FriendlyName", "Many")]).await;
    let conversations = format!("/v1/Services/{}/Conversations", sid(&service));
    let (messages, participants) = (format!("{inside}/Messages"), format!("{inside}/Participants"));
    let mut under_way = JoinSet::new();
    for worker in 0..10 {
        let (app, conversations) = (app.clone(), conversations.clone());
        let (messages, participants) = (messages.clone(), participants.clone());
        under_way.spawn(async move {
            for i in 0..COUNT / 10 {
                let name = format!("{worker}-{i}");
                app.made(&conversations, &[("UniqueName", &name), ("Timers.Closed", "PT1H")]).await;
                app.made(&messages, &[("Body", &name)]).await;
                app.made(&participants, &[("Identity", &name)]).await;
                app.made("/v1/Services", &[("FriendlyName", &name)]).await;
            }
        });
    }
    while let Some(done) = under_way.join_next().await {
        done.unwrap();
    }
    for (list, name, extra) in [
        (conversations.as_str(), "unique_name", 0),
        (&format!("{conversations}?StartDate=2026-01-01T00:00:00Z"), "unique_name", 0),
        (&format!("{conversations}?State=active"), "unique_name", 0),
        (&messages, "body", 0),
        (&format!("{messages}?Order=desc"), "body", 0),
        (&participants, "identity", 0),
        ("/v1/Users", "identity", 0),
        ("/v1/Services", "friendly_name", 2),
        ("/dwell/v1/Timers", "conversation_sid", 0),
    ] {
        for size in ["", "PageSize=7", "PageSize=1000"] {
            let items = all_items(&app, &format!("{list}{}{size}", if list.contains('?') { '&' } else { '?' })).await;
            let mut names: Vec<_> = items.iter().map(|item| text(item, name)).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!((items.len(), names.len()), (COUNT + extra, COUNT + extra), "{list} {size}");
        }
    }
    let indexes: Vec<_> = all_items(&app, &messages).await.iter().map(|m| m["index"].as_i64().unwrap()).collect();
    assert_eq!(indexes, (0..COUNT as i64).collect::<Vec<_>>());
}
