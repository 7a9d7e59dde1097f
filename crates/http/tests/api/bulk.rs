//! Bulk jobs: each conversation once, a result for each, previews, and crashes at any place.

use dwell_core::Reason;
use dwell_core::person::PersonRole;
use dwell_engine::{Error, bulk, people};
use dwell_http::beside::tell_of_bulk;
use dwell_testkit::TestApp;
use serde_json::Value;

use crate::key_rights::key;
use crate::sessions::{act, assigned, person, session_of};
use crate::support::{CONVERSATIONS, all_items, both_ways, conversation, event_kinds, history, sid, state, text};

const BULK: &str = "/dwell/v1/Bulk";
const DEFAULTS: &str = "/dwell/v1/DefaultTimers/Apply";

/// So many active conversations.
async fn conversations(app: &TestApp, count: usize) -> Vec<Value> {
    let mut made = Vec::new();
    for n in 0..count {
        made.push(conversation(app, &[("FriendlyName", &format!("number {n}"))]).await.0);
    }
    made
}

fn job(job: &Value) -> String {
    format!("{BULK}/{}", sid(job))
}

/// How a job stands: its state, and how many are done and refused.
fn standing(job: &Value) -> (&str, i64, i64) {
    (text(job, "state"), job["done"].as_i64().unwrap(), job["refused"].as_i64().unwrap())
}

async fn finish(app: &TestApp) {
    while app.work_on_bulk_jobs().await {}
}

#[tokio::test]
async fn a_small_job_is_done_when_it_is_answered() {
    let app = TestApp::new().await;
    let made = conversations(&app, 3).await;
    app.made(&format!("{CONVERSATIONS}/{}", sid(&made[1])), &[("State", "closed")]).await;
    let nobody = format!("CH{}", "0".repeat(32));
    let mut form = vec![("Act", "Inactivate"), ("ConversationSid", nobody.as_str())];
    // One of them twice.
    form.extend(made.iter().chain(&made[..1]).map(|c| ("ConversationSid", sid(c))));
    let answer = app.post(BULK, &form).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!((text(&answer.body, "act"), &answer.body["total"]), ("inactivate", &Value::from(4)));
    assert_eq!(standing(&answer.body), ("done", 2, 2));
    assert_eq!(app.fetched(&job(&answer.body)).await, answer.body);
    let results = all_items(&app, &format!("{}/Results", job(&answer.body))).await;
    let told: Vec<_> = results.iter().map(|one| (text(one, "conversation_sid"), &one["code"])).collect();
    let expected = [(nobody.as_str(), 20404.into()), (sid(&made[0]), Value::Null)];
    let expected = expected.into_iter().chain([(sid(&made[1]), 50377.into()), (sid(&made[2]), Value::Null)]);
    let expected: Vec<_> = expected.collect();
    assert_eq!(told, expected.iter().map(|(sid, code)| (*sid, code)).collect::<Vec<_>>());
    assert_eq!((text(&results[0], "outcome"), text(&results[1], "outcome")), ("refused", "done"));
    assert!(text(&results[2], "message").contains("closed"));
    for (c, expected) in made.iter().zip(["inactive", "closed", "inactive"]) {
        assert_eq!(state(&app, &format!("{CONVERSATIONS}/{}", sid(c))).await, expected);
    }
}

