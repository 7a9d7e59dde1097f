//! What new webhooks are told of the messages that were there before them.

use std::collections::BTreeSet;

use dwell_testkit::TestApp;

use super::parameters::PARAMETERS;
use super::{bodies, count, heard, params, scoped};
use crate::support::{conversation, say, sid};

#[tokio::test]
async fn a_new_webhook_is_told_of_the_messages_before_it_and_then_of_newer_ones() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[]).await;
    let mut made = Vec::new();
    for body in ["0", "1", "2", "3", "4", "5", "6"] {
        made.push(say(&app, &path, body).await);
    }
    assert_eq!(app.delete(&format!("{path}/Messages/{}", sid(&made[3]))).await.status, 204);
    app.made(&format!("{path}/Messages/{}", sid(&made[4])), &[("Body", "4, edited")]).await;
    let filters = [("Configuration.Filters", "onMessageAdded"), ("Configuration.Filters", "onMessageUpdated")];
    let after = |index: &'static str| [&filters[..], &[("Configuration.ReplayAfter", index)]].concat();
    let hook = scoped(&app, &path, &after("1")).await;
    // Newer ones come before anybody looks at the queue.
    heard(&app, "POST", &format!("{path}/Messages"), &[("Body", "7")]).await;
    say(&app, &path, "8, without the header").await;
    let last = format!("{path}/Messages/{}", sid(&made[6]));
    heard(&app, "POST", &last, &[("Body", "6, edited")]).await;
    assert_eq!(bodies(&app, &hook, &c).await, ["7", "6, edited"]);
    let app = app.restart().await;
    assert_eq!(app.replay(2).await, [(true, 2), (true, 2)]);
    assert_eq!(bodies(&app, &hook, &c).await, ["2", "4, edited", "5", "6, edited", "7", "6, edited"]);
    let first = &app.waiting(sid(&hook), sid(&c)).await[0];
    let names: BTreeSet<_> = params(first).into_keys().collect();
    let own = PARAMETERS.iter().find(|(event, _)| *event == "onMessageAdded").unwrap().1;
    let expected = own.iter().chain(&["AccountSid", "EventType"]).filter(|name| **name != "ParticipantSid");
    assert_eq!(names, expected.map(|name| (*name).to_owned()).collect());
    assert_eq!(app.replay(2).await, [], "that was all");

    // Nothing to replay: no such message yet, no wish, no interest.
    count(&app).await;
    for more in [&after("8")[..], &after("99"), &after("9223372036854775807"), &filters] {
        let made = scoped(&app, &path, more).await;
        assert_eq!(app.delete(&format!("{path}/Webhooks/{}", sid(&made))).await.status, 204);
    }
    scoped(&app, &path, &[("Configuration.Filters", "onParticipantAdded"), ("Configuration.ReplayAfter", "0")]).await;
    app.clock.advance(100);
    assert_eq!(app.sql("DELETE FROM webhook_queues").await, 0);
}

#[tokio::test]
async fn a_trigger_is_told_of_the_old_messages_with_a_keyword() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[]).await;
    for n in 0..9 {
        say(&app, &path, if n % 4 == 0 { "Help!" } else { "nothing" }).await;
    }
    let wish = [("Configuration.Triggers", "help"), ("Configuration.ReplayAfter", "0")];
    let hook = scoped(&app, &path, &wish).await;
    // What has no keyword is passed over, a few at a time.
    assert_eq!(app.replay(2).await, [(false, 0), (true, 1), (false, 0), (true, 1)]);
    assert_eq!(bodies(&app, &hook, &c).await, ["Help!", "Help!"]);
    let found = app.waiting(sid(&hook), sid(&c)).await;
    assert_eq!(found.iter().map(|delivery| params(delivery)["Index"].clone()).collect::<Vec<_>>(), ["4", "8"]);
}

#[tokio::test]
async fn a_replay_ends_with_its_webhook() {
    let app = TestApp::new().await;
    for gone in ["webhook", "conversation"] {
        let (_, path) = conversation(&app, &[]).await;
        for body in ["0", "1", "2"] {
            say(&app, &path, body).await;
        }
        let wish = [("Configuration.Filters", "onMessageAdded"), ("Configuration.ReplayAfter", "0")];
        let hook = scoped(&app, &path, &wish).await;
        let path = if gone == "webhook" { format!("{path}/Webhooks/{}", sid(&hook)) } else { path };
        assert_eq!(app.delete(&path).await.status, 204);
        assert_eq!(app.replay(1).await, [(true, 0)], "{gone}");
        assert_eq!(count(&app).await, 0);
    }
}
