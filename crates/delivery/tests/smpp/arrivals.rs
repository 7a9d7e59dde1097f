//! What comes in.

use dwell_core::Reason;
use dwell_core::receipt::Status;
use dwell_engine::Error;
use dwell_engine::inbound::Whole;
use rusmpp::tlvs::MessageDeliveryRequestTlvValue as Tlv;
use rusmpp::types::AnyOctetString;
use rusmpp::values::{MessageState, Ton};
use rusmpp::{CommandStatus, Pdu};

use super::World;
use super::smsc::{Connection, delivery, digits};

const RECEIPT: u8 = 0x04;
const HEADED: u8 = 0x40;

/// What the SMSC is told of `pdu`.
async fn told(connection: &mut Connection, pdu: impl Into<Pdu>) -> CommandStatus {
    let sequence = connection.send(pdu).await;
    let answer = connection.next().await;
    assert!(matches!(answer.pdu(), Some(Pdu::DeliverSmResp(_))), "{answer:?}");
    assert_eq!(answer.sequence_number(), sequence);
    answer.status()
}

#[tokio::test]
async fn messages_are_brought_to_the_office_in_every_coding() {
    let world = World::new().await;
    let (_running, mut connection) = world.bound().await;
    for (coding, octets, text) in
        [(0, &b"Gr\x7e\x1ee"[..], "Grüße"), (3, b"Gr\xfc\xdfe", "Grüße"), (8, b"\xd8\x3d\xdc\x4d", "👍"), (0, b"", "")]
    {
        assert_eq!(told(&mut connection, delivery(0, coding, octets)).await, CommandStatus::EsmeRok);
        let inbound = world.office.received.lock().pop().unwrap();
        assert_eq!((inbound.from.as_str(), inbound.to.as_str()), ("+4915550002", "+4915550001"));
        assert_eq!(inbound.body.as_deref(), Some(text));
        assert_eq!(inbound.channel_sid, Some(super::channel().sid));
        assert!(inbound.channel_message_sid.is_some());
    }
}

#[tokio::test]
async fn a_text_may_be_in_the_payload_and_addresses_in_other_spellings() {
    let world = World::new().await;
    let (_running, mut connection) = world.bound().await;
    let mut sm = delivery(0, 0, b"");
    sm.push_tlv(Tlv::MessagePayload(rusmpp::values::MessagePayload::new(AnyOctetString::from_static_slice(b"long"))));
    sm.source_addr_ton = Ton::Alphanumeric;
    sm.source_addr = digits("ACME");
    sm.dest_addr_ton = Ton::National;
    assert_eq!(told(&mut connection, sm).await, CommandStatus::EsmeRok);
    let inbound = world.office.received.lock().pop().unwrap();
    assert_eq!((inbound.from.as_str(), inbound.to.as_str()), ("ACME", "+4915550001"));
    assert_eq!(inbound.body.as_deref(), Some("long"));
}

#[tokio::test]
async fn the_smsc_is_told_once_the_office_has_it() {
    let world = World::new().await;
    world.office.open.forget_permits(1_000);
    let (_running, mut connection) = world.bound().await;
    let first = connection.send(delivery(0, 0, b"one")).await;
    let second = connection.send(delivery(0, 0, b"two")).await;
    connection.send(Pdu::EnquireLink).await;
    assert_eq!(connection.next().await.pdu(), Some(&Pdu::EnquireLinkResp), "nothing is answered yet");
    world.office.open.add_permits(1);
    assert_eq!(connection.next().await.sequence_number(), first);
    // One sender's messages come one after the other.
    world.office.open.add_permits(1);
    assert_eq!(connection.next().await.sequence_number(), second);
    let bodies: Vec<_> = world.office.received.lock().iter().map(|inbound| inbound.body.clone().unwrap()).collect();
    assert_eq!(bodies, ["one", "two"]);
}

