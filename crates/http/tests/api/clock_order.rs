//! Long and crowded stretches of time, passed by one call on a test clock.

use std::collections::BTreeMap;
use std::sync::Arc;

use dwell_testkit::TestApp;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::{CONVERSATIONS, all_items_of, at, conversation, path_of, seconds, sid, state, text};
use crate::test_clock::As;

#[tokio::test]
async fn thirty_days_pass_in_one_call() {
    let app = TestApp::new().await;
    let account = app.new_test_account().await;
    let me = As(&app, &account);
    let month = me.post(CONVERSATIONS, &[("Timers.Closed", "P30D")]).await;
    let day = me.post(CONVERSATIONS, &[("Timers.Inactive", "P1D"), ("Timers.Closed", "P1D")]).await;
    let longer = me.post(CONVERSATIONS, &[("Timers.Closed", "P31D")]).await;
    let reading = me.advance("By", "P30D").await;
    assert_eq!((seconds(text(&reading, "now")), &reading["transitions"]), (30 * 86_400, &json!(3)));
    assert_eq!(me.history(&month).await, ["active>closed TIMER 2592000"]);
    assert_eq!(me.history(&day).await, ["active>inactive TIMER 86400", "inactive>closed TIMER 172800"]);
    assert_eq!(me.get(&path_of(&longer)).await["timers"], json!({"date_closed": at(31 * 86_400)}));
    assert_eq!(app.engine.now(), dwell_testkit::START, "real time has not moved");
}

#[tokio::test]
async fn next_goes_from_one_transition_to_the_next_in_order() {
    let app = TestApp::new().await;
    let account = app.new_test_account().await;
    let me = As(&app, &account);
    let mut due = Vec::new();
    for i in 0..8 {
        let (inactive, closed) = (60 + 97 * (i * 5 % 8), 600 + 31 * (i * 3 % 8));
        let form = [("Timers.Inactive", format!("PT{inactive}S")), ("Timers.Closed", format!("PT{closed}S"))];
        me.post(CONVERSATIONS, &form.each_ref().map(|(name, value)| (*name, value.as_str()))).await;
        due.extend([inactive, inactive + closed]);
    }
    due.sort_unstable();
    let mut seen = Vec::new();
    loop {
        let reading = me.advance("To", "next").await;
        let Some(count @ 1..) = reading["transitions"].as_u64() else { break };
        seen.extend(std::iter::repeat_n(seconds(text(&reading, "now")), usize::try_from(count).unwrap()));
    }
    assert_eq!(seen, due);
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_that_come_due_are_carried_out_by_one_call_each_at_its_time() {
    const COUNT: i64 = 2_500;
    const WORKERS: i64 = 25;
    let app = Arc::new(TestApp::new().await);
    let account = app.new_test_account().await;
    // The real account has something due as well, which is none of the test account's business.
    let (_, real) = conversation(&app, &[("Timers.Closed", "PT10M")]).await;
    let mut under_way = JoinSet::new();
    for worker in 0..WORKERS {
        let (app, account) = (app.clone(), account.clone());
        under_way.spawn(async move {
            for i in (worker..COUNT).step_by(usize::try_from(WORKERS).unwrap()) {
                // Many at the same second, and in no order.
                let inactive = 60 + i * 7_919 % 1_000;
                let form = [
                    ("Timers.Inactive", format!("PT{inactive}S")),
                    ("Timers.Closed", "PT10M".to_owned()),
                    ("UniqueName", i.to_string()),
                ];
                As(&app, &account)
                    .post(CONVERSATIONS, &form.each_ref().map(|(name, value)| (*name, value.as_str())))
                    .await;
            }
        });
    }
    while let Some(done) = under_way.join_next().await {
        done.unwrap();
    }
    let me = As(&app, &account);
    let due = |c: &Value| 60 + text(c, "unique_name").parse::<i64>().unwrap() * 7_919 % 1_000;
    // Some stay silent, some talk and are moved: every tenth says something at second 59.
    assert_eq!(me.advance("By", "PT59S").await["transitions"], 0);
    let talked = |c: &Value| text(c, "unique_name").ends_with('0');
    for i in (0..COUNT).step_by(10) {
        me.post(&format!("{CONVERSATIONS}/{i}/Messages"), &[("Body", "x")]).await;
    }
    app.clock.advance(3_000);
    let reading = me.advance("By", "PT2H").await;
    assert_eq!(reading["transitions"], 2 * COUNT);
    let all = all_items_of(&app, &account, &format!("{CONVERSATIONS}?PageSize=100")).await;
    assert_eq!(all.len(), usize::try_from(COUNT).unwrap());
    let mut by_second: BTreeMap<i64, usize> = BTreeMap::new();
    for c in &all {
        let inactive = due(c) + if talked(c) { 59 } else { 0 };
        *by_second.entry(inactive).or_default() += 1;
        let dates = json!({"date_inactive": at(inactive), "date_closed": at(inactive + 600)});
        assert_eq!((text(c, "state"), &c["timers"]), ("closed", &dates));
        assert_eq!(c["date_updated"], at(inactive + 600));
    }
    assert!(by_second.len() >= 900 && by_second.values().any(|count| *count > 1), "many instants, some shared");
    for c in all.iter().step_by(250) {
        let inactive = due(c) + if talked(c) { 59 } else { 0 };
        let expected =
            [format!("active>inactive TIMER {inactive}"), format!("inactive>closed TIMER {}", inactive + 600)];
        assert_eq!(me.history(c).await, expected, "{}", sid(c));
    }
    assert_eq!(state(&app, &real).await, "active", "overdue, but the scheduler has not come by");
    app.fire_due().await;
    assert_eq!(state(&app, &real).await, "closed");
}
