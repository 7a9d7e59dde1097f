//! Statistics: what is told of the past is what was, on a real clock and on one that is turned.

use dwell_testkit::{START, TestApp};
use serde_json::Value;

use crate::support::{all_items, at, conversation, keep_sessions, say, sid, text};

const STATISTICS: &str = "/dwell/v1/Statistics";
const HOUR: i64 = 3_600;
const DAY: i64 = 86_400;

/// A test account's server.
async fn turned() -> TestApp {
    let mut app = TestApp::new().await;
    app.account = app.new_test_account().await;
    app
}

async fn turn(app: &TestApp, by: &str) {
    app.made("/dwell/v1/TestClock/Advance", &[("By", by)]).await;
}

async fn fetch(app: &TestApp, query: &str) -> Value {
    app.fetched(&format!("{STATISTICS}?{query}")).await
}

/// The points of a series: seconds from the start, and its members.
fn series<const N: usize>(found: &Value, name: &str, members: [&str; N]) -> Vec<(i64, [i64; N])> {
    let points = found[name].as_array().unwrap().iter();
    points
        .map(|point| {
            let at = dwell_core::Timestamp::parse(text(point, "at")).unwrap().micros_since(START) / 1_000_000;
            (at, members.map(|member| point[member].as_i64().unwrap()))
        })
        .collect()
}

fn states(found: &Value) -> Vec<(i64, [i64; 3])> {
    series(found, "states", ["active", "inactive", "closed"])
}

fn transitions(found: &Value) -> Vec<(i64, [i64; 3])> {
    series(found, "transitions", ["api", "timer", "event"])
}

#[tokio::test]
async fn an_account_where_nothing_happened_has_statistics() {
    let app = TestApp::new().await;
    app.clock.advance(DAY);
    let found = fetch(&app, "").await;
    assert_eq!([text(&found, "from"), text(&found, "to")], [0, DAY].map(|s| at(s).replace('Z', ".000000Z")).each_ref());
    assert_eq!([&found["step"], &found["complete_until"]], ["hour", text(&found, "to")]);
    assert_eq!(transitions(&found).len(), 24);
    assert_eq!(states(&found), [(DAY, [0, 0, 0])], "nothing is known of what nobody counted");
    assert_eq!([&found["lateness"], &found["identities"]], [&Value::Array(Vec::new()); 2]);
}

/// Counted or not yet, the past is the same.
#[tokio::test]
async fn what_is_told_does_not_depend_on_when_it_is_counted() {
    let app = TestApp::new().await;
    let mut made = Vec::new();
    for minutes in [30, 90, 150, 600] {
        let form = [("Timers.Inactive", format!("PT{minutes}M")), ("Timers.Closed", "PT3H".to_owned())];
        made.push(conversation(&app, &form.each_ref().map(|(name, value)| (*name, value.as_str()))).await);
    }
    app.keep_tallies().await;
    for hour in 1..=8 {
        app.advance(HOUR).await;
        if hour == 2 {
            say(&app, &made[0].1, "back").await;
        }
        if hour == 5 {
            app.made(&made[3].1, &[("State", "closed")]).await;
        }
        // The keeper was away for a while.
        if !(3..6).contains(&hour) {
            app.keep_tallies().await;
        }
    }
    let expected_states = [
        (0, [4, 0, 0]),
        (1, [3, 1, 0]),
        (2, [2, 2, 0]),
        (3, [1, 3, 0]),
        (4, [1, 3, 0]),
        (5, [1, 2, 1]),
        (6, [0, 0, 4]),
        (7, [0, 0, 4]),
        (8, [0, 0, 4]),
    ];
    let expected_states = expected_states.map(|(hour, counts)| (hour * HOUR, counts));
    let expected_transitions = [[0, 1, 0], [0, 1, 0], [0, 2, 1], [0, 0, 0], [0, 1, 0], [1, 2, 0], [0, 0, 0], [0, 0, 0]];
    for counted in 0..3 {
        let found = fetch(&app, &format!("From={}&Step=hour", at(0))).await;
        assert_eq!(states(&found), expected_states, "{counted}");
        let told: Vec<_> = transitions(&found).into_iter().map(|(_, counts)| counts).collect();
        assert_eq!(told, expected_transitions, "{counted}");
        assert_eq!(found["now"]["closed"], 4);
        app.keep_tallies().await;
    }
    let by_day = fetch(&app, &format!("From={}&Step=day", at(0))).await;
    assert_eq!(transitions(&by_day), [(0, [1, 7, 1])]);
}

