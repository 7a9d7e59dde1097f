//! What is found when a timer has come due and nobody has carried it out yet: after a restart, and
//! in the moment before the scheduler comes by.

use dwell_testkit::TestApp;
use serde_json::json;

use crate::support::{at, conversation, everything, history, say, seconds, sid, state, state_events};

const BOTH: [(&str, &str); 2] = [("Timers.Inactive", "PT5M"), ("Timers.Closed", "PT1H")];

#[tokio::test]
async fn what_came_due_while_the_server_was_down_is_carried_out_in_order() {
    let app = TestApp::new().await;
    let (both, both_path) = conversation(&app, &BOTH).await;
    app.advance(100).await;
    let (closed, closed_path) = conversation(&app, &[("Timers.Closed", "PT10M")]).await;
    let (talked, talked_path) = conversation(&app, &[("Timers.Inactive", "PT5M")]).await;
    app.clock.advance(200);
    say(&app, &talked_path, "moves its deadline").await;
    app.clock.advance(10 * 86_400);
    let app = app.restart().await;
    app.fire_due().await;
    assert_eq!(history(&app, &both).await, ["active>inactive TIMER 300", "inactive>closed TIMER 3900"]);
    assert_eq!(history(&app, &closed).await, ["active>closed TIMER 700"]);
    assert_eq!(history(&app, &talked).await, ["active>inactive TIMER 600"]);
    let timers = app.fetched(&both_path).await;
    assert_eq!(timers["timers"], json!({"date_inactive": at(300), "date_closed": at(3_900)}));
    assert_eq!(timers["date_updated"], at(3_900), "the time at which it was due, not at which it was done");
    assert_eq!(state(&app, &closed_path).await, "closed");
    let told: Vec<_> = state_events(&app, &both).await;
    let told: Vec<_> = told.iter().map(|(p, notify)| (p["StateUpdated"].as_str().unwrap(), *notify)).collect();
    assert_eq!(told, [("2026-01-01T00:05:00.000Z", true), ("2026-01-01T01:05:00.000Z", true)]);
}

#[tokio::test]
async fn a_restart_forgets_no_clock() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &BOTH).await;
    app.clock.advance(200);
    say(&app, &path, "x").await;
    let shown = app.fetched(&path).await;
    let app = app.restart().await;
    assert_eq!(app.fetched(&path).await, shown);
    app.advance(299).await;
    assert_eq!(state(&app, &path).await, "active");
    let app = app.restart().await;
    app.advance(1).await;
    assert_eq!(state(&app, &path).await, "inactive");
    let app = app.restart().await;
    app.advance(3_600).await;
    assert_eq!(history(&app, &c).await, ["active>inactive TIMER 500", "inactive>closed TIMER 4100"]);
}

#[tokio::test]
async fn a_message_just_after_the_deadline_finds_the_conversation_inactive() {
    for late in [0, 1, 59] {
        let app = &TestApp::new().await;
        let (c, path) = conversation(app, &BOTH).await;
        app.clock.advance(300 + late);
        say(app, &path, "hello").await;
        let expected = ["active>inactive TIMER 300".to_owned(), format!("inactive>active EVENT {}", 300 + late)];
        assert_eq!(history(app, &c).await, expected);
        let now = app.fetched(&path).await;
        let dates = json!({"date_inactive": at(600 + late), "date_closed": at(4_200 + late)});
        assert_eq!((now["state"].as_str(), &now["timers"]), (Some("active"), &dates));
        app.fire_due().await;
        assert_eq!(app.fetched(&path).await, now, "the scheduler finds nothing left to do");
        assert_eq!(state_events(app, &c).await.len(), 2);
    }
}

