//! The resource itself.

use dwell_core::limits::POLICIES_MAX;
use dwell_testkit::START;
use serde_json::json;

use super::*;
use crate::support::{all_items, all_items_of, both_ways};

const HOURS: &str = r#"{"time_zone": "Europe/Berlin", "week": {"mon": [["09:00", "17:00"]], "fri": [["09:00", "12:00"], ["13:00", "24:00"]]}}"#;
const WARNINGS: &str = r#"[{"before": "PT30S", "body": "Last call 🕰"}, {"before": "PT2M", "body": "Still there?"}]"#;

#[tokio::test]
async fn a_policy_is_kept_changed_and_deleted() {
    let app = TestApp::new().await;
    let service = app.made("/v1/Services", &[("FriendlyName", "x")]).await;
    let form = [
        ("FriendlyName", "Desk"),
        ("ChatServiceSid", sid(&service)),
        ("ChannelType", "SMS"),
        ("Address", DESK),
        ("Preset", "Rep_Desk"),
        ("IdleAfter", "PT300S"),
        ("OnReturn", "queue"),
        ("Queue", "parcels"),
        ("Farewell", "Bye."),
        ("Warnings", WARNINGS),
        ("Hours", HOURS),
    ];
    let answer = app.post(POLICIES, &form).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let made = answer.body;
    let day = |stretches: &[[&str; 2]]| json!(stretches);
    let expected = json!({
        "sid": made["sid"],
        "account_sid": app.account.sid,
        "chat_service_sid": service["sid"],
        "channel_type": "sms",
        "address": DESK,
        "friendly_name": "Desk",
        "enabled": true,
        "version": 1,
        "counts": "customer",
        "starts_on": "first_agent_reply",
        "idle_after": "PT5M",
        "action": "inactivate_and_end",
        "end_inactive_after": "P1D",
        "end_closes": true,
        "on_return": "queue",
        "queue": "parcels",
        "farewell": "Bye.",
        "warnings": [{"before": "PT2M", "body": "Still there?"}, {"before": "PT30S", "body": "Last call 🕰"}],
        "hours": {"time_zone": "Europe/Berlin", "week": {
            "mon": day(&[["09:00", "17:00"]]), "tue": [], "wed": [], "thu": [],
            "fri": day(&[["09:00", "12:00"], ["13:00", "24:00"]]), "sat": [], "sun": [],
        }},
        "outdated": 0,
        "date_created": START.to_rfc3339_micros(),
        "date_updated": START.to_rfc3339_micros(),
        "url": format!("http://dwell.test{}", one(&made)),
    });
    assert_eq!(made, expected);
    let app = app.restart().await;
    assert_eq!(app.fetched(&one(&made)).await, made);

    app.clock.advance(60);
    assert_eq!(app.made(&one(&made), &[]).await, made, "without a parameter nothing changes");
    assert_eq!(app.made(&one(&made), &[("IdleAfter", "PT5M")]).await, made, "nor with what holds already");
    let renamed = app.made(&one(&made), &[("FriendlyName", "Night desk"), ("Enabled", "false"), ("Address", "")]).await;
    assert_eq!(renamed["version"], 1, "the rules are the same");
    assert_eq!(
        (&renamed["enabled"], &renamed["address"], &renamed["channel_type"]),
        (&json!(false), &json!(null), &json!("sms"))
    );
    let blanks = [("Queue", ""), ("Farewell", ""), ("Warnings", ""), ("Hours", ""), ("EndCloses", "false")];
    let changed = app.made(&one(&made), &blanks).await;
    assert_eq!(changed["version"], 2);
    for name in ["queue", "farewell", "hours"] {
        assert_eq!(changed[name], json!(null), "{name}");
    }
    assert_eq!((&changed["warnings"], &changed["end_closes"]), (&json!([]), &json!(false)));
    let off = app.made(&one(&made), &[("Preset", "off"), ("EndInactiveAfter", "PT1H")]).await;
    let shown = ["version", "counts", "idle_after", "end_inactive_after", "end_closes"].map(|name| off[name].clone());
    assert_eq!(shown, [json!(3), json!("anyone"), json!(null), json!("PT1H"), json!(true)]);
    assert_eq!(off["date_updated"], START.plus_seconds(60).to_rfc3339_micros());

    assert_eq!(app.delete(&one(&made)).await.status, 204);
    for answer in [app.get(&one(&made)).await, app.delete(&one(&made)).await, app.post(&one(&made), &[]).await] {
        assert_eq!(answer.refusal(), (404, 20404));
    }
}

