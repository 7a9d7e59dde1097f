//! Conversations as their users see them: what is unread, and of what they are told.

use dwell_testkit::TestApp;
use serde_json::{Value, json};

use crate::support::{
    CONVERSATIONS, all_items, at, both_ways, conversation, event_kinds, not_found, post_with, say, sid, text,
};

const LIST: &str = "/v1/Users/ann/Conversations";

/// A conversation with ann in it, and ann's view of it.
async fn joined(app: &TestApp, form: &[(&str, &str)]) -> (Value, String, String) {
    let (c, inside) = conversation(app, form).await;
    app.made(&format!("{inside}/Participants"), &[("Identity", "ann")]).await;
    let seen = format!("{LIST}/{}", sid(&c));
    (c, inside, seen)
}

#[tokio::test]
async fn every_member() {
    let app = TestApp::new().await;
    let service = text(&app.fetched("/v1/Configuration").await, "default_chat_service_sid").to_owned();
    for tree in ["/v1".to_owned(), format!("/v1/Services/{service}")] {
        let form = [("UniqueName", "room"), ("FriendlyName", "Room"), ("Timers.Inactive", "PT1H")];
        let c = app.made(&format!("{tree}/Conversations"), &form).await;
        let inside = format!("{tree}/Conversations/{}", sid(&c));
        let ann = app.made(&format!("{inside}/Participants"), &[("Identity", "ann")]).await;
        let user = app.fetched(&format!("{tree}/Users/ann")).await;
        let list = format!("{tree}/Users/{}/Conversations", sid(&user));
        let expected = json!({
            "account_sid": c["account_sid"],
            "chat_service_sid": service,
            "conversation_sid": c["sid"],
            "unread_messages_count": null,
            "last_read_message_index": null,
            "participant_sid": ann["sid"],
            "user_sid": user["sid"],
            "friendly_name": "Room",
            "unique_name": "room",
            "conversation_state": "active",
            "timers": c["timers"],
            "attributes": "{}",
            "date_created": c["date_created"],
            "date_updated": c["date_updated"],
            "created_by": "system",
            "notification_level": "default",
            "url": format!("http://dwell.test{list}/{}", sid(&c)),
            "links": {"participant": ann["url"], "conversation": c["url"]},
        });
        for user in [sid(&user), "ann"] {
            for conversation in [sid(&c), "room"] {
                let path = format!("{tree}/Users/{user}/Conversations/{conversation}");
                assert_eq!(app.fetched(&path).await, expected, "{path}");
                assert_eq!(app.made(&path, &[]).await, expected, "an empty update changes nothing: {path}");
            }
            let page = app.fetched(&format!("{tree}/Users/{user}/Conversations")).await;
            assert_eq!(page["conversations"], json!([expected]));
            let url = format!("http://dwell.test{list}?PageSize=50&Page=0");
            let meta = json!({
                "page": 0,
                "page_size": 50,
                "first_page_url": url,
                "previous_page_url": null,
                "url": url,
                "next_page_url": null,
                "key": "conversations",
            });
            assert_eq!(page["meta"], meta, "an identity in the path becomes the SID in the URLs");
        }
        app.delete(&inside).await;
    }
}

#[tokio::test]
async fn what_is_unread() {
    let app = TestApp::new().await;
    let (_, inside, seen) = joined(&app, &[]).await;
    let mut said = Vec::new();
    for i in 0..5 {
        // Own messages count too.
        let author = if i % 2 == 0 { "ann" } else { "bob" };
        said.push(app.made(&format!("{inside}/Messages"), &[("Body", "x"), ("Author", author)]).await);
    }
    let unread = async |app: &TestApp| {
        let one = app.fetched(&seen).await;
        assert_eq!(app.fetched(LIST).await["conversations"][0], one);
        one["unread_messages_count"].clone()
    };
    assert_eq!(unread(&app).await, Value::Null, "without a horizon nothing is known");
    for (index, count) in [("1", json!(3)), ("4", json!(0)), ("0", json!(4)), ("99", json!(0))] {
        let updated = app.made(&seen, &[("LastReadMessageIndex", index)]).await;
        assert_eq!(updated["unread_messages_count"], count, "{index}");
        assert_eq!(updated["last_read_message_index"], index.parse::<i64>().unwrap());
        assert_eq!(unread(&app).await, count);
    }
    app.made(&seen, &[("LastReadMessageIndex", "1")]).await;
    app.delete(&format!("{inside}/Messages/{}", sid(&said[3]))).await;
    app.delete(&format!("{inside}/Messages/{}", sid(&said[0]))).await;
    assert_eq!(unread(&app).await, 2, "a deleted message is not unread");
    say(&app, &inside, "x").await;
    assert_eq!(unread(&app).await, 3);
    for nothing in ["null", ""] {
        app.made(&seen, &[("LastReadMessageIndex", "1")]).await;
        let updated = app.made(&seen, &[("LastReadMessageIndex", nothing)]).await;
        assert_eq!((&updated["last_read_message_index"], unread(&app).await), (&Value::Null, Value::Null));
    }
}