#[tokio::test]
async fn the_smsc_keeps_what_the_office_cannot_take_and_drops_what_it_refuses() {
    let world = World::new().await;
    let (_running, mut connection) = world.bound().await;
    for (error, status) in [
        (Error::Unavailable("gone".to_owned()), CommandStatus::EsmeRxTAppn),
        (Error::Overloaded, CommandStatus::EsmeRxTAppn),
        (Error::Internal("ours".to_owned()), CommandStatus::EsmeRxTAppn),
        (Error::Refused(Reason::UniqueNameTaken), CommandStatus::EsmeRxRAppn),
        (Error::NotFound, CommandStatus::EsmeRxRAppn),
    ] {
        world.office.failures.lock().push_back(error);
        assert_eq!(told(&mut connection, delivery(0, 0, b"Hi")).await, status);
    }
}

#[tokio::test]
async fn more_than_can_be_kept_waiting_is_to_be_sent_again() {
    let world = World::new().await;
    world.office.open.forget_permits(1_000);
    let (_running, mut connection) = world.bound().await;
    let mut last = 0;
    for _ in 0..34 {
        last = connection.send(delivery(0, 0, b"Hi")).await;
    }
    let answer = connection.next().await;
    assert_eq!(answer.status(), CommandStatus::EsmeRxTAppn);
    assert!(last - answer.sequence_number() <= 1, "the first ones wait");
}

#[tokio::test]
async fn a_message_that_was_not_answered_comes_again_under_the_same_name() {
    let world = World::new().await;
    world.office.open.forget_permits(1_000);
    let (running, mut connection) = world.bound().await;
    connection.send(delivery(0, 0, b"Hi")).await;
    connection.send(Pdu::EnquireLink).await;
    connection.next().await;
    drop(connection);
    assert!(running.end().await.is_err());

    world.office.open.add_permits(10);
    let (_running, mut connection) = world.bound().await;
    for _ in 0..2 {
        assert_eq!(told(&mut connection, delivery(0, 0, b"Hi")).await, CommandStatus::EsmeRok);
    }
    let names: Vec<_> = world.office.received.lock().iter().map(|one| one.channel_message_sid.clone()).collect();
    assert_eq!(names.len(), 3);
    assert_eq!(names[0], names[1], "sent again");
    assert_ne!(names[1], names[2], "another one with the same text");
}

#[tokio::test]
async fn a_message_whose_answer_may_be_lost_comes_again_under_the_same_name() {
    let world = World::new().await;
    let (running, mut connection) = world.bound().await;
    assert_eq!(told(&mut connection, delivery(0, 0, b"sure")).await, CommandStatus::EsmeRok);
    // It answers something that was said later: it has heard what was said before.
    let carried = world.carry(world.parcel("Hi"));
    let (command, _) = connection.submitted().await;
    connection.accept(&command, "m").await;
    carried.await.unwrap().unwrap();
    assert_eq!(told(&mut connection, delivery(0, 0, b"doubtful")).await, CommandStatus::EsmeRok);
    drop(connection);
    assert!(running.end().await.is_err());

    let (_running, mut connection) = world.bound().await;
    for text in [&b"sure"[..], b"doubtful"] {
        assert_eq!(told(&mut connection, delivery(0, 0, text)).await, CommandStatus::EsmeRok);
    }
    let names: Vec<_> = world.office.received.lock().iter().map(|one| one.channel_message_sid.clone()).collect();
    assert_ne!(names[0], names[2], "another one with the same text");
    assert_eq!(names[1], names[3], "sent again");
}

