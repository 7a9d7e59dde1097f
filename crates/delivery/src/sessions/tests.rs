//! The supervisor over sessions that do as they are told, on a clock that tests turn.

use std::future::pending;

use dwell_core::AccountSid;
use dwell_core::channel::LoopbackSettings;
use dwell_core::sid::SidBytes;
use dwell_testkit::{ManualClock, SeededRandom};
use parking_lot::Mutex;

use super::*;

/// How sessions behave.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Manner {
    /// They last until they are asked to end.
    Steady,
    /// They do not hear when they are asked.
    Deaf,
    /// They break at once.
    Breaking,
    /// They panic.
    Panicking,
}

struct World {
    channels: Mutex<Result<Vec<(Channel, Settings)>, Error>>,
    manner: Mutex<Manner>,
    /// What happened: `+` a session of the channel of this name began, `-` it ended in good order.
    story: Mutex<Vec<String>>,
}

impl Source for World {
    fn channels(&self) -> Listing<'_> {
        Box::pin(std::future::ready(self.channels.lock().clone()))
    }
}

impl Holder for World {
    fn hold(&self, session: Session) -> Holding<'_> {
        let name = session.channel.friendly_name.unwrap_or_default();
        self.story.lock().push(format!("+{name}"));
        let manner = *self.manner.lock();
        Box::pin(async move {
            match manner {
                Manner::Steady => session.stop.wait().await,
                Manner::Deaf => pending().await,
                Manner::Breaking => return Err(Broken("broken".to_owned())),
                Manner::Panicking => panic!("as the test wants"),
            }
            self.story.lock().push(format!("-{name}"));
            Ok(())
        })
    }
}

struct Scene {
    world: Arc<World>,
    clock: ManualClock,
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
}

impl Scene {
    /// A supervisor that is running, over channels of these names.
    async fn of(manner: Manner, names: &[&str]) -> Scene {
        let world = Arc::new(World {
            channels: Mutex::new(Ok(channels(names))),
            manner: Mutex::new(manner),
            story: Mutex::default(),
        });
        let clock = ManualClock::new(Timestamp::EPOCH);
        let random = Arc::new(SeededRandom::new(1));
        let supervisor = Supervisor::new(world.clone(), world.clone(), Arc::new(clock.clone()), random);
        let (stop, stopping) = Stopping::new();
        let running = tokio::spawn(supervisor.run(stopping.wait()));
        settle().await;
        Scene { world, clock, stop, running }
    }

    async fn channels(&self, names: &[&str]) {
        *self.world.channels.lock() = Ok(channels(names));
        self.turn(LOOK_SECONDS).await;
    }

    async fn turn(&self, seconds: i64) {
        for _ in 0..seconds {
            self.clock.advance(1);
            settle().await;
        }
    }

    fn story(&self) -> String {
        let mut story = std::mem::take(&mut *self.world.story.lock());
        story.sort();
        story.join(" ")
    }
}

/// Lets every task go on until all of them wait.
async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

/// Channels whose numbers are the first characters of their names.
fn channels(names: &[&str]) -> Vec<(Channel, Settings)> {
    let channel = |name: &str| Channel {
        sid: ChannelSid::new(SidBytes::new(1, u16::from(name.as_bytes()[0]), [0; 8])),
        account_sid: AccountSid::new(SidBytes::new(1, 0, [0; 8])),
        provider: Provider::Loopback,
        friendly_name: Some(name.to_owned()),
        addresses: Vec::new(),
        enabled: true,
        date_created: Timestamp::EPOCH,
        date_updated: Timestamp::EPOCH,
    };
    names.iter().map(|name| (channel(name), Settings::Loopback(LoopbackSettings {}))).collect()
}

#[tokio::test]
async fn each_channel_has_a_session_as_long_as_it_is_there() {
    let scene = Scene::of(Manner::Steady, &["a"]).await;
    assert_eq!(scene.story(), "+a");
    scene.channels(&["a", "b"]).await;
    assert_eq!(scene.story(), "+b");
    scene.channels(&["b"]).await;
    assert_eq!(scene.story(), "-a");
    scene.turn(60).await;
    assert_eq!(scene.story(), "");
}

#[tokio::test]
async fn a_channel_that_changed_gets_another_session_once_the_first_has_ended() {
    let scene = Scene::of(Manner::Steady, &["a", "b"]).await;
    assert_eq!(scene.story(), "+a +b");
    scene.channels(&["a changed", "b"]).await;
    assert_eq!(scene.story(), "+a changed -a");

    *scene.world.manner.lock() = Manner::Deaf;
    scene.channels(&["a deaf", "b"]).await;
    assert_eq!(scene.story(), "+a deaf -a changed");
    scene.channels(&["a new", "b"]).await;
    scene.turn(STOP_SECONDS_MAX - 1).await;
    assert_eq!(scene.story(), "", "there are never two sessions of one channel");
    scene.turn(1).await;
    assert_eq!(scene.story(), "+a new");
}

#[tokio::test]
async fn sessions_stay_while_the_channels_are_not_known() {
    let scene = Scene::of(Manner::Steady, &["a"]).await;
    *scene.world.channels.lock() = Err(Error::Unavailable("gone".to_owned()));
    scene.turn(60).await;
    assert_eq!(scene.story(), "+a");
    scene.channels(&["a", "b"]).await;
    assert_eq!(scene.story(), "+b");
}

#[tokio::test]
async fn sessions_that_break_are_opened_again_ever_more_rarely() {
    let scene = Scene::of(Manner::Breaking, &["a"]).await;
    scene.turn(10).await;
    let soon = scene.story().matches("+a").count();
    assert!((4..=6).contains(&soon), "{soon}");
    scene.turn(600).await;
    let _ = scene.story();
    scene.turn(600).await;
    let later = scene.story().matches("+a").count();
    assert!((10..=21).contains(&later), "{later}");
}

#[tokio::test]
async fn a_session_that_panics_is_one_that_breaks() {
    let scene = Scene::of(Manner::Panicking, &["a"]).await;
    *scene.world.manner.lock() = Manner::Steady;
    scene.turn(LOOK_SECONDS).await;
    assert_eq!(scene.story(), "+a +a");
}

#[tokio::test]
async fn there_is_a_bound_on_sessions() {
    let scene = Scene::of(Manner::Steady, &[]).await;
    let one = channels(&["a"]).remove(0);
    let many = (0..SESSIONS_MAX + 7).map(|number| {
        let mut many = one.clone();
        many.0.sid = ChannelSid::new(SidBytes::new(2, u16::try_from(number).unwrap(), [0; 8]));
        many
    });
    *scene.world.channels.lock() = Ok(many.collect());
    scene.turn(LOOK_SECONDS * 2).await;
    assert_eq!(scene.story().matches("+a").count(), SESSIONS_MAX);
}

#[tokio::test]
async fn all_sessions_end_with_the_supervisor() {
    let scene = Scene::of(Manner::Steady, &["a", "b"]).await;
    scene.stop.send(true).unwrap();
    settle().await;
    assert!(scene.running.is_finished());
    assert_eq!(scene.story(), "+a +b -a -b");
}

#[tokio::test]
async fn sessions_that_do_not_end_are_cut_off() {
    let scene = Scene::of(Manner::Deaf, &["a", "b"]).await;
    scene.stop.send(true).unwrap();
    settle().await;
    scene.turn(STOP_SECONDS_MAX - 1).await;
    assert!(!scene.running.is_finished());
    scene.turn(1).await;
    assert!(scene.running.is_finished());
}
