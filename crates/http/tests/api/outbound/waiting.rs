//! Providers that are down, channels that are off or not there, and what is left when the time is over.

use super::*;

const DAY: i64 = 86_400;

#[tokio::test]
async fn a_provider_that_is_down_loses_nothing_for_a_day() {
    let app = TestApp::new().await;
    let (_, inside, _) = room(&app, 1).await;
    app.carriers.behave(DESK, Carrying::Later);
    let message = say(&app, &inside, "a").await;
    pass(&app, DAY - 1_200).await;
    assert_eq!(receipt(&app, &message).await, (Value::Null, 0), "it waits");
    let tried = app.carriers.take_parcels().len();
    assert!((100..3_000).contains(&tried), "less often with time, and never again and again: {tried}");
    app.carriers.behave(DESK, Carrying::Accept(Some(Status::Sent)));
    // As long as the longest wait and the longest pause together, at most.
    pass(&app, 1_000).await;
    assert_eq!(receipt(&app, &message).await, (json!("sent"), 0));
}

#[tokio::test]
async fn after_a_day_the_receipt_says_that_it_failed() {
    let app = TestApp::new().await;
    let (_, inside, _) = room(&app, 2).await;
    app.carriers.behave(&phone(0), Carrying::Later);
    let message = say(&app, &inside, "a").await;
    pass(&app, DAY + 700).await;
    assert_eq!(receipts(&app, &message).await, [(json!("failed"), 30_036), (json!("sent"), 0)]);
    let count = app.carriers.take_parcels().len();
    pass(&app, 3_600).await;
    assert_eq!((app.carriers.count(), count > 50), (0, true), "and it is left alone");
}

#[tokio::test]
async fn without_a_channel_it_waits_for_one_for_an_hour() {
    // Without simulated telephones, to which messages go that have no channel.
    let app = TestApp::strict().await;
    let (_, inside, _) = room(&app, 1).await;
    delete_channel(&app).await;
    let message = say(&app, &inside, "a").await;
    pass(&app, 3_500).await;
    assert_eq!(receipt(&app, &message).await, (Value::Null, 0));
    app.new_channel(&app.account, &[DESK]).await;
    pass(&app, 60).await;
    assert_eq!(receipt(&app, &message).await.0, "sent");
    // The address loses its channel, and with it what is said from then on.
    delete_channel(&app).await;
    let lost = say(&app, &inside, "b").await;
    pass(&app, 1_800).await;
    let later = say(&app, &inside, "c").await;
    pass(&app, 1_900).await;
    assert_eq!(receipt(&app, &lost).await, (json!("failed"), 21_606));
    assert_eq!(receipt(&app, &later).await, (Value::Null, 0), "each has its hour");
    pass(&app, 1_900).await;
    assert_eq!(receipt(&app, &later).await, (json!("failed"), 21_606));
    assert_eq!(app.carriers.count(), 1);
}

#[tokio::test]
async fn what_waited_for_long_survives_the_change_of_its_channel() {
    let app = TestApp::strict().await;
    let (_, inside, _) = room(&app, 1).await;
    app.carriers.behave(DESK, Carrying::Later);
    let message = say(&app, &inside, "a").await;
    pass(&app, 6 * 3_600).await;
    delete_channel(&app).await;
    pass(&app, 1_800).await;
    assert_eq!(receipt(&app, &message).await, (Value::Null, 0), "somebody is at it");
    let new = app.new_channel(&app.account, &[DESK]).await;
    app.carriers.take_parcels();
    app.carriers.behave(DESK, Carrying::Accept(Some(Status::Sent)));
    pass(&app, 700).await;
    let parcels = app.carriers.take_parcels();
    assert_eq!((parcels.len(), parcels[0].channel.sid), (1, new));
    assert_eq!(receipt(&app, &message).await.0, "sent");
}

#[tokio::test]
async fn a_disabled_channel_takes_nothing_until_it_is_enabled() {
    let app = TestApp::new().await;
    let (_, inside, _) = room(&app, 1).await;
    let channel = app.fetched("/dwell/v1/Channels").await["channels"][0].clone();
    let channel = format!("/dwell/v1/Channels/{}", sid(&channel));
    app.made(&channel, &[("Enabled", "false")]).await;
    let message = say(&app, &inside, "a").await;
    pass(&app, 5 * 3_600).await;
    assert_eq!((app.carriers.count(), receipt(&app, &message).await), (0, (Value::Null, 0)));
    app.made(&channel, &[("Enabled", "true")]).await;
    pass(&app, 60).await;
    assert_eq!(receipt(&app, &message).await.0, "sent");
    app.made(&channel, &[("Enabled", "false")]).await;
    let late = say(&app, &inside, "b").await;
    pass(&app, DAY + 60).await;
    assert_eq!(receipt(&app, &late).await, (json!("failed"), 30_036));
}

#[tokio::test]
async fn a_closed_conversation_still_sends_what_was_said() {
    let app = TestApp::new().await;
    let (c, inside, _) = room(&app, 1).await;
    let message = say(&app, &inside, "goodbye").await;
    let closed = app.made(&inside, &[("State", "closed")]).await;
    app.clock.advance(7);
    app.deliver().await;
    app.told(&message, &text_of_participant(&app, &message).await, Some(Status::Read)).await;
    assert_eq!(receipt(&app, &message).await, (json!("read"), 0));
    assert_eq!(app.fetched(&inside).await, closed, "nothing else changes");
    assert_eq!(crate::support::history(&app, &c).await, ["active>closed API 0"]);
}

#[tokio::test]
async fn news_are_no_activity_and_what_is_due_comes_first() {
    let app = TestApp::new().await;
    let (_, inside, participants) = room(&app, 1).await;
    app.made(&inside, &[("Timers.Inactive", "PT5M")]).await;
    let message = say(&app, &inside, "a").await;
    app.deliver().await;
    app.clock.advance(200);
    app.told(&message, &participants[0], Some(Status::Delivered)).await;
    app.advance(100).await;
    assert_eq!(crate::support::state(&app, &inside).await, "inactive", "the clock ran on");
    app.made(&inside, &[("State", "active")]).await;
    app.clock.advance(301);
    // The scheduler has not been there yet.
    app.told(&message, &participants[0], Some(Status::Read)).await;
    let c = app.fetched(&inside).await;
    assert_eq!(c["state"], "inactive");
    let kinds = crate::support::event_kinds(&app, &c).await;
    assert_eq!(kinds[kinds.len() - 2..], ["onConversationStateUpdated!", "onDeliveryUpdated!"]);
}

/// Deletes the only channel.
async fn delete_channel(app: &TestApp) {
    let channel = text(&app.fetched("/dwell/v1/Channels").await["channels"][0], "sid").to_owned();
    assert_eq!(app.delete(&format!("/dwell/v1/Channels/{channel}")).await.status, 204);
}

/// The participant of the only receipt of a message.
async fn text_of_participant(app: &TestApp, message: &Value) -> String {
    let receipts = all_items(app, path(&message["links"]["delivery_receipts"])).await;
    text(&receipts[0], "participant_sid").to_owned()
}
