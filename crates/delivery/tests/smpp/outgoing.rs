//! Messages on their way out.

use dwell_core::Timestamp;
use dwell_core::receipt::Status;
use dwell_engine::carriers::{Accepted, CarryError};
use rusmpp::CommandStatus;
use rusmpp::values::{DataCoding, Npi, Ton};

use super::smsc::within;
use super::{World, picture};

fn accepted(name: &str) -> Accepted {
    Accepted { channel_message_sid: Some(name.to_owned()), status: Some(Status::Sent) }
}

#[tokio::test]
async fn a_message_is_sent_with_its_addresses_and_a_receipt_asked_for() {
    let world = World::new().await;
    let (_running, mut connection) = world.bound().await;
    let carried = world.carry(world.parcel("Grüße"));
    let (command, sm) = connection.submitted().await;
    assert_eq!(
        (sm.source_addr_ton, sm.source_addr_npi, sm.source_addr.as_str()),
        (Ton::International, Npi::Isdn, "4915550001")
    );
    assert_eq!(
        (sm.dest_addr_ton, sm.dest_addr_npi, sm.destination_addr.as_str()),
        (Ton::International, Npi::Isdn, "4915550002")
    );
    assert_eq!(u8::from(sm.esm_class), 0);
    assert_eq!(u8::from(sm.registered_delivery), 1);
    assert_eq!((sm.data_coding, sm.short_message().as_ref()), (DataCoding::McSpecific, &b"Gr\x7e\x1ee"[..]));
    connection.accept(&command, "00AB12").await;
    assert_eq!(within(carried).await.unwrap(), Ok(accepted("ab12")));
}

#[tokio::test]
async fn a_long_message_goes_in_parts_and_the_last_one_names_it() {
    let world = World::new().await;
    let (_running, mut connection) = world.bound().await;
    let carried = world.carry(world.parcel(&"ç".repeat(150)));
    for number in 1..=3 {
        let (command, sm) = connection.submitted().await;
        assert_eq!(u8::from(sm.esm_class), 0x40);
        assert_eq!(sm.data_coding, DataCoding::Ucs2);
        assert_eq!(sm.short_message().as_ref()[..6], [5, 0, 3, 7, 3, number]);
        assert_eq!(u8::from(sm.registered_delivery), u8::from(number == 3));
        connection.accept(&command, &format!("m{number}")).await;
    }
    assert_eq!(within(carried).await.unwrap(), Ok(accepted("m3")));
}

#[tokio::test]
async fn the_next_attempt_goes_on_with_the_part_that_was_not_taken() {
    let world = World::new().await;
    let (_running, mut connection) = world.bound().await;
    let parcel = world.parcel(&"a".repeat(400));
    let carried = world.carry(parcel.clone());
    let (command, _) = connection.submitted().await;
    connection.accept(&command, "m1").await;
    let (command, _) = connection.submitted().await;
    connection.refuse(&command, CommandStatus::EsmeRthrottled).await;
    assert!(matches!(within(carried).await.unwrap(), Err(CarryError::Later { .. })));

    let carried = world.carry(parcel.clone());
    for number in 2..=3 {
        let (command, sm) = connection.submitted().await;
        assert_eq!(sm.short_message().as_ref()[..6], [5, 0, 3, 7, 3, number]);
        connection.accept(&command, &format!("m{number}")).await;
    }
    assert_eq!(within(carried).await.unwrap(), Ok(accepted("m3")));

    // It is finished: what is sent now is another message.
    let carried = world.carry(parcel);
    let (_, sm) = connection.submitted().await;
    assert_eq!(sm.short_message().as_ref()[5], 1);
    carried.abort();
}

#[tokio::test]
async fn refusals_are_final_and_trouble_is_not() {
    let world = World::new().await;
    let (_running, mut connection) = world.bound().await;
    for (status, expected) in [
        (CommandStatus::EsmeRthrottled, None),
        (CommandStatus::EsmeRmsgqful, None),
        (CommandStatus::EsmeRsyserr, None),
        (CommandStatus::EsmeRinvdstadr, Some(0x0b)),
        (CommandStatus::Other(0x401), Some(0x401)),
    ] {
        let carried = world.carry(world.parcel("Hi"));
        let (command, _) = connection.submitted().await;
        connection.refuse(&command, status).await;
        let code = match within(carried).await.unwrap() {
            Err(CarryError::Later { .. }) => None,
            Err(CarryError::Never { status: Status::Undelivered, error_code, .. }) => error_code,
            other => panic!("{other:?}"),
        };
        assert_eq!(code, expected, "{status:?}");
    }
}

