//! `/dwell/v1/Sessions` and what people do with them.

use std::sync::Arc;

use dwell_core::person::PersonRole;
use dwell_core::receipt::Status;
use dwell_core::{AccountSid, Reason};
use dwell_engine::{Caller, Error, agents, people, sessions};
use dwell_testkit::{Carrying, START, TestApp};
use serde_json::{Value, json};

use crate::support::{conversation, history, say, seconds, sid, state, text};

/// Refusals that these tests provoke.
pub(crate) const REASONS: &[&str] = &["SessionState"];

/// A person who works in the first account, and what they call with.
pub(crate) async fn person(app: &TestApp, identity: &str, role: PersonRole) -> Caller {
    let caller = app.engine.authenticate(&app.account.sid, &app.account.token, app.clock_now()).await;
    let caller = caller.unwrap().unwrap();
    let request = people::Request {
        email: Some(format!("{identity}@example.com")),
        friendly_name: Some(identity.to_uppercase()),
        identity: Some(identity.to_owned()),
        role: Some(role.as_str().to_owned()),
        ..people::Request::default()
    };
    let account = AccountSid::parse(&app.account.sid).unwrap();
    let person = app.engine.create_person(account, request).await.unwrap();
    Caller { credential: person.sid.to_string(), person: Some(Arc::new(person)), ..caller }
}

/// The same person at the present moment.
pub(crate) fn now(app: &TestApp, caller: &Caller) -> Caller {
    Caller { received_at: app.clock_now(), ..caller.clone() }
}

/// The path of an act on a conversation.
pub(crate) fn act(conversation: &Value, name: &str) -> String {
    format!("/dwell/v1/Conversations/{}/{name}", sid(conversation))
}

/// A conversation with a customer and a session that somebody was given.
pub(crate) async fn assigned(app: &TestApp, to: &str) -> (Value, String) {
    let form = [("Timers.Inactive", "PT10M"), ("Timers.Closed", "PT2H")];
    let (c, path) = conversation(app, &form).await;
    app.made(&format!("{path}/Participants"), &[("Identity", "customer")]).await;
    app.made(&act(&c, "Assign"), &[("To", to)]).await;
    (c, path)
}

/// The customer of a conversation writes.
pub(crate) async fn customer_writes(app: &TestApp, path: &str) {
    app.made(&format!("{path}/Messages"), &[("Author", "customer"), ("Body", "are you there?")]).await;
}

/// The newest session of a conversation.
pub(crate) async fn session_of(app: &TestApp, c: &Value) -> Value {
    let list = app.fetched(&format!("/dwell/v1/Sessions?ConversationSid={}", sid(c))).await;
    let mut all = list["sessions"].as_array().unwrap().clone();
    all.sort_by_key(|session| session["number"].as_i64());
    all.pop().unwrap_or(Value::Null)
}

async fn status(app: &TestApp, c: &Value) -> String {
    let session = session_of(app, c).await;
    let owner = session["owner"].as_str().unwrap_or("-");
    format!("{} {owner} {}", text(&session, "status"), text(&session["conversation"], "state"))
}

/// The log of the newest session of a conversation, each line as `act from>to cause`.
async fn log(app: &TestApp, c: &Value) -> Vec<String> {
    let session = session_of(app, c).await;
    let log = app.fetched(&format!("/dwell/v1/Sessions/{}/Log", sid(&session))).await;
    let lines = log["log"].as_array().unwrap().iter();
    lines
        .map(|line| {
            let [act, to, cause] = ["act", "to", "cause"].map(|name| text(line, name));
            format!("{act} {}>{to} {cause}", line["from"].as_str().unwrap_or_default())
        })
        .collect()
}

