//! Sessions: how they begin, stay awake and end.

use dwell_delivery::Guard;
use dwell_delivery::sessions::Broken;
use dwell_delivery::smpp::Smpp;
use rusmpp::pdus::BindTransceiverResp;
use rusmpp::values::InterfaceVersion;
use rusmpp::{CommandStatus, Pdu};
use std::sync::Arc;

use super::smsc::{delivery, within};
use super::{PASSWORD, World};
use dwell_core::Timestamp;

#[tokio::test]
async fn a_session_begins_with_a_bind_as_a_transceiver() {
    let world = World::new().await;
    let _running = world.begin();
    let mut connection = world.smsc.accept().await;
    let bind = connection.next().await;
    let Some(Pdu::BindTransceiver(bind)) = bind.pdu() else { panic!("{bind:?}") };
    assert_eq!(
        (bind.system_id.as_str(), bind.password.as_str(), bind.system_type.as_str(), bind.interface_version),
        ("dwell", PASSWORD, "cp", InterfaceVersion::Smpp3_4)
    );
}

#[tokio::test]
async fn a_refused_bind_says_why_and_names_no_password() {
    let world = World::new().await;
    let running = world.begin();
    let mut connection = world.smsc.accept().await;
    let bind = connection.next().await;
    connection.answer(&bind, CommandStatus::EsmeRinvpaswd, BindTransceiverResp::default()).await;
    let broken = running.end().await.unwrap_err();
    assert_eq!(broken, Broken("the SMSC refused to bind: EsmeRinvpaswd".to_owned()));
}

#[tokio::test]
async fn settings_that_no_smsc_takes_are_told_without_connecting() {
    let mut world = World::new().await;
    world.settings.password = dwell_core::channel::Secret::new("far too long a password");
    let broken = world.begin().end().await.unwrap_err();
    assert_eq!(broken.to_string(), "`password` must be ASCII and at most 8 characters long");
}

#[tokio::test]
async fn addresses_that_are_closed_are_not_called() {
    let mut world = World::new().await;
    let random = Arc::new(dwell_testkit::SeededRandom::new(1));
    world.smpp = Arc::new(Smpp::new(Guard::public_only(), Arc::new(world.clock.clone()), random, None));
    for host in ["127.0.0.1", "localhost"] {
        world.settings.host = host.to_owned();
        let broken = world.begin().end().await.unwrap_err().to_string();
        assert!(broken.contains("may not be called"), "{broken}");
    }
}

#[tokio::test]
async fn an_smsc_that_says_nothing_is_given_up() {
    let world = World::new().await;
    let running = world.begin();
    let mut connection = world.smsc.accept().await;
    connection.next().await;
    world.clock.advance(15);
    assert_eq!(running.end().await.unwrap_err().to_string(), "no answer from the SMSC within 15 s");
}

#[tokio::test]
async fn a_silent_line_is_asked_whether_it_is_alive() {
    let world = World::new().await;
    let (running, mut connection) = world.bound().await;
    for minute_half in 1..=2_i64 {
        within(world.somebody_waits_for(Timestamp::EPOCH.plus_seconds(30 * minute_half))).await;
        world.clock.advance(30);
        let asked = connection.next().await;
        assert_eq!(asked.pdu(), Some(&Pdu::EnquireLink));
        if minute_half == 1 {
            connection.answer(&asked, CommandStatus::EsmeRok, Pdu::EnquireLinkResp).await;
        }
    }
    within(world.somebody_waits_for(Timestamp::EPOCH.plus_seconds(70))).await;
    world.clock.advance(10);
    assert_eq!(running.end().await.unwrap_err().to_string(), "the SMSC has said nothing for 40 s");
}

#[tokio::test]
async fn what_is_no_smpp_ends_the_session() {
    for garbage in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], &[0, 0, 0, 3], &[0xff; 64], &[0; 16]] {
        let world = World::new().await;
        let (running, mut connection) = world.bound().await;
        connection.write(garbage).await;
        let broken = running.end().await.unwrap_err().to_string();
        assert!(broken.contains("no SMPP"), "{broken}");
    }
}

#[tokio::test]
async fn pdus_that_make_no_sense_are_refused_and_the_session_goes_on() {
    let world = World::new().await;
    let (_running, mut connection) = world.bound().await;
    // A deliver_sm whose body is cut off.
    connection.write(&[0, 0, 0, 20, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 9, 1, 2, 3, 4]).await;
    let answer = connection.next().await;
    assert_eq!((answer.status(), answer.sequence_number()), (CommandStatus::EsmeRxRAppn, 9));
    // A command that nobody knows.
    connection.write(&[0, 0, 0, 16, 0, 0, 0x0f, 0xff, 0, 0, 0, 0, 0, 0, 0, 10]).await;
    let answer = connection.next().await;
    assert_eq!((answer.status(), answer.sequence_number()), (CommandStatus::EsmeRinvcmdid, 10));
    assert_eq!(answer.pdu(), Some(&Pdu::GenericNack));
    // Answers to nothing are passed over.
    connection.write(&[0, 0, 0, 16, 0x80, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 99]).await;
    connection.send(Pdu::EnquireLink).await;
    assert_eq!(connection.next().await.pdu(), Some(&Pdu::EnquireLinkResp));
}

#[tokio::test]
async fn an_smsc_may_end_the_session() {
    let world = World::new().await;
    let (running, mut connection) = world.bound().await;
    connection.send(Pdu::Unbind).await;
    assert_eq!(running.end().await.unwrap_err().to_string(), "the SMSC ended the session");
}

#[tokio::test]
async fn a_session_that_is_to_stop_finishes_what_is_begun() {
    let world = World::new().await;
    world.office.open.forget_permits(1_000);
    let (running, mut connection) = world.bound().await;
    let carried = world.carry(world.parcel("Hi"));
    let (command, _) = connection.submitted().await;
    let arrived = connection.send(delivery(0, 0, b"Hello")).await;
    connection.send(Pdu::EnquireLink).await;
    connection.next().await;

    running.stop.send(true).unwrap();
    // What comes now waits for the next session.
    while !world.carry(world.parcel("too late")).await.unwrap().unwrap_err().to_string().contains("ended") {}
    connection.accept(&command, "m1").await;
    assert!(within(carried).await.unwrap().is_ok());
    world.office.open.add_permits(1);
    let answer = connection.next().await;
    assert_eq!((answer.sequence_number(), answer.status()), (arrived, CommandStatus::EsmeRok));
    let unbind = connection.next().await;
    assert_eq!(unbind.pdu(), Some(&Pdu::Unbind));
    connection.answer(&unbind, CommandStatus::EsmeRok, Pdu::UnbindResp).await;
    assert_eq!(running.end().await, Ok(()));
}

#[tokio::test]
async fn a_session_that_is_to_stop_waits_for_nobody_for_ever() {
    let world = World::new().await;
    let (running, mut connection) = world.bound().await;
    let carried = world.carry(world.parcel("Hi"));
    connection.submitted().await;
    running.stop.send(true).unwrap();
    within(world.somebody_waits_for(Timestamp::EPOCH.plus_seconds(5))).await;
    // The message and the session have the same five seconds.
    for _ in 0..5 {
        tokio::task::yield_now().await;
    }
    world.clock.advance(5);
    assert_eq!(connection.next().await.pdu(), Some(&Pdu::Unbind));
    within(world.somebody_waits_for(Timestamp::EPOCH.plus_seconds(7))).await;
    world.clock.advance(2);
    assert_eq!(running.end().await, Ok(()));
    assert!(within(carried).await.unwrap().is_err());
}
