//! Which policy a conversation lives by.

use dwell_core::AccountSid;
use serde_json::json;

use super::*;
use crate::support::{at, everything};

const WHATSAPP: (&str, &str) = ("whatsapp:+15017122661", "whatsapp:+15017122660");
const OTHER_DESK: &str = "+15017122650";

/// The name of the policy that a conversation lives by; `-` for none.
async fn governs(app: &TestApp, c: &Value) -> String {
    life(app, c).await["policy"]["friendly_name"].as_str().unwrap_or("-").to_owned()
}

async fn named(app: &TestApp, name: &str, form: &[(&str, &str)]) -> Value {
    app.made(POLICIES, &[&[("FriendlyName", name), ("IdleAfter", "PT1H")], form].concat()).await
}

#[tokio::test]
async fn the_most_specific_enabled_policy_takes_a_conversation() {
    let app = TestApp::new().await;
    let (before, before_path) = conversation(&app, &[]).await;
    let all = named(&app, "all", &[]).await;
    named(&app, "sms", &[("ChannelType", "sms")]).await;
    named(&app, "desk", &[("Address", DESK)]).await;
    named(&app, "desk, off", &[("Address", DESK), ("ChannelType", "sms"), ("Enabled", "false")]).await;
    let (chat, chat_path) = conversation(&app, &[]).await;
    assert_eq!((governs(&app, &before).await, governs(&app, &chat).await), ("-".to_owned(), "all".to_owned()));
    app.made(&format!("{chat_path}/Participants"), &[("Identity", "ann")]).await;
    assert_eq!(governs(&app, &chat).await, "all");
    bring(&app, &chat_path, (CUSTOMER, OTHER_DESK)).await;
    assert_eq!(governs(&app, &chat).await, "sms", "whoever is outside brings another policy along");
    bring(&app, &chat_path, ("+15017122662", DESK)).await;
    assert_eq!(governs(&app, &chat).await, "desk");
    let (whatsapp, _) = outside(&app, &[], WHATSAPP).await;
    assert_eq!(governs(&app, &whatsapp).await, "all");
    // One from before is taken once somebody outside comes in.
    bring(&app, &before_path, ("+15017122663", DESK)).await;
    assert_eq!(governs(&app, &before).await, "desk");
    // Off: it takes no more, and what it governs goes on.
    app.made(&one(&all), &[("Enabled", "false")]).await;
    assert_eq!(governs(&app, &conversation(&app, &[]).await.0).await, "-");
    assert_eq!(governs(&app, &whatsapp).await, "all");
    // Of two that say as much, the newer one.
    named(&app, "newer", &[("Address", DESK)]).await;
    let (c, _) = outside(&app, &[], ("+15017122664", DESK)).await;
    assert_eq!(governs(&app, &c).await, "newer");
}

#[tokio::test]
async fn a_policy_of_a_service_is_for_its_conversations() {
    let app = TestApp::new().await;
    let service = app.made("/v1/Services", &[("FriendlyName", "x")]).await;
    named(&app, "all", &[]).await;
    named(&app, "service", &[("ChatServiceSid", sid(&service))]).await;
    let inside = app.made(&format!("/v1/Services/{}/Conversations", sid(&service)), &[]).await;
    let (outside, _) = conversation(&app, &[]).await;
    assert_eq!((governs(&app, &inside).await.as_str(), governs(&app, &outside).await.as_str()), ("service", "all"));
}

#[tokio::test]
async fn the_timers_of_the_contract_win_and_default_timers_give_way() {
    let app = TestApp::new().await;
    app.made("/v1/Configuration", &[("DefaultInactiveTimer", "PT5M"), ("DefaultClosedTimer", "PT1H")]).await;
    named(&app, "all", &[("Action", "inactivate_and_end"), ("EndInactiveAfter", "P1D")]).await;
    let (c, path) = conversation(&app, &[]).await;
    assert_eq!((governs(&app, &c).await, &c["timers"]["date_inactive"]), ("all".to_owned(), &json!(at(3_600))));
    assert_eq!(c["timers"]["date_closed"], at(3_600 + 86_400));

    // One timer of its own, and the other as it was shown.
    let own = app.made(&path, &[("Timers.Inactive", "PT2M")]).await;
    assert_eq!((governs(&app, &c).await.as_str(), &own["timers"]["date_inactive"]), ("-", &json!(at(120))));
    assert_eq!(own["timers"]["date_closed"], at(120 + 86_400));
    bring(&app, &path, (CUSTOMER, DESK)).await;
    assert_eq!(governs(&app, &c).await, "-", "nobody who comes in brings a policy back");

    for form in [("Timers.Inactive", "PT0S"), ("Timers.Closed", "PT2H")] {
        let (c, path) = conversation(&app, &[form]).await;
        bring(&app, &path, ("+15017122663", &format!("+150171225{}", form.1.len() + 10))).await;
        assert_eq!(governs(&app, &c).await, "-", "{form:?}");
        app.made(&path, &[("State", "closed")]).await;
    }
}

