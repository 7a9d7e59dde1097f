//! Messages on their way to participants outside the chat: who gets them, in which order, and what comes of it.

mod lists;
mod waiting;
mod words;

use dwell_core::receipt::Status;
use dwell_engine::carriers::Parcel;
use dwell_testkit::{Carrying, TestApp};
use serde_json::{Value, json};

use crate::support::{all_items, conversation, path, say, sid, text};

const DESK: &str = "+15550001000";

/// A conversation with so many telephones, which see the desk's number, and a channel for that: it, its path,
/// and the participants' SIDs.
async fn room(app: &TestApp, phones: usize) -> (Value, String, Vec<String>) {
    if app.fetched("/dwell/v1/Channels").await["channels"] == json!([]) {
        app.new_channel(&app.account, &[DESK]).await;
    }
    let (c, inside) = conversation(app, &[]).await;
    let mut participants = Vec::new();
    for n in 0..phones {
        participants.push(join(app, &inside, &phone(n), DESK).await);
    }
    (c, inside, participants)
}

/// The number of a telephone.
fn phone(n: usize) -> String {
    format!("+1555000200{n}")
}

/// Adds a participant outside the chat and returns its SID.
async fn join(app: &TestApp, conversation: &str, address: &str, proxy: &str) -> String {
    let pair = [("MessagingBinding.Address", address), ("MessagingBinding.ProxyAddress", proxy)];
    sid(&app.made(&format!("{conversation}/Participants"), &pair).await).to_owned()
}

/// The receipts of a message, each as its status and error code.
async fn receipts(app: &TestApp, message: &Value) -> Vec<(Value, i64)> {
    let items = all_items(app, path(&message["links"]["delivery_receipts"])).await;
    items.iter().map(|receipt| (receipt["status"].clone(), receipt["error_code"].as_i64().unwrap())).collect()
}

/// The same of a message that has one.
async fn receipt(app: &TestApp, message: &Value) -> (Value, i64) {
    let mut all = receipts(app, message).await;
    assert_eq!(all.len(), 1, "{message}");
    all.remove(0)
}

/// What was handed over, as `to body`, in order.
fn heard(parcels: &[Parcel]) -> Vec<String> {
    parcels.iter().map(|parcel| format!("{} {}", parcel.to.join(","), parcel.body.as_deref().unwrap_or("-"))).collect()
}

/// Lets so many seconds pass, a few at a time, with everything sent that is due.
async fn pass(app: &TestApp, seconds: i64) {
    let end = app.engine.now().plus_seconds(seconds);
    app.deliver().await;
    while app.engine.now() < end {
        let step = (end.micros_since(app.engine.now()) / 1_000_000).clamp(1, 30);
        app.clock.advance(step);
        app.deliver().await;
    }
}

#[tokio::test]
async fn a_message_goes_to_everybody_outside_but_its_author() {
    let app = TestApp::new().await;
    let (c, inside, participants) = room(&app, 3).await;
    app.made(&format!("{inside}/Participants"), &[("Identity", "ann")]).await;
    say(&app, &inside, "first").await;
    app.deliver().await;
    app.carriers.take_parcels();
    let from = phone(1);
    let form = [("Author", from.as_str()), ("Body", "hello 🕰"), ("Subject", "Hi")];
    let message = app.made(&format!("{inside}/Messages"), &form).await;
    let none = json!({
        "total": 2, "sent": "none", "delivered": "none", "read": "none", "failed": "none", "undelivered": "none",
    });
    assert_eq!(message["delivery"], none);
    assert_eq!(receipts(&app, &message).await, [(Value::Null, 0), (Value::Null, 0)]);
    app.deliver().await;
    let mut parcels = app.carriers.take_parcels();
    parcels.sort_by(|a, b| a.to.cmp(&b.to));
    assert_eq!(heard(&parcels), [phone(0), phone(2)].map(|to| format!("{to} hello 🕰")));
    for parcel in &parcels {
        assert_eq!((parcel.from.as_str(), parcel.author.as_str()), (DESK, from.as_str()));
        assert_eq!((parcel.message_sid.as_str(), parcel.message_index), (sid(&message), 1));
        assert_eq!((parcel.conversation_sid.as_str(), parcel.subject.as_deref()), (sid(&c), Some("Hi")));
        assert_eq!(parcel.channel.addresses, [DESK]);
        assert_eq!((parcel.auth_token.reveal(), parcel.receipts.len()), (app.account.token.as_str(), 1));
        assert!(parcel.references.is_empty() && parcel.media.is_empty());
        assert_eq!(parcel.idempotency_token.len(), 36);
    }
    let told = all_items(&app, path(&message["links"]["delivery_receipts"])).await;
    assert_eq!(
        told.iter().map(|r| text(r, "participant_sid")).collect::<Vec<_>>(),
        [&participants[0], &participants[2]]
    );
    assert!(told.iter().all(|r| r["status"] == "sent" && text(r, "channel_message_sid").starts_with("SM")), "{told:?}");
    assert_eq!(app.fetched(path(&message["url"])).await["delivery"]["sent"], "all");
}