#[tokio::test]
async fn a_dry_run_says_how_many_and_which_and_does_nothing() {
    let app = TestApp::new().await;
    let made = conversations(&app, 25).await;
    let answer = app.post(BULK, &[("Act", "end"), ("State", "active"), ("DryRun", "true")]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!((text(&answer.body, "act"), &answer.body["count"]), ("end", &Value::from(25)));
    let sample = answer.body["sample"].as_array().unwrap();
    assert_eq!(sample.len(), 20);
    assert_eq!(
        [&sample[0]["conversation_sid"], &sample[0]["friendly_name"]],
        [&made[0]["sid"], &made[0]["friendly_name"]]
    );
    assert_eq!(sample[0]["state"], "active");
    assert!(all_items(&app, BULK).await.is_empty());
    assert_eq!(state(&app, &format!("{CONVERSATIONS}/{}", sid(&made[0]))).await, "active");
}

#[tokio::test]
async fn a_job_goes_through_those_that_were_there_when_it_was_asked_for() {
    let app = TestApp::new().await;
    let made = conversations(&app, 130).await;
    let begun = app.made(BULK, &[("Act", "inactivate"), ("State", "active")]).await;
    assert_eq!(standing(&begun), ("running", 100, 0), "the first hundred are done at once");
    let later = conversations(&app, 1).await;
    app.made(&format!("{CONVERSATIONS}/{}", sid(&made[120])), &[("State", "closed")]).await;
    finish(&app).await;
    assert_eq!(standing(&app.fetched(&job(&begun)).await), ("done", 129, 1));
    assert_eq!(state(&app, &format!("{CONVERSATIONS}/{}", sid(&later[0]))).await, "active");
    let results = both_ways(&app, &format!("{}/Results?PageSize=40", job(&begun)), "conversation_sid").await;
    assert_eq!(results, made.iter().map(|c| sid(c).to_owned()).collect::<Vec<_>>());
    let (own, shown) = (app.account.sid.clone(), app.fetched(&job(&begun)).await);
    assert_eq!(text(&shown, "created_by"), own);
}

#[tokio::test]
async fn a_job_is_stopped_and_resumed_where_it_was() {
    let app = TestApp::new().await;
    let made = conversations(&app, 160).await;
    let begun = app.made(BULK, &[("Act", "end"), ("State", "active")]).await;
    let stopped = app.made(&format!("{}/Stop", job(&begun)), &[]).await;
    assert_eq!(standing(&stopped), ("stopped", 100, 0));
    finish(&app).await;
    assert_eq!(app.fetched(&job(&begun)).await, stopped);
    let app = app.restart().await;
    app.made(&format!("{}/Resume", job(&begun)), &[]).await;
    finish(&app).await;
    let done = app.fetched(&job(&begun)).await;
    assert_eq!(standing(&done), ("done", 160, 0));
    for act in ["Stop", "Resume"] {
        assert_eq!(app.made(&format!("{}/{act}", job(&begun)), &[]).await, done, "it is over");
    }
    for c in [&made[0], &made[159]] {
        assert_eq!(history(&app, c).await, ["active>closed API 0"]);
    }
}

/// However often the server stops, and wherever: each conversation is acted on once, and has one result.
#[tokio::test]
async fn every_conversation_is_acted_on_once_whoever_crashes_when() {
    for crashes in 1..=4 {
        let mut app = TestApp::new().await;
        let made = conversations(&app, 230).await;
        // Some are refused, one of them after something was written: what came due on the way.
        for n in [3, 77, 120, 200] {
            app.made(&format!("{CONVERSATIONS}/{}", sid(&made[n])), &[("State", "closed")]).await;
        }
        let dying = format!("{CONVERSATIONS}/{}", sid(&made[150]));
        app.made(&dying, &[("Timers.Closed", "PT10M")]).await;
        app.clock.advance(600);
        let begun = app.made(BULK, &[("Act", "inactivate"), ("State", "active")]).await;
        for _ in 0..crashes {
            // A batch is cut off in the middle: it is dropped while it waits for the store.
            let engine = app.engine.clone();
            let work = engine.work_on_bulk_jobs(tell_of_bulk);
            tokio::select! {
                biased;
                _ = work => {}
                () = tokio::task::yield_now() => {}
            }
            drop(engine);
            app = app.restart().await;
        }
        // Two nodes at once.
        loop {
            let work = || app.engine.work_on_bulk_jobs(tell_of_bulk);
            let (one, other) = tokio::join!(work(), work());
            if !one.unwrap() && !other.unwrap() {
                break;
            }
        }
        let done = app.fetched(&job(&begun)).await;
        assert_eq!((&done["total"], standing(&done)), (&Value::from(226), ("done", 225, 1)), "{crashes}");
        let results = all_items(&app, &format!("{}/Results", job(&begun))).await;
        assert_eq!(results.len(), 226);
        assert_eq!(results.iter().filter(|one| one["outcome"] == "refused").count(), 1);
        for (n, c) in made.iter().enumerate() {
            let changes = event_kinds(&app, c).await.into_iter().filter(|kind| kind.contains("StateUpdated")).count();
            assert_eq!(changes, usize::from(n != 150), "conversation {n}");
        }
        app.fire_due().await;
        assert_eq!(state(&app, &dying).await, "closed");
    }
}

#[tokio::test]
async fn acts_on_sessions_have_a_result_for_each() {
    let app = TestApp::new().await;
    person(&app, "ann", PersonRole::Agent).await;
    person(&app, "bob", PersonRole::Agent).await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(assigned(&app, "ann").await.0);
    }
    let of_ann = ("Owner", "ann");
    let moved = app.made(BULK, &[("Act", "transfer"), of_ann, ("To", "bob")]).await;
    assert_eq!(standing(&moved), ("done", 3, 0));
    // The timer of one comes due and nobody has seen it yet: what is written on the way is no result of the refusal.
    app.clock.advance(300);
    for c in &made[1..] {
        app.made(&act(c, "Extend"), &[("By", "PT1H")]).await;
    }
    app.clock.advance(301);
    let form = [("Act", "inactivate"), ("Status", "active"), ("Owner", "bob"), ("Farewell", "Bis bald")];
    let parked = app.made(BULK, &form).await;
    assert_eq!((&parked["total"], standing(&parked)), (&Value::from(3), ("done", 2, 1)));
    let results = all_items(&app, &format!("{}/Results", job(&parked))).await;
    assert_eq!((&results[0]["conversation_sid"], &results[0]["code"]), (&made[0]["sid"], &Value::from(20409)));
    app.fire_due().await;
    for (n, c) in made.iter().enumerate() {
        assert_eq!(session_of(&app, c).await["status"], "paused");
        let told = all_items(&app, &format!("{CONVERSATIONS}/{}/Messages", sid(c))).await;
        assert_eq!(told.iter().filter(|message| message["body"] == "Bis bald").count(), usize::from(n > 0));
        let changes = event_kinds(&app, c).await.into_iter().filter(|kind| kind.contains("StateUpdated")).count();
        assert_eq!(changes, 1, "{n}");
    }
    for form in [
        vec![("Act", "assign"), of_ann],
        vec![("Act", "transfer"), of_ann, ("To", "x"), ("Queue.To", "y")],
        vec![("Act", "extend"), of_ann, ("By", "x")],
        vec![("Act", "end"), of_ann, ("EndedBy", "x")],
    ] {
        assert_eq!(app.post(BULK, &form).await.refusal(), (400, 20001), "{form:?}");
    }
}