/// Has a conversation live by a policy from now on.
async fn govern(app: &TestApp, on_return: &str, end_closes: bool) {
    let rules = json!({
        "policy_sid": format!("LP{:032x}", 1), "version": 1, "counts": "customer", "starts_on": "last_message",
        "idle_after": 600, "action": "inactivate_and_end", "end_inactive_after": 7200, "end_closes": end_closes,
        "on_return": on_return, "queue": "sales", "farewell": null, "warnings": [], "hours": null,
    });
    let account = &app.account.sid;
    let insert = format!("INSERT INTO policy_versions VALUES ('LP{:032x}', 1, '{account}', '{rules}')", 1);
    app.sql(Box::leak(insert.into_boxed_str())).await;
    let set = format!("UPDATE conversations SET policy_sid = 'LP{:032x}', policy_version = 1", 1);
    app.sql(Box::leak(set.into_boxed_str())).await;
}

#[tokio::test]
async fn a_session_goes_its_way_through_timers_and_messages() {
    let app = TestApp::new().await;
    person(&app, "ada", PersonRole::Agent).await;
    let (c, path) = assigned(&app, "ada").await;
    assert_eq!(status(&app, &c).await, "active ada active");
    app.advance(600).await;
    assert_eq!(status(&app, &c).await, "paused ada inactive");
    app.advance(60).await;
    customer_writes(&app, &path).await;
    let session = session_of(&app, &c).await;
    assert_eq!(status(&app, &c).await, "active ada active");
    assert_eq!(seconds(text(&session, "date_inactive")), 600);
    assert_eq!(seconds(text(&session, "date_returned")), 660);
    assert_eq!((&session["customer_messages"], &session["agent_messages"]), (&json!(1), &json!(0)));
    app.advance(600).await;
    app.advance(7200).await;
    assert_eq!(status(&app, &c).await, "ended ada closed");
    let session = session_of(&app, &c).await;
    assert_eq!((text(&session, "ended_by"), seconds(text(&session, "date_ended"))), ("system", 8460));
    let expected = [
        "begun >waiting api",
        "assigned waiting>active api",
        "inactivated active>paused timer",
        "returned paused>active message",
        "inactivated active>paused timer",
        "ended paused>ended timer",
    ];
    assert_eq!(log(&app, &c).await, expected);
}

#[tokio::test]
async fn what_comes_due_unseen_is_followed_by_whoever_comes_first() {
    let app = TestApp::new().await;
    person(&app, "ada", PersonRole::Agent).await;
    let (c, path) = assigned(&app, "ada").await;
    app.clock.advance(700);
    customer_writes(&app, &path).await;
    assert_eq!(status(&app, &c).await, "active ada active");
    let session = session_of(&app, &c).await;
    assert_eq!(seconds(text(&session, "date_inactive")), 600);
    assert_eq!(seconds(text(&session, "date_returned")), 700);
}

#[tokio::test]
async fn what_the_api_does_to_the_conversation_moves_the_session() {
    let app = TestApp::new().await;
    person(&app, "ada", PersonRole::Agent).await;
    let (c, path) = assigned(&app, "ada").await;
    for (set, expected) in
        [("inactive", "paused ada inactive"), ("active", "active ada active"), ("closed", "ended ada closed")]
    {
        app.made(&path, &[("State", set)]).await;
        assert_eq!(status(&app, &c).await, expected);
    }
    assert_eq!(text(&session_of(&app, &c).await, "ended_by"), "system");
}

#[tokio::test]
async fn plain_conversations_have_no_sessions() {
    let app = TestApp::new().await;
    let (c, path) = conversation(&app, &[]).await;
    app.made(&format!("{path}/Participants"), &[("Identity", "customer")]).await;
    customer_writes(&app, &path).await;
    assert_eq!(session_of(&app, &c).await, Value::Null);
}

#[tokio::test]
async fn a_governed_customer_waits_in_the_queue_of_the_policy_and_returns_to_it() {
    let app = TestApp::new().await;
    let ada = person(&app, "ada", PersonRole::Agent).await;
    let (c, path) = conversation(&app, &[]).await;
    app.made(&format!("{path}/Participants"), &[("Identity", "customer")]).await;
    govern(&app, "queue", true).await;
    say(&app, &path, "hello from a bot").await;
    assert_eq!(session_of(&app, &c).await, Value::Null, "only a customer begins one");
    customer_writes(&app, &path).await;
    let session = session_of(&app, &c).await;
    assert_eq!(
        (text(&session, "status"), text(&session, "queue"), text(&session, "origin")),
        ("waiting", "sales", "inbound")
    );
    app.engine.accept_session(&ada, sid(&c)).await.unwrap();
    app.made(&act(&c, "Inactivate"), &[("Reason", "went quiet")]).await;
    assert_eq!(status(&app, &c).await, "inactive ada inactive");
    assert_eq!(text(&session_of(&app, &c).await, "reason"), "went quiet");
    customer_writes(&app, &path).await;
    assert_eq!(status(&app, &c).await, "waiting - active");
    // The idle clock parks it, and the other one ends it.
    app.advance(600).await;
    assert_eq!(status(&app, &c).await, "inactive - inactive");
    app.advance(7200).await;
    assert_eq!(status(&app, &c).await, "ended - closed");
}

