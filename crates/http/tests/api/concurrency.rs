//! Many requests at the same time for the same thing.

use std::collections::BTreeSet;
use std::sync::Arc;

use dwell_testkit::{Answer, TestApp};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::support::{CONVERSATIONS, all_items, conversation, history, path_of, sid, text};

type Post = (String, Vec<(&'static str, String)>);

/// Sends all of them at once and returns the answers, in no order.
async fn at_once(app: &Arc<TestApp>, posts: Vec<Post>) -> Vec<Answer> {
    let start = Arc::new(Barrier::new(posts.len()));
    let mut under_way = JoinSet::new();
    for (path, form) in posts {
        let (app, start) = (app.clone(), start.clone());
        under_way.spawn(async move {
            start.wait().await;
            let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            app.post(&path, &form).await
        });
    }
    under_way.join_all().await
}

/// The one answer that succeeded; all others must be refused with `expected`.
#[track_caller]
fn only_one(answers: &[Answer], expected: (u16, i64)) -> &Answer {
    let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(made.len(), 1, "exactly one is made");
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.refusal(), expected, "{}", answer.text);
    }
    made[0]
}

fn pair() -> Vec<(&'static str, String)> {
    let [address, proxy] = ["+15017122661", "+15017122662"].map(str::to_owned);
    vec![("MessagingBinding.Address", address), ("MessagingBinding.ProxyAddress", proxy)]
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_numbered_without_gaps_or_duplicates() {
    const COUNT: usize = 200;
    let app = Arc::new(TestApp::new().await);
    let (c, path) = conversation(&app, &[]).await;
    let post = |i: usize| (format!("{path}/Messages"), vec![("Body", i.to_string())]);
    let answers = at_once(&app, (0..COUNT).map(post).collect()).await;
    let told: BTreeSet<_> = answers.iter().map(|answer| answer.body["index"].as_i64().unwrap()).collect();
    let expected: Vec<_> = (0..COUNT as i64).collect();
    assert!(told.iter().eq(&expected), "{told:?}");
    let stored = all_items(&app, &format!("{path}/Messages?PageSize=100")).await;
    assert_eq!(stored.iter().map(|m| m["index"].as_i64().unwrap()).collect::<Vec<_>>(), expected);
    let bodies: BTreeSet<_> = stored.iter().map(|m| text(m, "body")).collect();
    assert_eq!(bodies.len(), COUNT);
    let events: Vec<_> = app.events(sid(&c)).await.iter().map(|event| event.seq).collect();
    assert_eq!(events, (1..=COUNT as i64 + 1).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unique_name_is_given_once() {
    let app = Arc::new(TestApp::new().await);
    let post =
        |i: usize| (CONVERSATIONS.to_owned(), vec![("UniqueName", "room".to_owned()), ("FriendlyName", i.to_string())]);
    let answers = at_once(&app, (0..50).map(post).collect()).await;
    let made = only_one(&answers, (409, 50353));
    assert_eq!(all_items(&app, CONVERSATIONS).await, std::slice::from_ref(&made.body));
    // The same for a name that is taken by renaming.
    let mut posts = Vec::new();
    for _ in 0..20 {
        posts.push((conversation(&app, &[]).await.1, vec![("UniqueName", "other".to_owned())]));
    }
    let answers = at_once(&app, posts).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert!(answers.iter().filter(|answer| answer.status != 200).all(|answer| answer.refusal() == (409, 50353)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_pair_is_given_once() {
    let app = Arc::new(TestApp::new().await);
    let mut posts = Vec::new();
    for _ in 0..50 {
        posts.push((format!("{}/Participants", conversation(&app, &[]).await.1), pair()));
    }
    let answers = at_once(&app, posts).await;
    let holder = text(&only_one(&answers, (409, 50416)).body, "conversation_sid").to_owned();
    for answer in answers.iter().filter(|answer| answer.status == 409) {
        assert!(text(&answer.body, "message").ends_with(&holder), "{}", answer.text);
    }
    // Within one conversation as well.
    app.made(&format!("{CONVERSATIONS}/{holder}"), &[("State", "closed")]).await;
    let (_, path) = conversation(&app, &[]).await;
    let answers = at_once(&app, (0..20).map(|_| (format!("{path}/Participants"), pair())).collect()).await;
    only_one(&answers, (409, 50416));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_joins_and_is_made_once() {
    let app = Arc::new(TestApp::new().await);
    let (_, path) = conversation(&app, &[]).await;
    let ann = || vec![("Identity", "ann".to_owned())];
    let answers = at_once(&app, (0..50).map(|_| (format!("{path}/Participants"), ann())).collect()).await;
    only_one(&answers, (409, 50433));
    assert_eq!(all_items(&app, "/v1/Users").await.len(), 1);
    let bob = || vec![("Identity", "bob".to_owned())];
    let answers = at_once(&app, (0..50).map(|_| ("/v1/Users".to_owned(), bob())).collect()).await;
    only_one(&answers, (409, 50201));
    // Quietly, by joining many conversations at once.
    let mut posts = Vec::new();
    for _ in 0..20 {
        posts.push((format!("{}/Participants", conversation(&app, &[]).await.1), vec![("Identity", "cid".to_owned())]));
    }
    assert!(at_once(&app, posts).await.iter().all(|answer| answer.status == 201));
    assert_eq!(all_items(&app, "/v1/Users").await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_places_are_given_once_each() {
    let app = Arc::new(TestApp::new().await);
    let (_, path) = conversation(&app, &[]).await;
    let phone = |i: usize| {
        let form = vec![("MessagingBinding.Address", format!("+1502{i:07}")), pair().remove(1)];
        (format!("{path}/Participants"), form)
    };
    let answers = at_once(&app, (0..70).map(phone).collect()).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 50);
    assert!(answers.iter().filter(|answer| answer.status != 201).all(|answer| answer.refusal() == (400, 50418)));
    assert_eq!(all_items(&app, &format!("{path}/Participants")).await.len(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_said_after_the_close() {
    let app = Arc::new(TestApp::new().await);
    for _ in 0..5 {
        let (c, path) = conversation(&app, &[]).await;
        let mut posts: Vec<Post> =
            (0..40).map(|_| (format!("{path}/Messages"), vec![("Body", "x".to_owned())])).collect();
        posts.insert(20, (path.clone(), vec![("State", "closed".to_owned())]));
        let answers = at_once(&app, posts).await;
        let said = answers.iter().filter(|answer| answer.status == 201).count();
        assert!(answers.iter().filter(|answer| answer.status >= 400).all(|answer| answer.refusal() == (400, 50377)));
        assert_eq!(all_items(&app, &format!("{path}/Messages")).await.len(), said, "what was said is there");
        let kinds: Vec<_> = app.events(sid(&c)).await.into_iter().map(|event| event.kind).collect();
        let close = kinds.iter().position(|kind| kind == "onConversationStateUpdated").unwrap();
        assert!(kinds[close..].iter().all(|kind| kind != "onMessageAdded"), "{kinds:?}");
        assert_eq!(kinds.iter().filter(|kind| *kind == "onMessageAdded").count(), said);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_timer_is_carried_out_once_whoever_comes_first() {
    let app = Arc::new(TestApp::new().await);
    let mut made = Vec::new();
    for _ in 0..20 {
        made.push(conversation(&app, &[("Timers.Inactive", "PT1M"), ("Timers.Closed", "PT10M")]).await.0);
    }
    app.clock.advance(60);
    let mut under_way = JoinSet::new();
    for _ in 0..8 {
        let app = app.clone();
        under_way.spawn(async move { app.fire_due().await });
    }
    let posts = made.iter().map(|c| (format!("{}/Messages", path_of(c)), vec![("Body", "x".to_owned())])).collect();
    let answers = at_once(&app, posts).await;
    under_way.join_all().await;
    assert!(answers.iter().all(|answer| answer.status == 201));
    for c in &made {
        assert_eq!(history(&app, c).await, ["active>inactive TIMER 60", "inactive>active EVENT 60"]);
    }
    app.clock.advance(60);
    tokio::join!(app.fire_due(), app.fire_due(), app.fire_due());
    for c in &made {
        assert_eq!(history(&app, c).await[2..], ["active>inactive TIMER 120"]);
    }
}