#[tokio::test]
async fn policies_are_the_accounts_listed_in_order_and_not_too_many() {
    let app = TestApp::new().await;
    let mut made = Vec::new();
    for _ in 0..POLICIES_MAX {
        made.push(sid(&policy(&app, &[]).await).to_owned());
    }
    let listed = all_items(&app, &format!("{POLICIES}?PageSize=30")).await;
    assert_eq!(listed.iter().map(|policy| sid(policy).to_owned()).collect::<Vec<_>>(), made);
    assert_eq!(both_ways(&app, &format!("{POLICIES}?PageSize=30"), "sid").await, made);
    assert_eq!(app.post(POLICIES, &[("FriendlyName", "x")]).await.refusal(), (400, 20001));
    let other = app.new_account().await;
    assert!(all_items_of(&app, &other, POLICIES).await.is_empty());
    let path = format!("{POLICIES}/{}", made[0]);
    for (method, form) in [("GET", &[][..]), ("POST", &[("FriendlyName", "x")]), ("DELETE", &[])] {
        assert_eq!(app.send(method, &path, form, Some(&other)).await.refusal(), (404, 20404), "{method}");
    }
}

#[tokio::test]
async fn presets_say_what_they_fill() {
    let app = TestApp::new().await;
    let presets = app.fetched(&format!("{POLICIES}/Presets")).await;
    let presets = presets["presets"].as_array().unwrap();
    let shown: Vec<_> = presets
        .iter()
        .map(|preset| {
            let part = |name: &str| preset[name].as_str().unwrap_or("-").to_owned();
            ["preset", "counts", "starts_on", "idle_after", "action", "end_inactive_after", "on_return"]
                .map(part)
                .join(" ")
        })
        .collect();
    let expected = [
        "rep_desk customer first_agent_reply PT5M inactivate_and_end P1D same_agent",
        "long_term anyone last_message P30D inactivate_and_end P365D same_agent",
        "off anyone last_message - inactivate - same_agent",
    ];
    assert_eq!(shown, expected);
    for preset in presets {
        let made = policy(&app, &[("Preset", text(preset, "preset"))]).await;
        for (name, value) in preset.as_object().unwrap() {
            if !["preset", "friendly_name"].contains(&name.as_str()) {
                assert_eq!(&made[name], value, "{name}");
            }
        }
    }
}

#[tokio::test]
async fn a_preview_is_what_then_happens() {
    let warnings = ("Warnings", WARNINGS);
    let open = r#"{"time_zone": "UTC", "week": {"thu": [["00:00", "00:02"]], "fri": [["09:00", "17:00"]]}}"#;
    for form in [
        &[("Preset", "rep_desk"), warnings, ("Farewell", "Bye.")][..],
        &[("Preset", "rep_desk"), ("Action", "end"), ("Farewell", "Bye.")],
        &[("Preset", "rep_desk"), ("EndCloses", "false"), ("Farewell", "Bye.")],
        &[("Preset", "long_term")],
        &[("IdleAfter", "PT1M"), ("Warnings", r#"[{"before": "PT50S", "body": "x"}]"#)],
        &[("Preset", "rep_desk"), warnings, ("Hours", open)],
        &[("Preset", "off")],
    ] {
        let app = TestApp::new().await;
        let previewed = app.made(&format!("{POLICIES}/Preview"), form).await;
        let moments = previewed["timeline"].as_array().unwrap().clone();
        assert!(all_items(&app, POLICIES).await.is_empty(), "nothing is kept");
        for moment in &moments {
            let after = dwell_core::timer::iso_seconds(text(moment, "after")).unwrap();
            assert_eq!(after, seconds(text(moment, "at")));
            assert!(text(moment, "text").ends_with('.'));
        }
        policy(&app, form).await;
        let (c, path) = desk(&app).await;
        says(&app, &path, CUSTOMER, "Hello").await;
        app.advance(30).await;
        says(&app, &path, AGENT, "Hello!").await;
        app.advance(400 * 86_400).await;
        let shown = moments.iter().filter(|moment| moment["what"] != "session_ends").map(|moment| {
            let (at, body) = (seconds(text(moment, "at")), moment["body"].as_str().unwrap_or_default());
            match text(moment, "what") {
                "customer_writes" => format!("{at} {CUSTOMER}: Hello"),
                "agent_replies" => format!("{at} {AGENT}: Hello!"),
                "warning" | "farewell" => format!("{at} system: {body}"),
                what => {
                    let was_parked = what == "closed" && moments.iter().any(|moment| moment["what"] == "inactive");
                    format!("{at} {}>{what} TIMER", if was_parked { "inactive" } else { "active" })
                }
            }
        });
        let expected: Vec<_> = shown.collect();
        assert_eq!(log(&app, &c).await, expected, "{form:?}");
    }
}