#[tokio::test]
async fn what_cannot_be_written_as_a_text_message_is_refused_without_asking() {
    let world = World::new().await;
    let whatsapp = |mut parcel: dwell_engine::carriers::Parcel| {
        parcel.to = vec!["whatsapp:+1".to_owned()];
        parcel
    };
    let group = |mut parcel: dwell_engine::carriers::Parcel| {
        parcel.to.push("+4915550003".to_owned());
        parcel
    };
    for parcel in [
        world.parcel(""),
        world.parcel(&"a".repeat(153 * 255 + 1)),
        whatsapp(world.parcel("Hi")),
        group(world.parcel("Hi")),
    ] {
        let refused = world.smpp.carry(&parcel).await.unwrap_err();
        assert!(matches!(refused, CarryError::Never { status: Status::Failed, error_code: None, .. }), "{refused:?}");
    }
}

#[tokio::test]
async fn files_become_links() {
    let world = World::new().await;
    let (_running, mut connection) = world.bound().await;
    let mut parcel = world.parcel("Look:");
    parcel.media = vec![picture()];
    let carried = world.carry(parcel);
    let (_, sm) = connection.submitted().await;
    assert_eq!(sm.short_message().as_ref(), b"Look:\nhttps://chat.example/m/1");
    carried.abort();
}

#[tokio::test]
async fn messages_wait_while_there_is_no_session() {
    let world = World::new().await;
    let later = world.smpp.carry(&world.parcel("Hi")).await.unwrap_err();
    assert_eq!(later.to_string(), "not now: there is no session with the SMSC at the moment");
    let (running, mut connection) = world.bound().await;
    let carried = world.carry(world.parcel("Hi"));
    connection.submitted().await;
    drop(connection);
    assert!(matches!(within(carried).await.unwrap(), Err(CarryError::Later { .. })));
    assert!(running.end().await.is_err());
    assert!(matches!(world.smpp.carry(&world.parcel("Hi")).await, Err(CarryError::Later { .. })));
}

#[tokio::test]
async fn an_smsc_that_does_not_answer_holds_up_its_own_messages_for_a_bounded_time() {
    let world = World::new().await;
    let (_running, mut connection) = world.bound().await;
    let mut carried: Vec<_> = (0..10).map(|_| world.carry(world.parcel("Hi"))).collect();
    let mut first = Vec::new();
    for _ in 0..10 {
        first.push(connection.submitted().await.0);
    }
    // The window is full: the next one is not sent, though it is there.
    let waiting = world.carry(world.parcel("one more"));
    connection.send(rusmpp::Pdu::EnquireLink).await;
    assert_eq!(connection.next().await.pdu(), Some(&rusmpp::Pdu::EnquireLinkResp));
    connection.accept(&first[0], "m").await;
    let (_, sm) = connection.submitted().await;
    assert_eq!(sm.short_message().as_ref(), b"one more");

    world.clock.advance(5);
    assert!(matches!(within(waiting).await.unwrap(), Err(CarryError::Later { .. })));
    let mut outcomes = Vec::new();
    for carried in carried.drain(..) {
        outcomes.push(within(carried).await.unwrap().is_ok());
    }
    assert_eq!(outcomes.iter().filter(|is_ok| **is_ok).count(), 1);
}

#[tokio::test]
async fn no_more_messages_a_second_are_sent_than_the_carrier_allows() {
    let mut world = World::new().await;
    world.settings.messages_per_second_max = 2;
    let (_running, mut connection) = world.bound().await;
    let carried = world.carry(world.parcel(&"a".repeat(400)));
    for number in 1..=3_i32 {
        let (command, _) = connection.submitted().await;
        connection.accept(&command, "m").await;
        if number < 3 {
            // Nothing more comes until the clock goes on.
            connection.send(rusmpp::Pdu::EnquireLink).await;
            assert_eq!(connection.next().await.pdu(), Some(&rusmpp::Pdu::EnquireLinkResp));
            let half = Timestamp::EPOCH.plus_micros(i64::from(number) * 500_000);
            within(world.somebody_waits_for(half)).await;
            world.clock.set(half);
        }
    }
    assert!(within(carried).await.unwrap().is_ok());
}
