//! `/dwell/v1/Agents` and `/dwell/v1/Desk`: capacity, and who gets what waits.

use std::collections::BTreeSet;
use std::sync::Arc;

use dwell_core::Reason;
use dwell_core::person::PersonRole;
use dwell_engine::{Error, agents};
use dwell_testkit::TestApp;
use dwell_testkit::postgres::Database;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::sessions::{act, assigned, customer_writes, now, person, session_of};
use crate::support::{conversation, sid, text};

async fn capacity(app: &TestApp, identity: &str) -> (i64, i64, i64) {
    let capacity = app.fetched(&format!("/dwell/v1/Agents/{identity}/Capacity")).await;
    let [used, inactive, free] = ["used", "inactive", "free"].map(|name| capacity[name].as_i64().unwrap());
    (used, inactive, free)
}

/// A conversation whose customer waits in a queue.
async fn waiting(app: &TestApp, queue: &str) -> (Value, String) {
    let (c, path) = assigned(app, "boss").await;
    app.made(&act(&c, "Transfer"), &[("Queue", queue)]).await;
    (c, path)
}

async fn owner(app: &TestApp, c: &Value) -> String {
    session_of(app, c).await["owner"].as_str().unwrap_or("-").to_owned()
}

async fn desk() -> TestApp {
    let app = TestApp::new().await;
    person(&app, "boss", PersonRole::Supervisor).await;
    for identity in ["ada", "bo"] {
        person(&app, identity, PersonRole::Agent).await;
    }
    app
}

#[tokio::test]
async fn capacity_counts_active_sessions_and_parked_ones_if_it_is_told_to() {
    let app = desk().await;
    app.made("/dwell/v1/Agents/ada", &[("Limit", "3")]).await;
    let (c, path) = assigned(&app, "ada").await;
    assigned(&app, "ada").await;
    assert_eq!(capacity(&app, "ada").await, (2, 0, 1));
    app.made(&act(&c, "Inactivate"), &[]).await;
    assert_eq!(capacity(&app, "ada").await, (1, 1, 2));
    app.made("/dwell/v1/Desk", &[("CountInactive", "true")]).await;
    assert_eq!(capacity(&app, "ada").await, (1, 1, 1));
    // Who returns may push somebody over their limit: it is shown, not refused.
    app.made("/dwell/v1/Agents/ada", &[("Limit", "1")]).await;
    customer_writes(&app, &path).await;
    assert_eq!(capacity(&app, "ada").await, (2, 0, -1));
    app.made("/dwell/v1/Agents/ada", &[("Limit", "")]).await;
    assert_eq!(capacity(&app, "ada").await, (2, 0, 3), "as many as anybody: 5");
}

#[tokio::test]
async fn what_waits_goes_to_who_is_available_as_soon_as_they_are() {
    let app = desk().await;
    let (first, _) = waiting(&app, "").await;
    app.clock.advance(1);
    let (second, _) = waiting(&app, "").await;
    app.made("/dwell/v1/Agents/ada", &[("Available", "true"), ("Limit", "1")]).await;
    assert_eq!((owner(&app, &first).await, owner(&app, &second).await), ("ada".into(), "-".into()), "the oldest first");
    app.made("/dwell/v1/Agents/bo", &[("Available", "true"), ("Limit", "1")]).await;
    assert_eq!(owner(&app, &second).await, "bo");
    // Parking makes room, and what waits takes it in the same unit of work.
    let (third, path) = waiting(&app, "").await;
    assert_eq!(owner(&app, &third).await, "-");
    app.made(&act(&first, "Inactivate"), &[]).await;
    assert_eq!(owner(&app, &third).await, "ada");
    let log = app.fetched(&format!("/dwell/v1/Sessions/{}/Log", sid(&session_of(&app, &third).await))).await;
    let last = log["log"].as_array().unwrap().last().unwrap();
    assert_eq!((text(last, "act"), text(last, "cause"), text(last, "actor")), ("routed", "system", "system"));
    // A timer makes room as well.
    let (fourth, _) = waiting(&app, "").await;
    app.made(&path, &[("State", "closed")]).await;
    assert_eq!(owner(&app, &fourth).await, "ada");
}