#[tokio::test]
async fn a_conversation_goes_on_with_its_version_until_the_policy_is_applied() {
    let app = TestApp::new().await;
    let made = named(&app, "all", &[]).await;
    let (c, path) = conversation(&app, &[]).await;
    let changed = app.made(&one(&made), &[("IdleAfter", "PT2H")]).await;
    assert_eq!((&changed["version"], &changed["outdated"]), (&json!(2), &json!(1)));
    bring(&app, &path, (CUSTOMER, DESK)).await;
    assert_eq!(life(&app, &c).await["policy"]["version"], 1, "also when somebody comes in");
    let (newer, newer_path) = conversation(&app, &[]).await;
    assert_eq!(
        (life(&app, &newer).await["policy"]["version"].as_i64(), clock(&app, &newer).await),
        (Some(2), vec!["inactive 7200".to_owned()])
    );
    app.delete(&one(&made)).await;
    let seen = life(&app, &c).await;
    assert_eq!(seen["policy"], json!({"sid": made["sid"], "version": 1, "friendly_name": null}));
    app.advance(3_600).await;
    assert_eq!(
        (app.fetched(&path).await["state"].as_str(), app.fetched(&newer_path).await["state"].as_str()),
        (Some("inactive"), Some("active"))
    );
}

#[tokio::test]
async fn one_that_is_created_with_its_participants_lives_by_theirs() {
    let app = TestApp::new().await;
    named(&app, "all", &[]).await;
    named(&app, "sms", &[("ChannelType", "sms")]).await;
    let participant = json!({"messaging_binding": {"address": CUSTOMER, "proxy_address": DESK}}).to_string();
    let c = app.made("/v1/ConversationWithParticipants", &[("Participant", participant.as_str())]).await;
    app.clock.advance(100);
    app.initialize().await;
    assert_eq!((governs(&app, &c).await.as_str(), clock(&app, &c).await), ("sms", vec!["inactive 3700".to_owned()]));
}

#[tokio::test]
async fn a_message_from_outside_begins_a_conversation_under_the_policy_of_its_address() {
    use dwell_engine::inbound::Inbound;
    let app = TestApp::new().await;
    named(&app, "all", &[]).await;
    named(&app, "desk", &[("Address", DESK), ("Counts", "customer"), ("StartsOn", "first_agent_reply")]).await;
    app.made("/v1/Configuration/Addresses", &[("Type", "sms"), ("Address", DESK), ("AutoCreation.Enabled", "true")])
        .await;
    let inbound = Inbound {
        channel_sid: None,
        channel_message_sid: None,
        from: CUSTOMER.to_owned(),
        to: DESK.to_owned(),
        others: Vec::new(),
        body: Some("Hello".to_owned()),
        subject: None,
        references: Vec::new(),
        attributes: None,
        from_name: None,
        media: Vec::new(),
    };
    let received = app.engine.receive(&AccountSid::parse(&app.account.sid).unwrap(), inbound).await.unwrap();
    let c = json!({"sid": received.conversation_sid.unwrap().to_string()});
    assert_eq!((governs(&app, &c).await.as_str(), clock(&app, &c).await), ("desk", vec![]), "nobody has replied");
    app.hire(AGENT).await;
    says(&app, &format!("/v1/Conversations/{}", sid(&c)), AGENT, "Hello!").await;
    assert_eq!(clock(&app, &c).await, ["inactive 3600"]);
}

#[tokio::test]
async fn a_policy_is_applied_to_those_that_began_before_once_it_was_previewed() {
    let app = TestApp::new().await;
    app.made("/v1/Configuration", &[("DefaultInactiveTimer", "PT5M")]).await;
    let (by_default, _) = conversation(&app, &[]).await;
    let (own, own_path) = conversation(&app, &[("Timers.Inactive", "PT5M")]).await;
    let all = named(&app, "all", &[]).await;
    named(&app, "desk", &[("Address", DESK)]).await;
    let (older, older_path) = conversation(&app, &[]).await;
    let (desk, _) = outside(&app, &[], (CUSTOMER, DESK)).await;
    let (closed, closed_path) = conversation(&app, &[]).await;
    app.made(&closed_path, &[("State", "closed")]).await;
    app.made(&one(&all), &[("IdleAfter", "PT2H")]).await;
    let (newer, _) = conversation(&app, &[]).await;
    app.advance(200).await;

    let apply = format!("{}/Apply", one(&all));
    let before = everything(&app).await;
    let previewed = app.post(&apply, &[("DryRun", "true")]).await;
    assert_eq!(
        (previewed.status, &previewed.body["act"], &previewed.body["count"]),
        (200, &json!("apply_policy"), &json!(2))
    );
    let sample: Vec<_> =
        previewed.body["sample"].as_array().unwrap().iter().map(|one| one["conversation_sid"].clone()).collect();
    assert_eq!(sample, [by_default["sid"].clone(), older["sid"].clone()]);
    assert_eq!(everything(&app).await, before, "nothing has changed");

    let applied = app.post(&apply, &[]).await;
    let standing = ["state", "total", "done", "refused"].map(|name| applied.body[name].clone());
    assert_eq!((applied.status, standing), (201, [json!("done"), json!(2), json!(2), json!(0)]));
    for (c, expected) in [
        (&by_default, "all 2"),
        (&older, "all 2"),
        (&newer, "all 2"),
        (&desk, "desk 1"),
        (&own, "- 0"),
        (&closed, "all 1"),
    ] {
        let policy = life(&app, c).await["policy"].clone();
        let seen = format!("{} {}", governs(&app, c).await, policy["version"].as_i64().unwrap_or_default());
        assert_eq!(seen, expected);
    }
    assert_eq!(clock(&app, &older).await, ["inactive 7400"], "its clock starts anew");
    assert_eq!(app.fetched(&older_path).await["date_updated"], at(200));
    assert_eq!(app.fetched(&own_path).await["timers"]["date_inactive"], at(300));
    assert_eq!(app.fetched(&one(&all)).await["outdated"], 0);
    assert_eq!(app.made(&apply, &[("DryRun", "true")]).await["count"], 0);
    assert_eq!(app.post(&format!("{POLICIES}/LP{}/Apply", "0".repeat(32)), &[]).await.refusal(), (404, 20404));
}