#[tokio::test]
async fn on_a_clock_that_is_turned_days_are_told_as_they_were() {
    for keeps in [false, true] {
        let app = turned().await;
        let timers = [("Timers.Inactive", "P2D"), ("Timers.Closed", "P10D")];
        conversation(&app, &timers).await;
        conversation(&app, &[("Timers.Inactive", "P5D")]).await;
        turn(&app, "P20D").await;
        conversation(&app, &timers).await;
        if keeps {
            app.keep_tallies().await;
        }
        turn(&app, "P10D").await;
        let found = fetch(&app, &format!("From={}&Step=day", at(0))).await;
        let at_day = |day: usize| states(&found)[day].1;
        for (day, expected) in [
            (0, [2, 0, 0]),
            (1, [2, 0, 0]),
            (2, [2, 0, 0]),
            (3, [1, 1, 0]),
            (6, [0, 2, 0]),
            (12, [0, 2, 0]),
            (13, [0, 1, 1]),
            (20, [1, 1, 1]),
            (23, [0, 2, 1]),
            (30, [0, 2, 1]),
        ] {
            assert_eq!(at_day(day), expected, "day {day}");
        }
        assert_eq!(states(&found).len(), 31);
        let fired = transitions(&found).into_iter().filter(|(_, counts)| counts[1] > 0);
        assert_eq!(
            fired.map(|(at, counts)| (at / DAY, counts[1])).collect::<Vec<_>>(),
            [(2, 1), (5, 1), (12, 1), (22, 1)]
        );
        for late in found["lateness"].as_array().unwrap() {
            assert_eq!([&late["count"], &late["max_seconds"]], [&Value::from(1), &Value::from(0.0)], "on time");
        }
    }
}

#[tokio::test]
async fn a_clock_that_jumps_over_years_is_counted_at_once() {
    let app = turned().await;
    conversation(&app, &[("Timers.Inactive", "P1D"), ("Timers.Closed", "P700D")]).await;
    turn(&app, "P36500D").await;
    app.keep_tallies().await;
    let (from, to) = (at(700 * DAY), at(703 * DAY));
    let found = fetch(&app, &format!("From={from}&To={to}&Step=day")).await;
    assert_eq!(found["now"]["closed"], 1);
    assert_eq!(fetch(&app, "Step=hour").await["states"].as_array().unwrap().len(), 25);
}

#[tokio::test]
async fn lateness_is_how_long_after_its_due_time_a_timer_was_carried_out() {
    let app = TestApp::new().await;
    for seconds in [60, 61, 62, 160] {
        conversation(&app, &[("Timers.Inactive", &format!("PT{seconds}S"))]).await;
    }
    let (_, asked) = conversation(&app, &[("Timers.Inactive", "PT60S")]).await;
    app.clock.advance(62);
    // A request comes before the scheduler.
    app.made(&asked, &[("FriendlyName", "x")]).await;
    app.advance(98).await;
    let found = fetch(&app, &format!("From={}", at(0))).await;
    let late = &found["lateness"][0];
    assert_eq!(found["lateness"].as_array().unwrap().len(), 1);
    assert_eq!([&late["count"], &late["max_seconds"]], [&Value::from(5), &Value::from(100.0)]);
    let [half, most] = ["p50_seconds", "p99_seconds"].map(|name| late[name].as_f64().unwrap());
    assert!((98.0..=100.0).contains(&half) && (99.0..=100.0).contains(&most), "{late}");
}

#[tokio::test]
async fn the_time_to_the_first_reply_is_told_where_the_reply_came() {
    let app = TestApp::new().await;
    keep_sessions(&app).await;
    app.clock.advance(2 * HOUR);
    for _ in 0..2 {
        let found = fetch(&app, "").await;
        let reply = &found["first_reply"][0];
        assert_eq!([&reply["at"], &reply["count"]], [&at(0).replace('Z', ".000000Z").into(), &Value::from(1)]);
        assert_eq!([&reply["p50_seconds"], &reply["p90_seconds"]], [&Value::from(120.0); 2]);
        assert_eq!(found["first_reply"].as_array().unwrap().len(), 1);
        assert_eq!(found["now"]["waiting"], 1);
        app.keep_tallies().await;
    }
}

#[tokio::test]
async fn the_time_in_active_and_the_time_to_return_are_told_where_they_end() {
    let app = TestApp::new().await;
    let (_, path) = conversation(&app, &[("Timers.Inactive", "PT60S")]).await;
    app.advance(60).await;
    app.clock.advance(240);
    say(&app, &path, "back").await;
    app.advance(60).await;
    // Taken up by a request, it has not returned.
    app.clock.advance(40);
    app.made(&path, &[("State", "active")]).await;
    app.made(&path, &[("State", "closed")]).await;
    app.clock.advance(2 * HOUR);
    for _ in 0..2 {
        let found = fetch(&app, "").await;
        let of = |name: &str| {
            let one = &found[name][0];
            assert_eq!(found[name].as_array().unwrap().len(), 1, "{name}");
            (one["count"].as_i64().unwrap(), one["p50_seconds"].as_f64().unwrap(), one["p90_seconds"].as_f64().unwrap())
        };
        let about = |expected: f64, told: f64| (expected..=expected * 1.13).contains(&told);
        let (count, half, most) = of("time_active");
        assert!(count == 3 && about(60.0, half) && about(60.0, most), "{found}");
        let (count, half, _) = of("time_to_return");
        assert!(count == 1 && about(240.0, half), "{found}");
        app.keep_tallies().await;
    }
}