#[tokio::test]
async fn the_next_is_who_waits_longest_where_the_person_serves() {
    let app = TestApp::new().await;
    person(&app, "boss", PersonRole::Supervisor).await;
    let [ada, bo] = [person(&app, "ada", PersonRole::Agent).await, person(&app, "bo", PersonRole::Agent).await];
    app.made("/dwell/v1/Desk", &[("Routing", "manual")]).await;
    app.made("/dwell/v1/Agents/bo", &[("Queues", "sales")]).await;
    let mut made = Vec::new();
    for queue in ["sales", "", "help", "sales", ""] {
        made.push(waiting(&app, queue).await.0);
        app.clock.advance(1);
    }
    for (who, name, expected) in [(&ada, "ada", 1), (&bo, "bo", 0), (&bo, "bo", 3), (&ada, "ada", 4)] {
        let taken = app.engine.accept_next(&now(&app, who)).await.unwrap().session;
        assert_eq!((taken.conversation_sid.as_str(), taken.owner.as_deref()), (sid(&made[expected]), Some(name)));
    }
    // Who waits in another queue does not wait for them.
    for who in [&ada, &bo] {
        assert!(matches!(app.engine.accept_next(who).await, Err(Error::NotFound)));
    }
    assert_eq!(owner(&app, &made[2]).await, "-");
    assert_eq!(app.post("/dwell/v1/Desk/Next", &[]).await.refusal(), (409, 20409), "a program serves no queue");
}

#[tokio::test]
async fn whoever_waits_in_a_service_that_is_gone_does_not_stand_before_the_others() {
    let app = TestApp::new().await;
    person(&app, "boss", PersonRole::Supervisor).await;
    let ada = person(&app, "ada", PersonRole::Agent).await;
    app.made("/dwell/v1/Desk", &[("Routing", "manual")]).await;
    for _ in 0..21 {
        waiting(&app, "").await;
    }
    // More than are read at once.
    let gone = app.made("/v1/Services", &[("FriendlyName", "Gone")]).await;
    for of in ["conversations SET service_sid = '{}'", "services SET deleted_at = 1 WHERE sid = '{}'"] {
        app.sql(Box::leak(format!("UPDATE {}", of.replace("{}", sid(&gone))).into_boxed_str())).await;
    }
    assert!(matches!(app.engine.accept_next(&ada).await, Err(Error::NotFound)));
    let (c, _) = waiting(&app, "").await;
    let taken = app.engine.accept_next(&now(&app, &ada)).await.unwrap().session;
    assert_eq!(taken.conversation_sid.as_str(), sid(&c));
}

/// Many take the next one at once: each gets another.
async fn all_take_the_next(app: &TestApp) {
    person(app, "boss", PersonRole::Supervisor).await;
    app.made("/dwell/v1/Desk", &[("Routing", "manual")]).await;
    let mut people = Vec::new();
    for at in 0..24 {
        people.push(person(app, &format!("rep{at}"), PersonRole::Agent).await);
        waiting(app, "").await;
    }
    let mut tasks = JoinSet::new();
    for rep in people.clone() {
        let engine = app.engine.clone();
        tasks.spawn(async move { engine.accept_next(&rep).await.unwrap().session.conversation_sid });
    }
    let taken: BTreeSet<_> = tasks.join_all().await.into_iter().collect();
    assert_eq!(taken.len(), people.len());
}

#[tokio::test]
async fn each_takes_another_on_sqlite() {
    all_take_the_next(&TestApp::new().await).await;
}

#[tokio::test]
async fn each_takes_another_on_postgres() {
    let database = Database::create().unwrap();
    all_take_the_next(&TestApp::on(database.url().parse().unwrap()).await).await;
}

#[tokio::test]
async fn queues_are_served_by_those_who_serve_them() {
    let app = desk().await;
    let (c, _) = waiting(&app, "sales").await;
    app.made("/dwell/v1/Agents/ada", &[("Available", "true")]).await;
    assert_eq!(owner(&app, &c).await, "-");
    let bo = app.made("/dwell/v1/Agents/bo", &[("Available", "true"), ("Queues", "sales"), ("Queues", "help")]).await;
    assert_eq!((bo["queues"].clone(), bo["used"].as_i64()), (json!(["help", "sales"]), Some(1)));
    assert_eq!(owner(&app, &c).await, "bo");
    let none = app.made("/dwell/v1/Agents/bo", &[("Queues", "")]).await;
    assert_eq!(none["queues"], json!([]));
}

#[tokio::test]
async fn nothing_is_given_out_where_people_take_it() {
    let app = desk().await;
    app.made("/dwell/v1/Desk", &[("Routing", "manual")]).await;
    app.made("/dwell/v1/Agents/ada", &[("Available", "true")]).await;
    let (c, _) = waiting(&app, "").await;
    assert_eq!(owner(&app, &c).await, "-");
    let desk = app.made("/dwell/v1/Desk", &[("Routing", "AUTOMATIC"), ("LimitDefault", "2")]).await;
    assert_eq!((text(&desk, "routing"), desk["limit_default"].as_i64()), ("automatic", Some(2)));
    assert_eq!(owner(&app, &c).await, "ada", "given out when it is turned on");
    assert_eq!(app.fetched("/dwell/v1/Desk").await, desk);
    for bad in [("Routing", "magic"), ("LimitDefault", "-1"), ("LimitDefault", "1001"), ("CountInactive", "maybe")] {
        assert_eq!(app.post("/dwell/v1/Desk", &[bad]).await.refusal(), (400, 20001), "{bad:?}");
    }
}