#[tokio::test]
async fn only_roles_with_the_switch_act_on_many_at_once() {
    let app = TestApp::new().await;
    conversations(&app, 120).await;
    let request = || bulk::Request { act: Some("end".into()), state: Some("active".into()), ..Default::default() };
    for role in [PersonRole::Viewer, PersonRole::Agent] {
        let caller = person(&app, role.as_str(), role).await;
        let refused = app.engine.bulk(&caller, request(), tell_of_bulk).await;
        assert!(matches!(refused, Err(Error::Refused(Reason::RoleForbids))), "{role:?}");
    }
    let supervisor = person(&app, "sue", PersonRole::Supervisor).await;
    let begun = app.engine.bulk(&supervisor, request(), tell_of_bulk).await.unwrap();
    assert!(matches!(begun, bulk::Bulk::Begun(job) if (job.done, job.refused) == (100, 0)));
    let account = dwell_core::AccountSid::parse(&app.account.sid).unwrap();
    let sid = supervisor.person.as_ref().unwrap().sid;
    let disable = people::Request { disabled: Some("true".to_owned()), ..people::Request::default() };
    app.engine.update_person(account, sid.as_str(), disable, None).await.unwrap();
    finish(&app).await;
    assert_eq!(standing(&all_items(&app, BULK).await[0]), ("done", 100, 20), "who is disabled acts no more");
}

#[tokio::test]
async fn default_timers_are_applied_to_those_that_began_under_others() {
    let app = TestApp::new().await;
    let (old, _) = conversation(&app, &[]).await;
    let (own, _) = conversation(&app, &[("State", "inactive"), ("Timers.Closed", "PT10M")]).await;
    let (_, path) = conversation(&app, &[]).await;
    app.made(&path, &[("State", "closed")]).await;
    let service = app.made("/v1/Services", &[("FriendlyName", "Other")]).await;
    let elsewhere = app.made(&format!("/v1/Services/{}/Conversations", sid(&service)), &[("State", "inactive")]).await;
    app.made("/v1/Configuration", &[("DefaultInactiveTimer", "PT1H"), ("DefaultClosedTimer", "PT2H")]).await;
    let (new, _) = conversation(&app, &[]).await;
    let preview = app.made(DEFAULTS, &[("DryRun", "true")]).await;
    assert_eq!((text(&preview, "act"), &preview["count"]), ("apply_default_timers", &Value::from(2)));
    let of_service = [("DryRun", "true"), ("ChatServiceSid", sid(&service))];
    assert_eq!(app.made(DEFAULTS, &of_service).await["count"], 1);
    app.clock.advance(60);
    let done = app.made(DEFAULTS, &[]).await;
    assert_eq!(standing(&done), ("done", 2, 0));
    for (c, due) in [(&old, 3_660), (&new, 3_600), (&own, 600), (&elsewhere, 7_260)] {
        let life = app.fetched(&format!("/dwell/v1/Conversations/{}/Lifecycle", sid(c))).await;
        assert_eq!(crate::support::seconds(text(&life["armed"], "due")), due, "{life}");
    }
    assert_eq!(app.made(DEFAULTS, &[]).await["total"], 0, "and again there is nothing to do");
}