#[tokio::test]
async fn parts_are_gathered_by_their_header_or_by_optional_parameters() {
    let world = World::new().await;
    let (_running, mut connection) = world.bound().await;
    assert_eq!(
        told(&mut connection, delivery(HEADED, 8, &[5, 0, 3, 9, 2, 1, 0xd8, 0x3d])).await,
        CommandStatus::EsmeRok
    );
    let part = world.office.parts.lock().pop().unwrap();
    assert_eq!((part.reference, part.total, part.number, part.data_coding), (9, 2, 1, 8));
    assert_eq!(part.octets, [0xd8, 0x3d]);
    assert!(world.office.received.lock().is_empty());

    // A character that is cut in two is whole again.
    let pieces = vec![(8, vec![0xd8, 0x3d]), (8, vec![0xdc, 0x4d])];
    world.office.wholes.lock().push_back(Whole { name: "whole".to_owned(), pieces });
    let mut sm = delivery(0, 8, &[0xdc, 0x4d]);
    sm.push_tlv(Tlv::SarMsgRefNum(300));
    sm.push_tlv(Tlv::SarTotalSegments(2));
    sm.push_tlv(Tlv::SarSegmentSeqnum(2));
    assert_eq!(told(&mut connection, sm).await, CommandStatus::EsmeRok);
    let part = world.office.parts.lock().pop().unwrap();
    assert_eq!((part.reference, part.total, part.number), (300, 2, 2));
    let inbound = world.office.received.lock().pop().unwrap();
    assert_eq!((inbound.channel_message_sid.as_deref(), inbound.body.as_deref()), (Some("whole"), Some("👍")));
}

#[tokio::test]
async fn receipts_become_news() {
    let world = World::new().await;
    let (_running, mut connection) = world.bound().await;
    let text = b"id:00AB12 sub:001 dlvrd:001 submit date:2611211700 done date:2611211701 stat:DELIVRD err:000 text:Hi";
    assert_eq!(told(&mut connection, delivery(RECEIPT, 0, text)).await, CommandStatus::EsmeRok);
    let mut sm = delivery(RECEIPT, 0, b"err:034");
    sm.push_tlv(Tlv::ReceiptedMessageId("AB13".parse().unwrap()));
    sm.push_tlv(Tlv::MessageState(MessageState::Undeliverable));
    assert_eq!(told(&mut connection, sm).await, CommandStatus::EsmeRok);
    // On its way, of no message, and an acknowledgement of a phone: nothing to note.
    for (esm_class, text) in
        [(RECEIPT, &b"id:1 stat:ENROUTE"[..]), (RECEIPT, b"stat:DELIVRD"), (0x08, b"id:1 stat:DELIVRD")]
    {
        assert_eq!(told(&mut connection, delivery(esm_class, 0, text)).await, CommandStatus::EsmeRok);
    }
    assert_eq!(
        *world.office.news.lock(),
        [("ab12".to_owned(), Status::Delivered, Some(0)), ("ab13".to_owned(), Status::Undelivered, Some(34))]
    );
    assert!(world.office.received.lock().is_empty());

    world.office.failures.lock().push_back(Error::Unavailable("gone".to_owned()));
    assert_eq!(told(&mut connection, delivery(RECEIPT, 0, text)).await, CommandStatus::EsmeRxTAppn);
}

#[tokio::test]
async fn optional_parameters_that_make_no_sense_do_not_cost_the_message() {
    let world = World::new().await;
    let (_running, mut connection) = world.bound().await;
    let mut sm = delivery(RECEIPT, 0, b"id:1 stat:DELIVRD");
    // Longer than such names may be, without a null byte; a state of no bytes.
    sm.push_tlv(Tlv::Other {
        tag: rusmpp::tlvs::TlvTag::Other(0x001e),
        value: AnyOctetString::from_vec(vec![b'7'; 80]),
    });
    sm.push_tlv(Tlv::Other { tag: rusmpp::tlvs::TlvTag::Other(0x0427), value: AnyOctetString::from_vec(Vec::new()) });
    assert_eq!(told(&mut connection, sm).await, CommandStatus::EsmeRok);
    assert_eq!(*world.office.news.lock(), [("7".repeat(80), Status::Delivered, None)]);
}
