//! Last calls: who is asked before a timer moves a conversation, and what becomes of the answer.

use std::collections::BTreeMap;

use dwell_engine::LastCaller;
use dwell_engine::hooks::{Call, Method};
use dwell_testkit::{Behaviour, TestApp};
use serde_json::{Value, json};

use crate::support::{at, conversation, history, say, seconds, sid, state, text};
use crate::test_clock::As;

pub(crate) const LAST_CALL: &str = "/dwell/v1/LastCall";
pub(crate) const HOOK: &str = "https://hook.test/last";

/// A server whose first account has [`HOOK`] asked.
pub(crate) async fn asking_app() -> TestApp {
    let app = TestApp::new().await;
    app.made(LAST_CALL, &[("WebhookUrl", HOOK)]).await;
    app
}

pub(crate) fn answer(app: &TestApp, body: &str) {
    app.receivers.behave(HOOK, Behaviour::Answer(200, body.to_owned()));
}

pub(crate) fn params(call: &Call) -> BTreeMap<&str, &str> {
    let params: BTreeMap<_, _> = call.params.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(params.len(), call.params.len(), "each is given once");
    params
}

/// What was asked about a conversation, latest deadline first: `due outcome`, and the new deadline.
async fn told(app: &TestApp, conversation: &Value) -> Vec<String> {
    let life = app.fetched(&format!("/dwell/v1/Conversations/{}/Lifecycle", sid(conversation))).await;
    let told = life["last_calls"].as_array().unwrap().iter().map(|asked| {
        let outcome = asked["outcome"].as_str().unwrap_or("?");
        let to = asked["postponed_to"].as_str().map(|to| format!(" {}", seconds(to))).unwrap_or_default();
        assert_eq!(asked["problem"].is_string(), ["invalid", "none"].contains(&outcome), "{asked}");
        format!("{} {outcome}{to}", seconds(text(asked, "due")))
    });
    told.collect()
}

/// Turns the clock on and asks, then carries out what is due.
async fn pass(app: &TestApp, seconds: i64) {
    app.clock.advance(seconds);
    app.last_calls().await;
    app.fire_due().await;
}

#[tokio::test]
async fn the_setting_is_kept_and_shown() {
    let app = TestApp::new().await;
    let shown = |url: Value, method: &str, lead: i64| {
        json!({
            "account_sid": app.account.sid,
            "webhook_url": url,
            "method": method,
            "lead_seconds": lead,
            "url": "http://dwell.test/dwell/v1/LastCall",
        })
    };
    assert_eq!(app.fetched(LAST_CALL).await, shown(Value::Null, "POST", 10));
    assert_eq!(app.made(LAST_CALL, &[]).await, shown(Value::Null, "POST", 10));
    assert_eq!(app.made(LAST_CALL, &[("WebhookUrl", HOOK)]).await, shown(json!(HOOK), "POST", 10));
    assert_eq!(app.made(LAST_CALL, &[("Method", "get"), ("LeadSeconds", "30")]).await, shown(json!(HOOK), "GET", 30));
    assert_eq!(app.made(LAST_CALL, &[("Method", ""), ("LeadSeconds", "")]).await, shown(json!(HOOK), "GET", 30));
    let app = app.restart().await;
    let shown = app.fetched(LAST_CALL).await;
    assert_eq!((text(&shown, "webhook_url"), &shown["lead_seconds"]), (HOOK, &json!(30)));
    for (name, value) in [
        ("WebhookUrl", "hook.test"),
        ("WebhookUrl", "ftp://hook.test/"),
        ("WebhookUrl", &*format!("{HOOK}/{}", "x".repeat(512))),
        ("Method", "PUT"),
        ("LeadSeconds", "4"),
        ("LeadSeconds", "31"),
        ("LeadSeconds", "-10"),
        ("LeadSeconds", "10.5"),
        ("LeadSeconds", "99999999999999999999"),
        ("LeadSeconds", "ten"),
    ] {
        assert_eq!(app.post(LAST_CALL, &[(name, value)]).await.refusal(), (400, 20001), "{name}={value}");
    }
    assert_eq!(app.fetched(LAST_CALL).await, shown, "refused requests change nothing");
    let cleared = app.made(LAST_CALL, &[("WebhookUrl", "")]).await;
    assert_eq!((&cleared["webhook_url"], &cleared["lead_seconds"]), (&Value::Null, &json!(30)));
    let other = app.new_account().await;
    let theirs = app.send("GET", LAST_CALL, &[], Some(&other)).await.body;
    assert_eq!((&theirs["account_sid"], &theirs["lead_seconds"]), (&json!(other.sid), &json!(10)));
}