#[tokio::test]
async fn nothing_gets_into_a_conversation_whose_time_is_up() {
    for form in [&BOTH[..], &BOTH[1..]] {
        let app = TestApp::new().await;
        let (c, path) = conversation(&app, form).await;
        let message = format!("{path}/Messages/{}", sid(&say(&app, &path, "x").await));
        app.made(&format!("{path}/Participants"), &[("Identity", "ann")]).await;
        app.clock.advance(300 + 3_600);
        let before = everything(&app).await;
        let (messages, participants) = (format!("{path}/Messages"), format!("{path}/Participants"));
        let ann = format!("{participants}/ann");
        for (method, path, form) in [
            ("POST", &messages, ("Body", "late")),
            ("POST", &message, ("Body", "late")),
            ("DELETE", &message, ("", "")),
            ("POST", &participants, ("Identity", "bob")),
            ("POST", &ann, ("LastReadMessageIndex", "0")),
            ("DELETE", &ann, ("", "")),
            ("POST", &path, ("State", "active")),
            ("POST", &path, ("Timers.Closed", "P1D")),
            ("POST", &path, ("", "")),
        ] {
            let answer = app.send(method, path, &[form], Some(&app.account)).await;
            assert_eq!(answer.refusal(), (400, 50377), "{method} {path} {form:?}");
        }
        assert_eq!(everything(&app).await, before);
        app.fire_due().await;
        let expected: &[&str] = if form.len() == 2 {
            &["active>inactive TIMER 300", "inactive>closed TIMER 3900"]
        } else {
            &["active>closed TIMER 3600"]
        };
        assert_eq!(history(&app, &c).await, expected);
    }
}

#[tokio::test]
async fn every_change_after_the_deadline_carries_out_what_was_due_first() {
    let app = TestApp::new().await;
    for below in ["", "/Participants", "/Participants/ann", "/Messages/first", "DELETE /Participants/ann"] {
        let (c, path) = conversation(&app, &BOTH).await;
        let start = seconds(&app.engine.now().to_rfc3339_micros());
        let message = say(&app, &path, "x").await;
        app.made(&format!("{path}/Participants"), &[("Identity", "ann")]).await;
        app.clock.advance(310);
        let (method, below) = below.split_once(' ').unwrap_or(("POST", below));
        let target = format!("{path}{}", below.replace("first", sid(&message)));
        let form = match below {
            "" => [("FriendlyName", "x")],
            "/Participants" => [("Identity", "bob")],
            _ => [("Attributes", "[]")],
        };
        let answer = app.send(method, &target, &form, Some(&app.account)).await;
        assert!(answer.status < 300, "{method} {target}: {}", answer.text);
        assert_eq!(history(&app, &c).await, [format!("active>inactive TIMER {}", start + 300)], "{method} {below}");
        let now = app.fetched(&path).await;
        let dates = json!({"date_inactive": at(start + 300), "date_closed": at(start + 3_900)});
        assert_eq!((now["state"].as_str(), &now["timers"]), (Some("inactive"), &dates), "{method} {below}");
        app.fire_due().await;
        assert_eq!(state_events(&app, &c).await.len(), 1, "told once");
        let seqs: Vec<_> = app.events(sid(&c)).await.iter().map(|event| event.seq).collect();
        assert_eq!(seqs, (1..=seqs.len() as i64).collect::<Vec<_>>(), "events are numbered without gaps");
    }
}

#[tokio::test]
async fn a_change_by_hand_after_the_deadline_starts_from_where_the_timer_left_it() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &BOTH).await;
    app.clock.advance(310);
    let back = app.made(&path, &[("State", "active")]).await;
    assert_eq!(back["timers"], json!({"date_inactive": at(610), "date_closed": at(4_210)}));
    assert_eq!(history(&app, &c).await, ["active>inactive TIMER 300", "inactive>active API 310"]);
    app.clock.advance(310);
    assert_eq!(app.made(&path, &[("State", "closed")]).await["state"], "closed");
    assert_eq!(history(&app, &c).await[2..], ["active>inactive TIMER 610", "inactive>closed API 620"]);
}

#[tokio::test]
async fn a_user_deleted_after_the_deadline_leaves_closed_conversations_as_they_are() {
    let app = TestApp::new().await;
    let (_, open) = conversation(&app, &[]).await;
    let (c, due) = conversation(&app, &[("Timers.Closed", "PT10M")]).await;
    for path in [&open, &due] {
        app.made(&format!("{path}/Participants"), &[("Identity", "ann")]).await;
    }
    app.clock.advance(600);
    assert_eq!(app.delete("/v1/Users/ann").await.status, 204);
    app.fire_due().await;
    assert_eq!(history(&app, &c).await, ["active>closed TIMER 600"]);
    assert_eq!(app.get(&format!("{due}/Participants/ann")).await.status, 200);
    assert_eq!(app.get(&format!("{open}/Participants/ann")).await.refusal(), (404, 20404));
    assert_eq!(app.get("/v1/Users/ann").await.refusal(), (404, 20404));
}