#[tokio::test]
async fn a_conversation_that_stays_gets_another_session() {
    let app = TestApp::new().await;
    let ada = person(&app, "ada", PersonRole::Agent).await;
    let (c, path) = conversation(&app, &[]).await;
    app.made(&format!("{path}/Participants"), &[("Identity", "customer")]).await;
    govern(&app, "same_agent", false).await;
    customer_writes(&app, &path).await;
    app.engine.accept_session(&ada, sid(&c)).await.unwrap();
    let ended = app.engine.end_session(&ada, sid(&c), sessions::End::default()).await.unwrap();
    assert_eq!(ended.session.ended_by.unwrap().as_str(), "agent");
    assert_eq!(status(&app, &c).await, "ended ada inactive");
    assert_eq!(app.post(&act(&c, "Reopen"), &[]).await.refusal(), (409, 20409), "what has ended has ended");
    customer_writes(&app, &path).await;
    let session = session_of(&app, &c).await;
    assert_eq!((session["number"].as_i64(), status(&app, &c).await), (Some(2), "waiting - active".to_owned()));
    // The clocks of the policy end the second one too, and the conversation stays.
    app.advance(600).await;
    app.advance(7200).await;
    assert_eq!(status(&app, &c).await, "ended - inactive");
    let all = app.fetched(&format!("/dwell/v1/Sessions?ConversationSid={}", sid(&c))).await;
    assert_eq!(all["sessions"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn acts_do_what_they_say() {
    let app = TestApp::new().await;
    person(&app, "ada", PersonRole::Agent).await;
    person(&app, "bo", PersonRole::Agent).await;
    let (c, path) = assigned(&app, "ada").await;
    let inactive = app.made(&act(&c, "Inactivate"), &[("Farewell", "I am here when you are.")]).await;
    assert_eq!((text(&inactive, "status"), state(&app, &path).await.as_str()), ("paused", "inactive"));
    let last = &inactive["conversation"]["last_message"];
    assert_eq!((text(last, "body"), text(last, "side")), ("I am here when you are.", "system"));
    assert_eq!(app.post(&act(&c, "Inactivate"), &[]).await.refusal(), (409, 20409));
    assert_eq!(text(&app.made(&act(&c, "Reopen"), &[]).await, "status"), "active");
    assert_eq!(app.post(&act(&c, "Reopen"), &[]).await.refusal(), (409, 20409));
    let transferred = app.made(&act(&c, "Transfer"), &[("To", "bo")]).await;
    assert_eq!((text(&transferred, "status"), text(&transferred, "owner")), ("active", "bo"));
    let queued = app.made(&act(&c, "Transfer"), &[("Queue", "sales")]).await;
    assert_eq!((text(&queued, "status"), &queued["owner"], text(&queued, "queue")), ("waiting", &Value::Null, "sales"));
    let assigned = app.made(&act(&c, "Assign"), &[("To", "ada")]).await;
    assert_eq!(text(&assigned, "owner"), "ada");
    let ended = app.made(&act(&c, "End"), &[("EndedBy", "end_user"), ("Reason", "done"), ("Farewell", "Bye!")]).await;
    assert_eq!(
        (text(&ended, "status"), text(&ended, "ended_by"), text(&ended, "reason")),
        ("ended", "end_user", "done")
    );
    assert_eq!(
        (state(&app, &path).await.as_str(), text(&ended["conversation"]["last_message"], "body")),
        ("closed", "Bye!")
    );
    assert_eq!(app.post(&act(&c, "Reopen"), &[]).await.refusal(), (400, 50377), "closed is final");
    let moved: Vec<_> = history(&app, &c).await;
    assert_eq!(moved, ["active>inactive API 0", "inactive>active API 0", "active>closed API 0"]);
}

#[tokio::test]
async fn clocks_stand_still_go_on_and_get_more_time() {
    let app = TestApp::new().await;
    person(&app, "ada", PersonRole::Agent).await;
    let (c, path) = assigned(&app, "ada").await;
    app.advance(100).await;
    let held = app.made(&act(&c, "Hold"), &[]).await;
    assert_eq!((&held["held"], &held["conversation"]["armed"]), (&json!(true), &Value::Null));
    app.advance(1_000).await;
    assert_eq!(state(&app, &path).await, "active");
    let released = app.made(&act(&c, "Release"), &[]).await;
    assert_eq!(released["held"], json!(false));
    assert_eq!(seconds(text(&released["conversation"]["armed"], "due")), 1_600);
    let extended = app.made(&act(&c, "Extend"), &[("By", "PT5M")]).await;
    assert_eq!(seconds(text(&extended["conversation"]["armed"], "due")), 1_900);
    app.advance(799).await;
    assert_eq!(state(&app, &path).await, "active");
    app.advance(1).await;
    assert_eq!(state(&app, &path).await, "inactive");
    let said = log(&app, &c).await;
    assert_eq!(said[2..5], ["held active>active api", "released active>active api", "extended active>active api"]);
    for by in ["", "PT0S", "P31D", "a while"] {
        assert_eq!(app.post(&act(&c, "Extend"), &[("By", by)]).await.refusal(), (400, 20001), "{by}");
    }
    let (bare, _) = conversation(&app, &[]).await;
    app.made(&act(&bare, "Assign"), &[("To", "ada")]).await;
    assert_eq!(app.post(&act(&bare, "Extend"), &[("By", "PT5M")]).await.refusal(), (409, 20409), "nothing runs");
}

#[tokio::test]
async fn a_rep_acts_on_own_sessions_and_a_supervisor_on_all() {
    let app = TestApp::new().await;
    let [ada, bo] = [person(&app, "ada", PersonRole::Agent).await, person(&app, "bo", PersonRole::Agent).await];
    let sue = person(&app, "sue", PersonRole::Supervisor).await;
    let vic = person(&app, "vic", PersonRole::Viewer).await;
    let (c, _) = assigned(&app, "ada").await;
    let forbidden = |error: Option<Error>| matches!(error, Some(Error::Refused(Reason::RoleForbids)));
    let engine = &app.engine;
    for other in [&bo, &vic] {
        let inactivate = sessions::Inactivate::default();
        assert!(forbidden(engine.inactivate_session(other, sid(&c), inactivate).await.err()));
        assert!(forbidden(engine.end_session(other, sid(&c), sessions::End::default()).await.err()));
        assert!(forbidden(engine.hold_session(other, sid(&c)).await.err()));
        assert!(forbidden(engine.note_typing(other, sid(&c)).await.err()));
        let reply = sessions::Reply { body: Some("hi".to_owned()), ..sessions::Reply::default() };
        assert!(forbidden(engine.reply(other, sid(&c), reply).await.err()));
        let assign = sessions::Assign { to: Some("bo".to_owned()) };
        assert!(forbidden(engine.assign_session(other, sid(&c), assign).await.err()));
    }
    assert!(forbidden(engine.accept_session(&vic, sid(&c)).await.err()));
    assert!(engine.accept_session(&bo, sid(&c)).await.is_err(), "somebody has it");
    let parked = engine.inactivate_session(&ada, sid(&c), sessions::Inactivate::default()).await.unwrap();
    assert_eq!(parked.session.status.as_str(), "paused");
    engine.reopen_session(&sue, sid(&c)).await.unwrap();
    let assign = sessions::Assign { to: Some("bo".to_owned()) };
    let given = engine.assign_session(&sue, sid(&c), assign).await.unwrap();
    assert_eq!(given.session.owner.as_deref(), Some("bo"));
    engine.end_session(&sue, sid(&c), sessions::End::default()).await.unwrap();
    let log = app.fetched(&format!("/dwell/v1/Sessions/{}/Log", given.session.sid)).await;
    let last = log["log"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (text(last, "actor_name"), text(last, "cause"), text(last, "actor")),
        ("SUE", "agent", sue.credential.as_str())
    );
}

#[tokio::test]
async fn a_reply_is_the_reps_and_counts_as_the_first() {
    let app = TestApp::new().await;
    let ada = person(&app, "ada", PersonRole::Agent).await;
    let (c, path) = assigned(&app, "ada").await;
    customer_writes(&app, &path).await;
    app.advance(30).await;
    let reply = |body: &str| sessions::Reply { body: Some(body.to_owned()), ..sessions::Reply::default() };
    let (shown, message) = app.engine.reply(&now(&app, &ada), sid(&c), reply("I am.")).await.unwrap();
    assert_eq!((message.author.as_str(), shown.session.agent_messages), ("ada", 1));
    assert_eq!(shown.session.date_first_reply, Some(START.plus_seconds(30)));
    let summary = &session_of(&app, &c).await["conversation"];
    assert_eq!(text(&summary["last_message"], "side"), "agent");
    assert_eq!((text(summary, "customer"), text(summary, "channel_type")), ("customer", "chat"));
    // A program replies as the owner; the words bring a parked session back.
    app.made(&act(&c, "Inactivate"), &[]).await;
    let replied = app.made(&act(&c, "Reply"), &[("Body", "One more thing")]).await;
    assert_eq!((text(&replied["message"], "author"), text(&replied["session"], "status")), ("ada", "active"));
    assert_eq!(app.post(&act(&c, "Reply"), &[]).await.refusal(), (400, 50503));
}

#[tokio::test]
async fn who_reads_takes_part() {
    let app = TestApp::new().await;
    let ada = person(&app, "ada", PersonRole::Agent).await;
    let (c, path) = assigned(&app, "ada").await;
    customer_writes(&app, &path).await;
    let read = |index: &str| sessions::Read { last_read_message_index: Some(index.to_owned()) };
    for index in ["0", "0"] {
        app.engine.read_session(&ada, sid(&c), read(index)).await.unwrap();
    }
    let participant = app.fetched(&format!("{path}/Participants/ada")).await;
    assert_eq!(participant["last_read_message_index"], 0);
    assert_eq!(text(&session_of(&app, &c).await["conversation"], "customer"), "customer");
    assert!(app.engine.read_session(&ada, sid(&c), read("-1")).await.is_err());
}

#[tokio::test]
async fn a_deleted_conversation_takes_its_sessions_along_and_makes_room() {
    let app = TestApp::new().await;
    let ada = person(&app, "ada", PersonRole::Agent).await;
    let (_, path) = assigned(&app, "ada").await;
    let capacity = async || app.fetched("/dwell/v1/Agents/ada/Capacity").await["used"].clone();
    assert_eq!(capacity().await, 1);
    assert_eq!(app.delete(&path).await.status, 204);
    assert_eq!(capacity().await, 0);
    assert_eq!(app.fetched("/dwell/v1/Sessions").await["sessions"], json!([]));
    while app.engine.sweep().await.unwrap() {}
    let left = app.engine.count_sessions(&ada).await.unwrap();
    assert_eq!(left.by_owner.len(), 0);
}

#[tokio::test]
async fn work_is_given_to_people_who_can_do_it() {
    let app = TestApp::new().await;
    person(&app, "vic", PersonRole::Viewer).await;
    let (c, _) = conversation(&app, &[]).await;
    for to in ["vic", "nobody", ""] {
        assert_eq!(app.post(&act(&c, "Assign"), &[("To", to)]).await.refusal(), (400, 20001), "{to}");
    }
    assert_eq!(app.post(&act(&c, "Transfer"), &[]).await.refusal(), (400, 20001));
    assert_eq!(app.post(&act(&c, "Accept"), &[]).await.refusal(), (409, 20409), "a program is nobody");
    assert_eq!(app.post(&act(&c, "End"), &[]).await.refusal(), (409, 20409), "there is no session");
    let desks = agents::Update::default();
    assert!(app.engine.update_agent(&person(&app, "ada", PersonRole::Agent).await, "vic", desks).await.is_err());
}

#[tokio::test]
async fn a_rep_works_at_the_desk_as_their_role_lets_them() {
    let app = TestApp::new().await;
    let [ada, sue] = [app.person(PersonRole::Agent).await, app.person(PersonRole::Supervisor).await];
    let (c, path) = assigned(&app, sue.identity()).await;
    app.made(&act(&c, "Transfer"), &[("Queue", "")]).await;
    let accepted = ada.made(&act(&c, "Accept"), &[]).await;
    assert_eq!((text(&accepted, "owner"), text(&accepted, "origin")), (ada.identity(), "api"));
    let replied = ada.made(&act(&c, "Reply"), &[("Body", "Hello!")]).await;
    assert_eq!(text(&replied["message"], "author"), ada.identity());
    assert_eq!(ada.post(&act(&c, "Typing"), &[]).await.status, 204);
    ada.made(&act(&c, "Read"), &[("LastReadMessageIndex", "0")]).await;
    assert_eq!(ada.fetched("/dwell/v1/Desk/Counts").await["mine_active"], 1);
    let (other, _) = assigned(&app, sue.identity()).await;
    assert_eq!(ada.post(&act(&other, "End"), &[]).await.refusal(), (403, 20403), "not their own");
    // The admin takes the switch away.
    let permissions = "/dwell/v1/RolePermissions/agent";
    app.made(permissions, &[("CanInactivate", "false"), ("CanEnd", "false")]).await;
    for name in ["Inactivate", "End"] {
        assert_eq!(ada.post(&act(&c, name), &[]).await.refusal(), (403, 20403), "{name}");
    }
    app.made(permissions, &[("CanInactivate", "true")]).await;
    assert_eq!(text(&ada.made(&act(&c, "Inactivate"), &[]).await, "status"), "paused");
    let supervisors = "/dwell/v1/RolePermissions/supervisor";
    app.made(supervisors, &[("CanEndOthers", "false")]).await;
    assert_eq!(sue.post(&act(&c, "End"), &[]).await.refusal(), (403, 20403));
    app.made(supervisors, &[("CanEndOthers", "true")]).await;
    assert_eq!(text(&sue.made(&act(&c, "End"), &[]).await, "ended_by"), "agent");
    assert_eq!(state(&app, &path).await, "closed");
    let viewer = app.person(PersonRole::Viewer).await;
    viewer.fetched("/dwell/v1/Sessions").await;
    assert_eq!(viewer.status("GET", "/dwell/v1/Live").await, 200);
    assert_eq!(viewer.post(&act(&other, "Accept"), &[]).await.refusal(), (403, 20403));
}

#[tokio::test]
async fn a_message_that_did_not_get_there_is_the_trouble_of_its_session() {
    let app = TestApp::new().await;
    person(&app, "ada", PersonRole::Agent).await;
    let (c, path) = assigned(&app, "ada").await;
    app.new_channel(&app.account, &["+15550001000"]).await;
    let pair = [("MessagingBinding.Address", "+15550002000"), ("MessagingBinding.ProxyAddress", "+15550001000")];
    app.made(&format!("{path}/Participants"), &pair).await;
    let failed = async || app.fetched("/dwell/v1/Sessions?Failed=true").await["sessions"].clone();
    app.made(&act(&c, "Reply"), &[("Body", "on its way")]).await;
    app.deliver().await;
    assert_eq!(failed().await, json!([]));
    app.carriers.behave("+15550002000", Carrying::Refuse(Status::Undelivered, Some(30_003)));
    let reply = app.made(&act(&c, "Reply"), &[("Body", "are you there?")]).await;
    app.deliver().await;
    let message = format!("message {} is undelivered", sid(&reply["message"]));
    assert_eq!(failed().await[0]["error"], json!({ "code": 30_003, "message": message }));
    assert_eq!(session_of(&app, &c).await["status"], "active", "it goes on");
}