#[tokio::test]
async fn the_question_says_what_it_is_about() {
    let app = asking_app().await;
    let form = [
        ("FriendlyName", "Müller & Söhne"),
        ("UniqueName", "room"),
        ("Attributes", "{\"vip\":true}"),
        ("Timers.Inactive", "PT1M"),
        ("Timers.Closed", "PT10M"),
    ];
    let (c, _) = conversation(&app, &form).await;
    pass(&app, 49).await;
    assert_eq!(app.receivers.count(), 0, "not before its time");
    pass(&app, 1).await;
    let calls = app.receivers.take_calls();
    let [call] = &calls[..] else { panic!("{calls:?}") };
    let expected = [
        ("AccountSid", app.account.sid.as_str()),
        ("EventType", "onConversationLastCall"),
        ("Source", "TIMER"),
        ("RetryCount", "0"),
        ("ChatServiceSid", text(&c, "chat_service_sid")),
        ("MessagingServiceSid", text(&c, "messaging_service_sid")),
        ("ConversationSid", sid(&c)),
        ("FriendlyName", "Müller & Söhne"),
        ("UniqueName", "room"),
        ("Attributes", "{\"vip\":true}"),
        ("State", "active"),
        ("StateTo", "inactive"),
        ("Timer", "inactive"),
        ("DateDue", "2026-01-01T00:01:00.000Z"),
    ];
    assert_eq!(params(call), BTreeMap::from(expected));
    assert_eq!((call.url.as_str(), call.method, call.auth_token.reveal()), (HOOK, Method::Post, &*app.account.token));
    assert_eq!(call.timeout_millis, 5_000);
    assert_eq!(call.idempotency_token.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
    pass(&app, 9).await;
    assert_eq!(app.receivers.count(), 0, "asked once");
    pass(&app, 1).await;
    assert_eq!(history(&app, &c).await, ["active>inactive TIMER 60"]);
    // The other timer; and one that has no names, by GET, with as little time as is left.
    app.made(LAST_CALL, &[("Method", "GET"), ("LeadSeconds", "5")]).await;
    let (bare, _) = conversation(&app, &[("Timers.Closed", "PT10M")]).await;
    pass(&app, 597).await;
    let calls = app.receivers.take_calls();
    let asked: Vec<_> = calls.iter().map(|call| params(call)).collect();
    assert_eq!(asked.len(), 2);
    for asked in asked {
        let of_bare = asked["ConversationSid"] == sid(&bare);
        let expected = if of_bare { ("active", "closed", "closed") } else { ("inactive", "closed", "closed") };
        assert_eq!((asked["State"], asked["StateTo"], asked["Timer"]), expected);
        assert_eq!(asked.contains_key("FriendlyName") || asked.contains_key("UniqueName"), !of_bare);
    }
    assert!(calls.iter().all(|call| (call.method, call.timeout_millis) == (Method::Get, 3_000)));
}

#[tokio::test]
async fn an_answer_lets_go_puts_off_or_holds() {
    let app = asking_app().await;
    let both = [("Timers.Inactive", "PT1M"), ("Timers.Closed", "PT10M")];
    for body in ["", "{}", "{\"hold\":false}"] {
        answer(&app, body);
        let (c, path) = conversation(&app, &both).await;
        let start = app.engine.now().micros_since(dwell_testkit::START) / 1_000_000;
        pass(&app, 55).await;
        pass(&app, 5).await;
        assert_eq!(state(&app, &path).await, "inactive", "{body}");
        assert_eq!(told(&app, &c).await, [format!("{} go", start + 60)]);
    }
    let app = asking_app().await;
    answer(&app, "{\"postpone\":\"PT2H\"}");
    let (c, path) = conversation(&app, &both).await;
    pass(&app, 55).await;
    let body = app.fetched(&path).await;
    assert_eq!(body["timers"], json!({"date_inactive": at(7_260), "date_closed": at(7_860)}));
    assert_eq!(body["date_updated"], at(0), "a last call is no change of the conversation");
    let life = app.fetched(&format!("/dwell/v1/Conversations/{}/Lifecycle", sid(&c))).await;
    let armed = &life["armed"];
    assert_eq!(
        (seconds(text(armed, "due")), seconds(text(armed, "started")), text(armed, "cause")),
        (7_260, 55, "last_call")
    );
    let timers = app.fetched("/dwell/v1/Timers").await;
    assert_eq!(seconds(text(&timers["timers"][0], "due")), 7_260);
    pass(&app, 5).await;
    assert_eq!((state(&app, &path).await.as_str(), app.receivers.take_calls().len()), ("active", 1));
    // It applies again before the new deadline.
    answer(&app, "{\"postpone\":\"PT60S\"}");
    pass(&app, 7_190).await;
    assert_eq!(told(&app, &c).await, ["7260 postponed 7320", "60 postponed 7260"]);
    answer(&app, "");
    pass(&app, 60).await;
    pass(&app, 10).await;
    assert_eq!(history(&app, &c).await, ["active>inactive TIMER 7320"]);

    answer(&app, "{\"hold\":true}");
    app.receivers.take_calls();
    pass(&app, 595).await;
    assert_eq!(told(&app, &c).await[0], "7920 held");
    assert_eq!(app.fetched(&path).await["timers"], json!({"date_inactive": at(7_320)}));
    assert_eq!(app.fetched("/dwell/v1/Timers").await["timers"], json!([]));
    pass(&app, 86_400).await;
    assert_eq!((state(&app, &path).await.as_str(), app.receivers.count()), ("inactive", 1), "the clock stands");
    say(&app, &path, "back").await;
    answer(&app, "");
    pass(&app, 55).await;
    pass(&app, 5).await;
    assert_eq!(state(&app, &path).await, "inactive", "a message starts the clock again");
}

#[tokio::test]
async fn a_held_clock_is_started_by_messages_states_and_timers() {
    let app = asking_app().await;
    let (_, said) = conversation(&app, &[("Timers.Inactive", "PT1M")]).await;
    let (_, alone) = conversation(&app, &[("Timers.Closed", "PT10M")]).await;
    let (_, moved) = conversation(&app, &[("Timers.Inactive", "PT1M"), ("Timers.Closed", "PT10M")]).await;
    let (_, changed) = conversation(&app, &[("Timers.Inactive", "PT1M")]).await;
    answer(&app, "{\"hold\":true}");
    pass(&app, 55).await;
    pass(&app, 540).await;
    let all = [&said, &alone, &moved, &changed];
    for path in all {
        assert_eq!(app.fetched(path).await["timers"], json!({}), "held");
    }
    answer(&app, "");
    say(&app, &said, "x").await;
    say(&app, &alone, "x").await;
    app.made(&moved, &[("State", "inactive")]).await;
    app.made(&changed, &[("Timers.Inactive", "PT2M")]).await;
    app.made(&moved, &[("FriendlyName", "no activity")]).await;
    for (path, expected) in [
        (&said, json!({"date_inactive": at(655)})),
        (&alone, json!({"date_closed": at(1_195)})),
        (&moved, json!({"date_inactive": at(595), "date_closed": at(1_195)})),
        (&changed, json!({"date_inactive": at(715)})),
    ] {
        assert_eq!(app.fetched(path).await["timers"], expected);
    }
    app.advance(600).await;
    let mut states = Vec::new();
    for path in all {
        states.push(state(&app, path).await);
    }
    assert_eq!(states, ["inactive", "closed", "closed", "inactive"], "the scheduler finds them all");
}

#[tokio::test]
async fn whatever_is_no_answer_lets_the_timer_go_to_the_second() {
    let app = asking_app().await;
    let behaviours = [
        (Behaviour::Unreachable, "none"),
        (Behaviour::Answer(500, "{\"hold\":true}".to_owned()), "none"),
        (Behaviour::Answer(204, String::new()), "none"),
        (Behaviour::Answer(302, String::new()), "none"),
        (Behaviour::Answer(200, "<Response/>".to_owned()), "invalid"),
        (Behaviour::Answer(200, "{\"postpone\":\"PT59S\"}".to_owned()), "invalid"),
        (Behaviour::Answer(200, "{\"hold\":\"yes\"}".to_owned()), "invalid"),
        (Behaviour::Answer(200, format!("{{\"hold\":true,\"x\":\"{}\"}}", "x".repeat(20_000))), "invalid"),
    ];
    for (round, (behaviour, outcome)) in (0i64..).zip(behaviours) {
        app.receivers.behave(HOOK, behaviour.clone());
        let (c, _) = conversation(&app, &[("Timers.Inactive", "PT1M")]).await;
        pass(&app, 50).await;
        app.clock.advance(9);
        app.fire_due().await;
        assert_eq!(history(&app, &c).await, [""; 0]);
        app.advance(1).await;
        let due = 60 * (round + 1);
        assert_eq!(history(&app, &c).await, [format!("active>inactive TIMER {due}")], "{behaviour:?}");
        assert_eq!(told(&app, &c).await, [format!("{due} {outcome}")], "{behaviour:?}");
    }
}

/// Turns the clock on and asks; returns once the question is on its way.
async fn ask(app: &TestApp, seconds: i64) -> LastCaller {
    app.advance(seconds).await;
    app.receivers.take_calls();
    let mut caller = LastCaller::new(app.engine.clone());
    caller.ask().await.unwrap();
    for _ in 0..1_000 {
        if app.receivers.count() > 0 {
            return caller;
        }
        tokio::task::yield_now().await;
    }
    panic!("nobody is asked");
}

#[tokio::test]
async fn a_message_before_the_answer_wins() {
    let app = asking_app().await;
    let (c, path) = conversation(&app, &[("Timers.Inactive", "PT1M")]).await;
    app.clock.advance(30);
    say(&app, &path, "moves the deadline, not the index").await;
    pass(&app, 20).await;
    assert_eq!(app.receivers.count(), 0, "the index says 60, the deadline is 90");
    let slow = |body: &str| app.receivers.behave(HOOK, Behaviour::Slow(4_000, 200, body.to_owned()));
    for (due, body) in [(90, "{\"hold\":true}"), (140, "{\"postpone\":\"P1D\"}")] {
        slow(body);
        let mut caller = ask(&app, due - 10 - app.engine.now().micros_since(dwell_testkit::START) / 1_000_000).await;
        say(&app, &path, "while it is asked about").await;
        app.clock.advance(4);
        caller.finish().await;
        assert_eq!(told(&app, &c).await[0], format!("{due} late"));
        assert_eq!(app.fetched(&path).await["timers"], json!({"date_inactive": at(due + 50)}), "the message wins");
    }
    // A change of the state wins as well, and one of the timers.
    for (change, timers) in [
        (("State", "inactive"), json!({"date_inactive": at(180)})),
        (("Timers.Inactive", "PT2M"), json!({"date_inactive": at(354)})),
    ] {
        slow("{\"hold\":true}");
        app.made(&path, &[("State", "active")]).await;
        let mut caller = ask(&app, if change.0 == "State" { 46 } else { 50 }).await;
        app.made(&path, &[change]).await;
        app.clock.advance(4);
        caller.finish().await;
        assert!(told(&app, &c).await[0].ends_with(" late"));
        assert_eq!(app.fetched(&path).await["timers"], timers);
    }
    app.delete(&path).await;
    // In time it counts; at the very end of the time it does not.
    let (c, _) = conversation(&app, &[("Timers.Inactive", "PT1M")]).await;
    slow("{\"hold\":true}");
    let mut caller = ask(&app, 55).await;
    app.clock.advance(4);
    caller.finish().await;
    assert!(told(&app, &c).await[0].ends_with(" held"));
    let (c, _) = conversation(&app, &[("Timers.Inactive", "PT1M")]).await;
    slow("{\"hold\":true}");
    let mut caller = ask(&app, 56).await;
    app.advance(4).await;
    caller.finish().await;
    assert!(told(&app, &c).await[0].ends_with(" none"));
    assert_eq!(history(&app, &c).await.len(), 1);
}

#[tokio::test]
async fn a_silent_hook_moves_no_timer() {
    let app = asking_app().await;
    app.receivers.behave(HOOK, Behaviour::Silent);
    for (before, patience) in [(10, 5_000), (5, 5_000), (2, 2_000)] {
        let (c, _) = conversation(&app, &[("Timers.Inactive", "PT1M")]).await;
        let mut caller = ask(&app, 60 - before).await;
        assert_eq!(app.receivers.take_calls()[0].timeout_millis, patience, "{before} seconds before");
        app.advance(before - 1).await;
        assert_eq!(history(&app, &c).await.len(), 0);
        app.advance(1).await;
        assert_eq!(history(&app, &c).await.len(), 1, "at its second, answer or not");
        caller.finish().await;
        assert!(told(&app, &c).await[0].ends_with(" none"));
    }
}

#[tokio::test]
async fn changes_by_hand_never_ask() {
    let app = asking_app().await;
    answer(&app, "{\"hold\":true}");
    let (c, path) = conversation(&app, &[("Timers.Inactive", "PT1M"), ("Timers.Closed", "PT10M")]).await;
    for state in ["inactive", "active", "closed"] {
        app.clock.advance(1);
        app.last_calls().await;
        app.made(&path, &[("State", state)]).await;
    }
    app.last_calls().await;
    assert_eq!((app.receivers.count(), told(&app, &c).await.len()), (0, 0));
    let (_, none) = conversation(&app, &[]).await;
    pass(&app, 86_400).await;
    assert_eq!((app.receivers.count(), state(&app, &none).await.as_str()), (0, "active"));
}

#[tokio::test]
async fn nobody_is_asked_of_what_came_due_while_the_server_was_down() {
    let app = asking_app().await;
    answer(&app, "{\"hold\":true}");
    let (c, _) = conversation(&app, &[("Timers.Inactive", "PT1M")]).await;
    let (later, _) = conversation(&app, &[("Timers.Inactive", "PT70S")]).await;
    app.clock.advance(62);
    let app = app.restart().await;
    app.last_calls().await;
    app.fire_due().await;
    app.last_calls().await;
    assert_eq!(history(&app, &c).await, ["active>inactive TIMER 60"]);
    assert_eq!((told(&app, &c).await.len(), told(&app, &later).await), (0, vec!["70 held".to_owned()]));
}

#[tokio::test]
async fn a_restart_between_question_and_deadline_keeps_the_answer() {
    let app = asking_app().await;
    answer(&app, "{\"postpone\":\"PT1H\"}");
    let (c, _) = conversation(&app, &[("Timers.Inactive", "PT1M")]).await;
    let (lost, _) = conversation(&app, &[("Timers.Inactive", "PT90S")]).await;
    pass(&app, 50).await;
    let app = app.restart().await;
    pass(&app, 10).await;
    assert_eq!((history(&app, &c).await.len(), told(&app, &c).await), (0, vec!["60 postponed 3660".to_owned()]));
    // A question whose answer nobody is there to hear is not asked again.
    app.receivers.behave(HOOK, Behaviour::Silent);
    app.clock.advance(21);
    let mut caller = LastCaller::new(app.engine.clone());
    caller.ask().await.unwrap();
    drop(caller);
    let app = app.restart().await;
    answer(&app, "{\"postpone\":\"PT1H\"}");
    pass(&app, 1).await;
    pass(&app, 8).await;
    assert_eq!(history(&app, &lost).await, ["active>inactive TIMER 90"]);
    assert_eq!(told(&app, &lost).await, ["90 ?"]);
}

#[tokio::test]
async fn what_is_deleted_is_not_asked_about_and_leaves_nothing() {
    let app = asking_app().await;
    answer(&app, "{\"postpone\":\"PT1M\"}");
    let (_, path) = conversation(&app, &[("Timers.Inactive", "PT1M")]).await;
    let service = app.made("/v1/Services", &[("FriendlyName", "x")]).await;
    let inside = format!("/v1/Services/{}", sid(&service));
    app.made(&format!("{inside}/Conversations"), &[("Timers.Inactive", "PT70S")]).await;
    pass(&app, 50).await;
    assert_eq!(app.receivers.take_calls().len(), 1);
    app.delete(&path).await;
    app.delete(&inside).await;
    pass(&app, 20).await;
    assert_eq!(app.receivers.count(), 0);
    while app.engine.sweep().await.unwrap() {}
    assert_eq!(app.sql("DELETE FROM last_calls").await, 0);
}

#[tokio::test]
async fn accounts_are_asked_for_apart() {
    let app = asking_app().await;
    let other = app.new_account().await;
    let them = As(&app, &other);
    let theirs = them.post("/v1/Conversations", &[("Timers.Inactive", "PT1M")]).await;
    let (_, mine) = conversation(&app, &[("Timers.Inactive", "PT1M")]).await;
    answer(&app, "{\"hold\":true}");
    pass(&app, 50).await;
    pass(&app, 10).await;
    assert_eq!(app.receivers.take_calls().len(), 1);
    assert_eq!(state(&app, &mine).await, "active");
    assert_eq!(them.history(&theirs).await, ["active>inactive TIMER 60"]);
    them.post(LAST_CALL, &[("WebhookUrl", "https://other.test/")]).await;
    let second = them.post("/v1/Conversations", &[("Timers.Inactive", "PT1M")]).await;
    pass(&app, 50).await;
    let calls = app.receivers.take_calls();
    assert_eq!((calls.len(), calls[0].url.as_str()), (1, "https://other.test/"));
    assert_eq!(calls[0].auth_token.reveal(), other.token);
    assert_eq!(params(&calls[0])["ConversationSid"], sid(&second));
}