#[tokio::test]
async fn agents_say_whether_they_are_available_and_supervisors_the_rest() {
    let app = desk().await;
    let (ada, boss) = (person(&app, "ann", PersonRole::Agent).await, person(&app, "sue", PersonRole::Supervisor).await);
    let available = || agents::Update { available: Some("true".to_owned()), ..agents::Update::default() };
    let limit = || agents::Update { limit: Some("9".to_owned()), ..agents::Update::default() };
    let forbidden = |error: Option<Error>| matches!(error, Some(Error::Refused(Reason::RoleForbids)));
    let engine = &app.engine;
    assert!(engine.update_agent(&ada, "ann", available()).await.unwrap().desk.available);
    assert!(forbidden(engine.update_agent(&ada, "ann", limit()).await.err()));
    assert!(forbidden(engine.update_agent(&ada, "bo", available()).await.err()));
    assert!(forbidden(engine.update_desk(&ada, agents::UpdateSettings::default()).await.err()));
    assert_eq!(engine.update_agent(&boss, "ann", limit()).await.unwrap().desk.limit_own, Some(9));
    assert_eq!(app.post("/dwell/v1/Agents/nobody", &[]).await.refusal(), (404, 20404));
    let list = app.fetched("/dwell/v1/Agents").await;
    let names: Vec<_> = list["agents"].as_array().unwrap().iter().map(|agent| text(agent, "identity")).collect();
    assert_eq!(names, ["boss", "ada", "bo", "ann", "sue"]);
    let bad: [&[(&str, &str)]; 3] = [&[("Available", "perhaps")], &[("Limit", "many")], &[("Queues", &"q".repeat(65))]];
    for form in bad {
        assert_eq!(app.post("/dwell/v1/Agents/ada", form).await.refusal(), (400, 20001), "{form:?}");
    }
}

#[tokio::test]
async fn the_desk_is_counted() {
    let app = desk().await;
    let sue = person(&app, "sue", PersonRole::Supervisor).await;
    assigned(&app, "sue").await;
    let (parked, _) = assigned(&app, "sue").await;
    app.made(&act(&parked, "Inactivate"), &[]).await;
    app.clock.advance(5);
    waiting(&app, "sales").await;
    app.clock.advance(5);
    waiting(&app, "").await;
    let mine = app.engine.count_sessions(&sue).await.unwrap();
    assert_eq!((mine.mine_active, mine.mine_inactive, mine.queue), (1, 1, 2));
    let counts = app.fetched("/dwell/v1/Desk/Counts").await;
    assert_eq!(counts["by_status"], json!({ "active": 1, "inactive": 0, "paused": 1, "waiting": 2 }));
    assert_eq!(counts["by_queue"], json!([{ "queue": null, "waiting": 1 }, { "queue": "sales", "waiting": 1 }]));
    assert_eq!(counts["by_owner"], json!([{ "owner": "sue", "active": 1, "inactive": 1 }]));
    assert_eq!(crate::support::seconds(text(&counts, "waiting_longest_since")), 5);
    assert_eq!(counts["mine_active"], 0);
}