#[tokio::test]
async fn at_most_1000_unread_messages_are_counted() {
    let app = TestApp::new().await;
    let (_, inside, seen) = joined(&app, &[]).await;
    say(&app, &inside, "x").await;
    // So many more like it, without as many requests.
    let added = "INSERT INTO messages (conversation_sid, message_index, sid, account_sid, author, attributes,
            date_created, date_updated)
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1001)
         SELECT conversation_sid, i, printf('IM%032x', i), account_sid, author, attributes, date_created, date_updated
         FROM messages, n WHERE message_index = 0";
    assert_eq!(app.sql(added).await, 1_001);
    for (index, count) in [("1", 1_000), ("0", 1_000), ("2", 999)] {
        assert_eq!(app.made(&seen, &[("LastReadMessageIndex", index)]).await["unread_messages_count"], count);
    }
}

#[tokio::test]
async fn an_update_is_one_of_the_participant() {
    let app = TestApp::new().await;
    let (c, inside, seen) = joined(&app, &[]).await;
    let participant = format!("{inside}/Participants/ann");
    app.advance(5).await;
    let before = app.fetched(&inside).await;
    let form = [("NotificationLevel", "Muted"), ("LastReadMessageIndex", "3")];
    let updated = post_with(&app, &seen, &form, ("x-twilio-webhook-enabled", "true")).await.body;
    assert_eq!((&updated["notification_level"], &updated["last_read_message_index"]), (&json!("muted"), &json!(3)));
    let ann = app.fetched(&participant).await;
    assert_eq!(
        [&ann["last_read_message_index"], &ann["last_read_timestamp"], &ann["date_updated"]],
        [&json!(3), &json!(at(5)), &json!(at(5))]
    );
    assert_eq!(app.fetched(&inside).await, before, "the conversation does not change");
    let expected = ["onConversationAdded", "onParticipantAdded", "onParticipantUpdated"];
    assert_eq!(event_kinds(&app, &c).await, expected, "webhooks hear nothing, whatever the header says");
    let event = app.events(sid(&c)).await.pop().unwrap();
    let payload: Value = serde_json::from_str(&event.payload).unwrap();
    assert_eq!((&payload["ParticipantSid"], &payload["LastReadMessageIndex"]), (&ann["sid"], &json!(3)));

    app.made(&seen, &[("LastReadTimestamp", "2026-01-01T00:00:01Z")]).await;
    let ann = app.fetched(&participant).await;
    assert_eq!([&ann["last_read_message_index"], &ann["last_read_timestamp"]], [&json!(3), &json!(at(1))]);
    assert_eq!(app.fetched(&seen).await["notification_level"], "muted", "what is not named stays");
    // The participant's own update does not unmute, and both see one horizon.
    app.made(&participant, &[("LastReadMessageIndex", "7")]).await;
    let seen_now = app.fetched(&seen).await;
    assert_eq!([&seen_now["last_read_message_index"], &seen_now["notification_level"]], [&json!(7), &json!("muted")]);
    let app = app.restart().await;
    assert_eq!(app.fetched(&seen).await, seen_now);
    app.made(&seen, &[("NotificationLevel", "DEFAULT")]).await;
    assert_eq!(app.fetched(&seen).await["notification_level"], "default");
}

#[tokio::test]
async fn no_update_is_activity() {
    let app = TestApp::new().await;
    let (_, inside, seen) = joined(&app, &[("Timers.Inactive", "PT5M")]).await;
    app.advance(299).await;
    app.made(&seen, &[("LastReadMessageIndex", "0"), ("NotificationLevel", "muted")]).await;
    app.clock.advance(1);
    // Nobody has carried out the timer yet: the call itself does.
    assert_eq!(app.made(&seen, &[("LastReadMessageIndex", "1")]).await["conversation_state"], "inactive");
    assert_eq!(app.fetched(&inside).await["state"], "inactive");
}

#[tokio::test]
async fn a_user_leaves_a_conversation() {
    let app = TestApp::new().await;
    let (c, inside, seen) = joined(&app, &[]).await;
    app.made(&format!("{inside}/Participants"), &[("Identity", "bob")]).await;
    let gone = app.delete(&seen).await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
    for missing in [&seen, &format!("{inside}/Participants/ann")] {
        assert_eq!(app.get(missing).await.refusal(), (404, 20404));
    }
    assert_eq!(app.delete(&seen).await.refusal(), (404, 20404));
    assert_eq!(all_items(&app, LIST).await, [Value::Null; 0]);
    assert_eq!(event_kinds(&app, &c).await.last().unwrap(), "onParticipantRemoved");
    assert_eq!(all_items(&app, &format!("{inside}/Participants")).await.len(), 1);
    assert_eq!(app.get("/v1/Users/ann").await.status, 200, "the user stays");
    app.made(&format!("{inside}/Participants"), &[("Identity", "ann")]).await;
    assert_eq!(app.get(&seen).await.status, 200, "and may come back");
}