#[tokio::test]
async fn timers_that_are_due_are_overdue_until_they_are_carried_out() {
    let app = TestApp::new().await;
    let (_, path) = conversation(&app, &[("Timers.Inactive", "PT60S")]).await;
    conversation(&app, &[("Timers.Inactive", "PT60S")]).await;
    app.clock.advance(30);
    say(&app, &path, "x").await;
    app.clock.advance(40);
    assert_eq!(fetch(&app, "").await["now"]["overdue"], 1);
    app.fire_due().await;
    assert_eq!(fetch(&app, "").await["now"]["overdue"], 0);
}

#[tokio::test]
async fn the_identities_in_most_conversations_come_first() {
    let app = TestApp::new().await;
    for n in 0..25 {
        let (_, path) = conversation(&app, &[]).await;
        app.made(&format!("{path}/Participants"), &[("Identity", "ann")]).await;
        if n % 2 == 0 {
            app.made(&format!("{path}/Participants"), &[("Identity", "bob")]).await;
        }
        app.made(&format!("{path}/Participants"), &[("Identity", &format!("one{n}"))]).await;
        if n == 24 {
            app.made(&path, &[("State", "closed")]).await;
        }
    }
    let found = fetch(&app, "").await["identities"].clone();
    assert_eq!(found.as_array().unwrap().len(), 20);
    let service = &all_items(&app, "/v1/Services").await[0];
    for (place, identity, conversations) in [(0, "ann", 24), (1, "bob", 12), (2, "one0", 1)] {
        let one = &found[place];
        assert_eq!([&one["identity"], &one["chat_service_sid"]], [identity, sid(service)]);
        assert_eq!([&one["conversations"], &one["limit"]], [conversations, 1_000]);
    }
}

#[tokio::test]
async fn statistics_go_on_after_a_restart_and_are_the_accounts_own() {
    let app = TestApp::new().await;
    conversation(&app, &[("Timers.Inactive", "PT60S")]).await;
    app.keep_tallies().await;
    app.advance(HOUR).await;
    app.keep_tallies().await;
    let before = fetch(&app, &format!("From={}", at(0))).await;
    let app = app.restart().await;
    app.keep_tallies().await;
    assert_eq!(fetch(&app, &format!("From={}", at(0))).await, before);
    assert_eq!(transitions(&before), [(0, [0, 1, 0])]);
    let other = app.new_account().await;
    let theirs = app.send("GET", STATISTICS, &[], Some(&other)).await.body;
    assert!(transitions(&theirs).iter().all(|(_, counts)| *counts == [0, 0, 0]));
    assert_eq!(theirs["now"]["inactive"], 0);
}

#[tokio::test]
async fn ranges_are_checked() {
    let app = TestApp::new().await;
    app.clock.advance(1_000 * DAY);
    for (query, points, step) in [
        (String::new(), 24, "hour"),
        ("Step=DAY".to_owned(), 30, "day"),
        (format!("From={}", at(993 * DAY)), 168, "hour"),
        (format!("From={}", at(992 * DAY)), 8, "day"),
        (format!("From={}&To={}", at(0), at(HOUR)), 1, "hour"),
        (format!("From={}&To={}", at(0), at(0)), 1, "hour"),
        (format!("From={}&To={}&Step=day", at(HOUR), at(DAY + 1)), 2, "day"),
        (format!("To={}", at(2_000 * DAY)), 24, "hour"),
    ] {
        let found = fetch(&app, &query).await;
        assert_eq!((transitions(&found).len(), text(&found, "step")), (points, step), "{query}");
    }
    for query in [
        format!("From={}", at(1_001 * DAY)),
        format!("From={}&To={}", at(2), at(1)),
        format!("From={}&Step=hour", at(900 * DAY)),
        format!("From={}&Step=day", at(200 * DAY)),
        "Step=week".to_owned(),
        "From=x".to_owned(),
        "To=".to_owned(),
    ] {
        assert_eq!(app.get(&format!("{STATISTICS}?{query}")).await.refusal(), (400, 20001), "{query}");
    }
}