#[tokio::test]
async fn a_policy_is_applied_to_those_that_began_before() {
    let app = TestApp::new().await;
    let (before, _) = conversation(&app, &[]).await;
    conversation(&app, &[("Timers.Inactive", "PT5M")]).await;
    let form = [("FriendlyName", "Desk"), ("IdleAfter", "PT5M"), ("Action", "inactivate"), ("Enabled", "true")];
    let policy = app.made("/dwell/v1/LifecyclePolicies", &form).await;
    let apply = format!("/dwell/v1/LifecyclePolicies/{}/Apply", sid(&policy));
    let preview = app.made(&apply, &[("DryRun", "true")]).await;
    assert_eq!((text(&preview, "act"), &preview["count"]), ("apply_policy", &Value::from(1)), "no timers of its own");
    assert_eq!(preview["sample"][0]["conversation_sid"], before["sid"]);
    assert_eq!(standing(&app.made(&apply, &[]).await), ("done", 1, 0));
    app.advance(300).await;
    assert_eq!(history(&app, &before).await, ["active>inactive TIMER 300"]);
    assert_eq!(app.made(&apply, &[]).await["total"], 0);
    let unknown = format!("/dwell/v1/LifecyclePolicies/LP{}/Apply", "0".repeat(32));
    assert_eq!(app.post(&unknown, &[]).await.refusal(), (404, 20404));
}

#[tokio::test]
async fn a_job_acts_with_the_rights_of_who_asked_for_it() {
    let app = TestApp::new().await;
    conversations(&app, 120).await;
    let writer = key(&app, dwell_core::Rights::All).await;
    let answer = app.send("POST", BULK, &[("Act", "end"), ("State", "active")], Some(&writer)).await;
    assert_eq!(standing(&answer.body), ("running", 100, 0));
    assert_eq!(answer.body["created_by"], writer.sid);
    let account = dwell_core::AccountSid::parse(&app.account.sid).unwrap();
    app.engine.delete_key(account, dwell_core::KeySid::parse(&writer.sid).unwrap()).await.unwrap();
    finish(&app).await;
    assert_eq!(standing(&app.fetched(&job(&answer.body)).await), ("done", 100, 20));
    let results = all_items(&app, &format!("{}/Results", job(&answer.body))).await;
    assert_eq!(results.iter().filter(|one| one["code"] == 20403).count(), 20);
    let reader = key(&app, dwell_core::Rights::Read).await;
    let refused = app.send("POST", BULK, &[("Act", "end"), ("State", "active")], Some(&reader)).await;
    assert_eq!(refused.status, 403);
}

#[tokio::test]
async fn an_account_has_a_bounded_number_of_jobs_under_way_and_old_ones_are_forgotten() {
    let app = TestApp::new().await;
    let made = conversations(&app, 101).await;
    let mut form = vec![("Act", "inactivate")];
    form.extend(made.iter().map(|c| ("ConversationSid", sid(c))));
    for _ in 0..10 {
        app.made(BULK, &form).await;
    }
    assert_eq!(app.post(BULK, &form).await.status, 429);
    let other = app.new_account().await;
    let theirs = app.send("GET", BULK, &[], Some(&other)).await.body;
    assert!(theirs["bulk_jobs"].as_array().unwrap().is_empty());
    finish(&app).await;
    let all = all_items(&app, BULK).await;
    assert_eq!(all.len(), 10);
    assert!(all.windows(2).all(|two| sid(&two[0]) > sid(&two[1])), "newest first");
    assert_eq!(app.send("GET", &job(&all[0]), &[], Some(&other)).await.refusal(), (404, 20404));
    app.clock.advance(30 * 86_400 + 1);
    finish(&app).await;
    assert!(all_items(&app, BULK).await.is_empty());
    assert_eq!(app.get(&format!("{}/Results", job(&all[0]))).await.refusal(), (404, 20404));
}

#[tokio::test]
async fn a_job_says_which_conversations_it_is_about() {
    let app = TestApp::new().await;
    let (c, _) = conversation(&app, &[]).await;
    let many: Vec<_> = (0..1_001).map(|_| ("ConversationSid", sid(&c))).collect();
    let many: Vec<_> = [("Act", "end")].into_iter().chain(many).collect();
    for form in [
        vec![("Act", "end")],
        vec![("State", "active")],
        vec![("Act", "accept"), ("State", "active")],
        vec![("Act", "apply_default_timers")],
        vec![("Act", "end"), ("State", "active"), ("ConversationSid", sid(&c))],
        vec![("Act", "end"), ("State", "active"), ("Owner", "ann")],
        vec![("Act", "end"), ("ConversationSid", "x")],
        vec![("Act", "end"), ("Status", "x")],
        vec![("Act", "end"), ("State", "active"), ("ChatServiceSid", "x")],
        vec![("Act", "end"), ("State", "active"), ("DryRun", "x")],
        many,
    ] {
        let answer = app.post(BULK, &form).await;
        assert_eq!(answer.refusal(), (400, 20001), "{:?}", form.get(..2));
    }
    assert!(all_items(&app, BULK).await.is_empty());
    assert_eq!(app.made(BULK, &[("Act", "end"), ("Status", "waiting")]).await["total"], 0);
}