#[tokio::test]
async fn closed_conversations_are_listed_and_stay_as_they_are() {
    let app = TestApp::new().await;
    let (c, inside, seen) = joined(&app, &[("UniqueName", "over")]).await;
    say(&app, &inside, "x").await;
    app.made(&seen, &[("LastReadMessageIndex", "0")]).await;
    joined(&app, &[]).await;
    app.made(&inside, &[("State", "closed")]).await;
    let before = app.fetched(&seen).await;
    assert_eq!((&before["conversation_state"], &before["unread_messages_count"]), (&json!("closed"), &json!(0)));
    for form in [&[("LastReadMessageIndex", "0")][..], &[("NotificationLevel", "muted")], &[]] {
        assert_eq!(app.post(&seen, form).await.refusal(), (400, 50377), "{form:?}");
    }
    assert_eq!(app.delete(&seen).await.refusal(), (400, 50377));
    let states: Vec<_> = all_items(&app, LIST).await;
    assert_eq!(states.iter().map(|c| text(c, "conversation_state")).collect::<Vec<_>>(), ["closed", "active"]);
    assert_eq!(states[0], before);
    // Whoever is not in it is told nothing of its state.
    app.made("/v1/Users", &[("Identity", "bob")]).await;
    let path = format!("/v1/Users/bob/Conversations/{}", sid(&c));
    for method in ["GET", "POST", "DELETE"] {
        let answer = app.send(method, &path, &[], Some(&app.account)).await;
        assert_eq!((answer.refusal(), text(&answer.body, "message")), ((404, 20404), not_found(&path).as_str()));
    }
}

#[tokio::test]
async fn pages_lead_both_ways_in_order_of_sids() {
    let app = TestApp::new().await;
    let mut expected = Vec::new();
    for number in 0..7 {
        let (c, inside, _) = joined(&app, &[]).await;
        app.made(&format!("{inside}/Participants"), &[("Identity", "bob")]).await;
        if number % 3 == 0 {
            app.made(&inside, &[("State", "closed")]).await;
        }
        expected.push(sid(&c).to_owned());
    }
    for size in [1, 2, 3, 7, 50] {
        let list = format!("{LIST}?PageSize={size}");
        assert_eq!(both_ways(&app, &list, "conversation_sid").await, expected, "{size}");
    }
    let clamped = app.fetched(&format!("{LIST}?PageSize=100")).await;
    assert_eq!(clamped["meta"]["page_size"], 50);
}

#[tokio::test]
async fn a_user_without_conversations_has_an_empty_list() {
    let app = TestApp::new().await;
    app.made("/v1/Users", &[("Identity", "ann")]).await;
    joined(&app, &[]).await;
    app.made("/v1/Users", &[("Identity", "bob")]).await;
    let page = app.fetched("/v1/Users/bob/Conversations").await;
    assert_eq!((&page["conversations"], &page["meta"]["next_page_url"]), (&json!([]), &Value::Null));
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let app = TestApp::new().await;
    let (c, _, _) = joined(&app, &[("UniqueName", "room")]).await;
    let (other, _) = conversation(&app, &[]).await;
    let user = app.fetched("/v1/Users/ann").await;
    let service = text(&c, "chat_service_sid");
    let other_service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let inside = |user: &str, conversation: &str| format!("/v1/Users/{user}/Conversations/{conversation}");
    let mine = [
        inside("ann", "none"),
        inside("ann", sid(&other)),
        inside("bob", "room"),
        inside("US00000000000000000000000000000000", sid(&c)),
        inside("ann", "CH00000000000000000000000000000000"),
        format!("/v1/Services/{}/Users/{}/Conversations/{}", sid(&other_service), sid(&user), sid(&c)),
    ];
    let lists = ["/v1/Users/bob/Conversations", "/v1/Users/US00000000000000000000000000000000/Conversations"];
    let theirs = [inside(sid(&user), sid(&c)), format!("/v1/Services/{service}{}", &inside("ann", "room")[3..])];
    let stranger = app.new_account().await;
    let before = app.fetched(LIST).await;
    let each = mine.iter().map(|path| (path, &app.account)).chain(theirs.iter().map(|path| (path, &stranger)));
    for (path, account) in each {
        for method in ["GET", "POST", "DELETE"] {
            let answer = app.send(method, path, &[("LastReadMessageIndex", "0")], Some(account)).await;
            assert_eq!(answer.refusal(), (404, 20404), "{method} {path}");
            assert_eq!(text(&answer.body, "message"), not_found(path));
        }
    }
    for path in lists {
        let answer = app.get(path).await;
        assert_eq!((answer.refusal(), text(&answer.body, "message")), ((404, 20404), not_found(path).as_str()));
    }
    let path = format!("/v1/Users/{}/Conversations", sid(&user));
    assert_eq!(app.send("GET", &path, &[], Some(&stranger)).await.refusal(), (404, 20404));
    assert_eq!(app.fetched(LIST).await, before);
    let deleted = format!("{CONVERSATIONS}/room");
    app.delete(&deleted).await;
    assert_eq!(app.get(&inside("ann", sid(&c))).await.refusal(), (404, 20404));
}