#[tokio::test]
async fn a_conversation_without_anybody_outside_sends_nothing() {
    let app = TestApp::new().await;
    let (_, inside) = conversation(&app, &[]).await;
    app.made(&format!("{inside}/Participants"), &[("Identity", "ann")]).await;
    let message = say(&app, &inside, "x").await;
    assert_eq!((message["delivery"].clone(), receipts(&app, &message).await), (Value::Null, vec![]));
    join(&app, &inside, &phone(0), DESK).await;
    let own = app.made(&format!("{inside}/Messages"), &[("Author", &phone(0)), ("Body", "x")]).await;
    assert_eq!(own["delivery"], Value::Null, "nobody but its author");
    assert_eq!(app.sql("UPDATE webhook_deliveries SET seq = seq").await, 0);
}

#[tokio::test]
async fn every_line_keeps_its_order_and_a_dead_one_holds_up_no_other() {
    let mut app = TestApp::new().await;
    let (_, inside, _) = room(&app, 3).await;
    app.carriers.behave(&phone(0), Carrying::Later);
    for body in ["a", "b", "c"] {
        say(&app, &inside, body).await;
    }
    app.deliver().await;
    for n in [1, 2] {
        let parcels = app.carriers.take_accepted();
        let (of, others) = parcels.into_iter().partition::<Vec<_>, _>(|parcel| parcel.to == [phone(n)]);
        assert_eq!(heard(&of), ["a", "b", "c"].map(|body| format!("{} {body}", phone(n))));
        for parcel in others {
            assert_eq!(parcel.to, [phone(3 - n)]);
        }
        if n == 1 {
            // The other one's, again in order.
            for body in ["a", "b", "c"] {
                say(&app, &inside, body).await;
            }
            app.deliver().await;
        }
    }
    let tried = app.carriers.take_parcels();
    let tried: Vec<_> = tried.iter().filter(|parcel| parcel.to == [phone(0)]).collect();
    assert!(tried.iter().all(|parcel| parcel.body.as_deref() == Some("a")), "the others wait for the first");
    app = app.restart().await;
    app.clock.advance(60);
    app.deliver().await;
    let again = app.carriers.take_parcels();
    assert_eq!(again[0].idempotency_token, tried[0].idempotency_token, "it is the same message");
    app.carriers.behave(&phone(0), Carrying::Accept(Some(Status::Delivered)));
    pass(&app, 600).await;
    assert_eq!(
        heard(&app.carriers.take_accepted()),
        ["a", "b", "c", "a", "b", "c"].map(|body| format!("{} {body}", phone(0)))
    );
}