/// Posts to all of them at once, each of which must succeed.
async fn all_at_once(app: &Arc<TestApp>, paths: Vec<String>, form: &'static [(&'static str, &'static str)]) {
    let mut under_way = JoinSet::new();
    for path in paths {
        let app = app.clone();
        under_way.spawn(async move { app.made(&path, form).await });
    }
    under_way.join_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_hold_while_many_are_routed_at_once() {
    const LIMIT: i64 = 3;
    let database = Database::create().unwrap();
    let app = Arc::new(TestApp::on(database.url().parse().unwrap()).await);
    person(&app, "boss", PersonRole::Supervisor).await;
    let mut made = Vec::new();
    for _ in 0..16 {
        made.push(assigned(&app, "boss").await.0);
    }
    for identity in ["ada", "bo"] {
        person(&app, identity, PersonRole::Agent).await;
        app.made(&format!("/dwell/v1/Agents/{identity}"), &[("Available", "true"), ("Limit", "3")]).await;
    }
    all_at_once(&app, made.iter().map(|c| act(c, "Transfer")).collect(), &[("Queue", "")]).await;
    for left in [10, 4] {
        for identity in ["ada", "bo"] {
            assert_eq!(capacity(&app, identity).await, (LIMIT, 0, 0), "{identity}, {left} left");
        }
        let waiting = app.fetched("/dwell/v1/Sessions?Status=waiting").await;
        assert_eq!(waiting["sessions"].as_array().unwrap().len(), left as usize);
        let active = app.fetched("/dwell/v1/Sessions?Status=active").await;
        let active = active["sessions"].as_array().unwrap().iter();
        let ends = active.map(|session| format!("/dwell/v1/Conversations/{}/End", text(session, "conversation_sid")));
        all_at_once(&app, ends.collect(), &[]).await;
    }
}

/// Something that is done at the desk.
#[derive(Debug, Clone)]
enum Step {
    Wait(usize, &'static str),
    Available(usize, bool),
    Limit(usize, i64),
    Park(usize),
    Return(usize),
    End(usize),
}

fn any_step() -> impl Strategy<Value = Step> {
    let one = 0..5usize;
    prop_oneof![
        3 => (one.clone(), prop::sample::select(vec!["", "sales"])).prop_map(|(c, queue)| Step::Wait(c, queue)),
        2 => (0..2usize, any::<bool>()).prop_map(|(who, is)| Step::Available(who, is)),
        2 => (0..2usize, 0..3i64).prop_map(|(who, limit)| Step::Limit(who, limit)),
        2 => one.clone().prop_map(Step::Park),
        1 => one.clone().prop_map(Step::Return),
        1 => one.prop_map(Step::End),
    ]
}

/// After every act: nobody has more than they had room for when it was given to them, and nothing waits beside
/// somebody who has room for it.
async fn check(app: &TestApp, over: &mut [i64; 2]) {
    let agents = app.fetched("/dwell/v1/Agents").await;
    let waits = app.fetched("/dwell/v1/Sessions?Status=waiting").await;
    for (i, identity) in ["ada", "bo"].iter().enumerate() {
        let agent = agents["agents"].as_array().unwrap().iter().find(|agent| agent["identity"] == *identity).unwrap();
        let (free, used) = (agent["free"].as_i64().unwrap(), agent["used"].as_i64().unwrap());
        assert!(free >= 0 || used <= over[i], "{agent} was given too many: {over:?}");
        over[i] = used;
        for session in waits["sessions"].as_array().unwrap() {
            let serves = session["queue"].is_null() || agent["queues"].as_array().unwrap().contains(&session["queue"]);
            assert!(!(agent["available"] == true && free > 0 && serves), "{session} waits beside {agent}");
        }
    }
}

async fn play(steps: Vec<Step>) {
    let app = desk().await;
    app.made("/dwell/v1/Agents/bo", &[("Queues", "sales")]).await;
    let mut made = Vec::new();
    for _ in 0..5 {
        let (c, path) = conversation(&app, &[]).await;
        app.made(&format!("{path}/Participants"), &[("Identity", "customer")]).await;
        made.push((c, path));
    }
    let mut over = [0, 0];
    for step in steps {
        app.clock.advance(1);
        let name = |who: usize| format!("/dwell/v1/Agents/{}", ["ada", "bo"][who]);
        match step {
            Step::Wait(c, queue) => {
                app.post(&act(&made[c].0, "Assign"), &[("To", "boss")]).await;
                app.post(&act(&made[c].0, "Transfer"), &[("Queue", queue)]).await;
            }
            Step::Available(who, is) => drop(app.made(&name(who), &[("Available", &is.to_string())]).await),
            Step::Limit(who, limit) => drop(app.made(&name(who), &[("Limit", &limit.to_string())]).await),
            Step::Park(c) => drop(app.post(&act(&made[c].0, "Inactivate"), &[]).await),
            Step::End(c) => drop(app.post(&act(&made[c].0, "End"), &[]).await),
            Step::Return(c) => {
                let form = [("Author", "customer"), ("Body", "back")];
                let answer = app.post(&format!("{}/Messages", made[c].1), &form).await;
                if answer.status == 201 {
                    // Whoever returns comes over the limit if need be.
                    over = [over[0] + 1, over[1] + 1];
                }
            }
        }
        check(&app, &mut over).await;
    }
}

#[test]
fn routing_keeps_limits_and_leaves_nothing_waiting_beside_room() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() });
    runner
        .run(&prop::collection::vec(any_step(), 1..25), |steps| {
            runtime.block_on(play(steps));
            Ok(())
        })
        .unwrap();
}
