//! Long messages from outside, part by part.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that is not as it must be stops")]

use dwell_core::{AccountSid, ChannelSid};
use dwell_engine::inbound::{Part, Whole};
use dwell_engine::{Dispatcher, DispatcherOptions, Error};
use dwell_testkit::TestApp;

struct Scene {
    app: TestApp,
    account: AccountSid,
    channel: ChannelSid,
}

impl Scene {
    async fn new() -> Scene {
        let app = TestApp::new().await;
        let form = [("Provider", "loopback"), ("Addresses", "+15017122661")];
        let made = app.made("/dwell/v1/Channels", &form).await;
        let account = AccountSid::parse(&app.account.sid).unwrap();
        let channel = ChannelSid::parse(made["sid"].as_str().unwrap()).unwrap();
        Scene { app, account, channel }
    }

    fn part(&self, number: i64, text: &str) -> Part {
        Part {
            channel_sid: self.channel,
            from: "+15558675310".to_owned(),
            to: "+15017122661".to_owned(),
            reference: 7,
            total: 2,
            number,
            data_coding: 8,
            octets: text.as_bytes().to_vec(),
        }
    }

    /// Takes a part: the text and the name, when the message is whole.
    async fn gather(&self, part: Part) -> Option<(String, String)> {
        let text = |whole: &Whole| whole.pieces.iter().map(|(_, octets)| String::from_utf8_lossy(octets)).collect();
        self.app.engine.gather(&self.account, part).await.unwrap().map(|whole| (text(&whole), whole.name))
    }
}

#[tokio::test]
async fn a_message_is_whole_with_its_last_part_whichever_that_is() {
    let scene = Scene::new().await;
    assert_eq!(scene.gather(scene.part(2, "bye")).await, None);
    assert_eq!(scene.gather(scene.part(2, "bye")).await, None, "a part that comes again is one part");
    assert_eq!(scene.gather(Part { reference: 8, ..scene.part(1, "x") }).await, None);
    assert_eq!(scene.gather(Part { from: "+15558675311".to_owned(), ..scene.part(1, "x") }).await, None);
    let (text, name) = scene.gather(scene.part(1, "hello ")).await.unwrap();
    assert_eq!(text, "hello bye");
    scene.app.clock.advance(60);
    // Its acknowledgement was lost: it is the same message still.
    assert_eq!(scene.gather(scene.part(1, "hello ")).await, Some((text, name)));
}

#[tokio::test]
async fn a_reference_stands_for_another_message_later_or_with_another_text() {
    let scene = Scene::new().await;
    scene.gather(scene.part(1, "one ")).await;
    let (_, first) = scene.gather(scene.part(2, "two")).await.unwrap();
    scene.app.clock.advance(1);
    assert_eq!(scene.gather(scene.part(1, "three ")).await, None);
    let (text, second) = scene.gather(scene.part(2, "two")).await.unwrap();
    assert_eq!(text, "three two");
    assert_ne!(first, second);

    scene.app.clock.advance(601);
    assert_eq!(scene.gather(scene.part(1, "three ")).await, None, "the same text, but another message");
    let (_, third) = scene.gather(scene.part(2, "two")).await.unwrap();
    assert_ne!(second, third);
}

#[tokio::test]
async fn parts_that_are_left_alone_are_dropped_after_a_day() {
    let scene = Scene::new().await;
    scene.gather(scene.part(1, "one ")).await;
    scene.app.clock.advance(86_401);
    assert_eq!(scene.gather(scene.part(2, "two")).await, None, "they are of different messages");
    let dispatcher = Dispatcher::new(scene.app.engine.clone(), DispatcherOptions::default());
    dispatcher.prune().await.unwrap();
    assert!(scene.gather(scene.part(1, "three ")).await.is_some());
    scene.app.clock.advance(86_401);
    dispatcher.prune().await.unwrap();
    assert_eq!(scene.app.sql("DELETE FROM message_parts").await, 0);
}

#[tokio::test]
async fn a_channel_that_is_not_the_accounts_brings_nothing() {
    let scene = Scene::new().await;
    let stranger = scene.app.new_account().await;
    let stranger = AccountSid::parse(&stranger.sid).unwrap();
    let refused = scene.app.engine.gather(&stranger, scene.part(1, "x")).await;
    assert!(matches!(refused, Err(Error::NotFound)));
}