#[tokio::test]
async fn a_refusal_is_final_and_the_next_message_has_its_turn() {
    let app = TestApp::new().await;
    let (_, inside, _) = room(&app, 1).await;
    for (status, code, expected) in [
        (Status::Failed, Some(21_211), (json!("failed"), 21_211)),
        (Status::Undelivered, Some(30_003), (json!("undelivered"), 30_003)),
        (Status::Failed, None, (json!("failed"), 0)),
        (Status::Sent, Some(7), (json!("failed"), 7)),
    ] {
        app.carriers.behave(&phone(0), Carrying::Refuse(status, code));
        let refused = say(&app, &inside, "x").await;
        app.deliver().await;
        assert_eq!(receipt(&app, &refused).await, expected);
        app.carriers.behave(&phone(0), Carrying::Accept(Some(Status::Delivered)));
        let next = say(&app, &inside, "y").await;
        app.deliver().await;
        assert_eq!(receipt(&app, &next).await, (json!("delivered"), 0));
    }
    assert_eq!(app.carriers.count(), 8, "each was tried once");
}

#[tokio::test]
async fn what_can_never_leave_fails_at_once() {
    let app = TestApp::new().await;
    let (_, inside, _) = room(&app, 1).await;
    app.new_channel(&app.account, &["desk@example.com"]).await;
    let (long, longer) = ("é".repeat(1_600), "é".repeat(1_601));
    let fits = say(&app, &inside, &long).await;
    assert_eq!(receipt(&app, &fits).await, (Value::Null, 0));
    join(&app, &inside, "jo@example.com", "desk@example.com").await;
    let one = say(&app, &inside, &longer).await;
    assert_eq!(receipts(&app, &one).await, [(json!("failed"), 21_617), (Value::Null, 0)], "an e-mail may be longer");
    assert_eq!((&one["delivery"]["total"], &one["delivery"]["failed"]), (&json!(2), &json!("some")));
    let content = [("ContentSid", "HX00000000000000000000000000000000")];
    let empty = app.made(&format!("{inside}/Messages"), &content).await;
    assert_eq!(receipts(&app, &empty).await, [(json!("failed"), 21_619), (json!("failed"), 21_619)]);
    app.deliver().await;
    let mut lengths: Vec<_> =
        app.carriers.take_parcels().iter().map(|parcel| parcel.body.as_ref().unwrap().chars().count()).collect();
    lengths.sort_unstable();
    assert_eq!(lengths, [1_600, 1_601]);
}

#[tokio::test]
async fn what_is_edited_later_leaves_as_it_was_and_what_is_removed_does_not_leave() {
    let app = TestApp::new().await;
    let (_, inside, participants) = room(&app, 1).await;
    let [edited, removed, last] = [say(&app, &inside, "a"), say(&app, &inside, "b"), say(&app, &inside, "c")];
    let (edited, removed, last) = (edited.await, removed.await, last.await);
    app.made(path(&edited["url"]), &[("Body", "changed")]).await;
    app.delete(path(&removed["url"])).await;
    // Whoever leaves still gets what was said before.
    app.delete(&format!("{inside}/Participants/{}", participants[0])).await;
    app.deliver().await;
    assert_eq!(heard(&app.carriers.take_parcels()), ["a", "c"].map(|body| format!("{} {body}", phone(0))));
    assert_eq!(receipt(&app, &last).await.0, "sent");
    let (_, elsewhere, _) = room(&app, 1).await;
    say(&app, &elsewhere, "d").await;
    app.delete(&elsewhere).await;
    app.deliver().await;
    assert_eq!(app.carriers.count(), 0, "the conversation is gone");
}

#[tokio::test]
async fn an_e_mail_names_those_it_answers() {
    let app = TestApp::new().await;
    let (_, inside) = conversation(&app, &[]).await;
    app.new_channel(&app.account, &["desk@example.com"]).await;
    for to in ["jo@example.com", "al@example.com"] {
        join(&app, &inside, to, "desk@example.com").await;
    }
    app.carriers.behave("al@example.com", Carrying::Later);
    let mut names = Vec::new();
    for body in ["a", "b", "c"] {
        names.push(app.carriers.next_name());
        say(&app, &inside, body).await;
        app.deliver().await;
    }
    let mine: Vec<_> =
        app.carriers.take_accepted().into_iter().map(|parcel| (parcel.body.unwrap(), parcel.references)).collect();
    let expected = [("a", 0), ("b", 1), ("c", 2)].map(|(body, count)| (body.to_owned(), names[..count].to_vec()));
    assert_eq!(mine, expected);
}
