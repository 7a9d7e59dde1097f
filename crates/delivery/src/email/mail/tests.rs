use dwell_core::receipt::Status;
use proptest::prelude::*;

use super::*;
use crate::email::samples::channel;

const BOTH: [&str; 2] = ["Help@shop.example", "sales@shop.example"];

fn taken(raw: &[u8]) -> Inbound {
    match read(raw, &channel(&BOTH)) {
        Ok(Mail::Message(inbound)) => *inbound,
        other => panic!("{other:?}"),
    }
}

macro_rules! sample {
    ($name:literal) => {
        include_bytes!(concat!("../samples/", $name, ".eml")).as_slice()
    };
}

/// A mail with these lines of a head, and a text.
fn mail(head: &str) -> Vec<u8> {
    format!("{head}\r\n\r\nHello\r\n").into_bytes()
}

#[test]
fn a_plain_mail_says_who_wrote_what_to_whom_in_answer_to_what() {
    let inbound = taken(sample!("plain"));
    assert_eq!(inbound.channel_message_sid.as_deref(), Some("CAF3x1=q@mail.example.org"));
    assert_eq!((inbound.from.as_str(), inbound.from_name.as_deref()), ("ann@example.org", Some("Ann Müller")));
    assert_eq!(inbound.to, "Help@shop.example", "as the channel spells it");
    assert_eq!(inbound.subject.as_deref(), Some("Rücksendung"));
    assert_eq!(inbound.references, ["first@example.org", "second@shop.example"]);
    let body = inbound.body.unwrap();
    assert!(body.starts_with("Grüße,\n\nwhere do I send it?"), "{body}");
    assert!(body.ends_with("> You may send it back."), "what is quoted stays: {body}");
    assert!(inbound.media.is_empty());
}

#[test]
fn of_alternatives_the_text_is_taken_and_files_come_along() {
    let inbound = taken(sample!("alternative"));
    assert_eq!(inbound.from_name.as_deref(), Some("Bob, of Sales"));
    assert_eq!(inbound.to, "Help@shop.example", "a copy counts");
    assert_eq!(inbound.body.as_deref(), Some("Here they are, in the café as promised."));
    let files: Vec<_> = inbound
        .media
        .iter()
        .map(|file| match file {
            InboundMedia::Here { bytes, content_type, filename } => {
                (content_type.as_str(), filename.as_deref(), bytes.as_slice())
            }
            InboundMedia::Remote { .. } => panic!("nothing is to be fetched"),
        })
        .collect();
    assert_eq!(files[0], ("image/png", Some("Küche.png"), b"\x89PNG\r\n\x1a\n".as_slice()));
    assert_eq!((files[1].0, files.len()), ("message/rfc822", 2));
    assert!(files[1].2.windows(17).any(|part| part == b"What Carol wrote."));
}

#[test]
fn texts_are_read_in_whatever_form_they_come() {
    for (raw, body) in [
        (sample!("html"), "First & last\nSecond"),
        (sample!("latin1"), "Hasta mañana"),
        (sample!("iso2022jp"), "日本語です"),
    ] {
        let read = taken(raw).body.unwrap();
        assert_eq!(read.split('\n').filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n"), body);
    }
}

#[test]
fn a_mail_without_a_name_is_known_by_what_is_in_it() {
    let name = |raw: &[u8]| taken(raw).channel_message_sid.unwrap();
    let nameless = sample!("latin1");
    assert!(name(nameless).starts_with("sha256-"));
    assert_eq!(name(nameless), name(nameless));
    assert_ne!(name(nameless), name(&[nameless, b"!"].concat()));

    let long = format!("<{}@example.org>", "x".repeat(2_000));
    let raw = mail(&format!("Message-ID: {long}\r\nFrom: a@example.org\r\nTo: help@shop.example"));
    assert!(name(&raw).len() < MESSAGE_ID_CHARS_MAX && !is_message_id(&name(&raw)));
}

#[test]
fn eight_bit_headers_do_no_harm() {
    let inbound = taken(sample!("latin1"));
    assert_eq!(inbound.from, "jose@example.org");
    assert!(inbound.subject.is_some());
}

#[test]
fn a_mail_finds_the_address_that_it_came_to() {
    let to = |addresses: &[&str], head: &str| match read(
        &mail(&format!("From: a@example.org\r\n{head}")),
        &channel(addresses),
    ) {
        Ok(Mail::Message(inbound)) => Some(inbound.to),
        _ => None,
    };
    let cases = [
        ("Delivered-To: sales@shop.example\r\nTo: help@shop.example", Some("sales@shop.example")),
        ("X-Original-To: <SALES@shop.example>\r\nTo: help@shop.example", Some("sales@shop.example")),
        ("Delivered-To: box17@provider.example\r\nTo: sales@shop.example", Some("sales@shop.example")),
        ("To: x@example.org, Help <help@shop.example>", Some("Help@shop.example")),
        ("To: undisclosed-recipients:;", None),
        ("To: helping@shop.example", None),
    ];
    for (head, wanted) in cases {
        assert_eq!(to(&BOTH, head).as_deref(), wanted, "{head}");
    }
    let hidden = to(&BOTH[..1], "To: undisclosed-recipients:;");
    assert_eq!(hidden.as_deref(), Some("Help@shop.example"), "whatever is in the only address's mailbox is its");
}

#[test]
fn reports_say_what_became_of_a_mail() {
    for (raw, last_digit, status, error_code) in [
        (sample!("bounce"), 1, Some(Status::Undelivered), Some(550)),
        (sample!("bounce-headers"), 2, Some(Status::Undelivered), Some(522)),
        (sample!("delayed"), 3, None, None),
    ] {
        let message_id = format!("2d9c1a0e-0000-4000-8000-00000000000{last_digit}@shop.example");
        let wanted = Mail::Report(Report { message_id, status, error_code });
        assert_eq!(read(raw, &channel(&BOTH)), Ok(wanted));
    }
    let bare = b"From: x@example.org\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=z\r\n\r\n--z--\r\n";
    assert_eq!(read(bare, &channel(&BOTH)), Ok(Mail::Aside("report")));
}

#[test]
fn what_no_person_wrote_is_left_aside() {
    for (raw, why) in [
        (sample!("out-of-office").to_vec(), "auto-submitted"),
        (sample!("newsletter").to_vec(), "list"),
        (mail("From: a@example.org\r\nTo: help@shop.example\r\nPrecedence: Bulk"), "precedence"),
        (mail("Return-Path: <>\r\nFrom: a@example.org\r\nTo: help@shop.example"), "null-sender"),
        (mail("X-Autoreply: yes\r\nFrom: a@example.org\r\nTo: help@shop.example"), "auto-reply"),
        (mail("From: HELP@shop.example\r\nTo: sales@shop.example"), "own"),
    ] {
        assert_eq!(read(&raw, &channel(&BOTH)), Ok(Mail::Aside(why)));
    }
    taken(&mail("Auto-Submitted: no\r\nFrom: a@example.org\r\nTo: help@shop.example"));
}

#[test]
fn what_cannot_be_taken_in_says_why() {
    let many_headers = "X-Fill: y\r\n".repeat(40_000);
    let many_parts =
        format!("Content-Type: multipart/mixed; boundary=z\r\n\r\n{}", "--z\r\n\r\n".repeat(STRUCTURE_LINES_MAX));
    let head = "From: a@example.org\r\nTo: help@shop.example\r\n";
    for (raw, why) in [
        (Vec::new(), "it has no headers"),
        (b"\xff\xfe\x00garbage".to_vec(), "it names no sender"),
        (b"To: help@shop.example\r\n\r\nHello".to_vec(), "it names no sender"),
        (mail("From: a@example.org\r\nTo: b@example.org"), "it names none of the channel's addresses"),
        (format!("{head}\r\n\r\n").into_bytes(), "it says nothing"),
        (format!("{head}{many_headers}\r\nHello").into_bytes(), "its head is too long"),
        (format!("{head}{many_parts}").into_bytes(), "it has too many parts or headers"),
        (vec![b'x'; MAIL_BYTES_MAX + 1], "it is too long"),
    ] {
        assert_eq!(read(&raw, &channel(&BOTH)), Err(Unreadable(why)));
    }
}

#[test]
fn a_mail_that_is_all_subject_says_what_the_subject_says() {
    let raw = b"From: a@example.org\r\nTo: help@shop.example\r\nSubject: please call me\r\n\r\n";
    assert_eq!(taken(raw).body.as_deref(), Some("please call me"));
}

#[test]
fn a_text_that_is_too_long_for_a_message_comes_whole_as_a_file() {
    let text = "ü".repeat(MESSAGE_BODY_BYTES_MAX);
    let head = "From: a@example.org\r\nTo: help@shop.example\r\nContent-Type: text/plain; charset=utf-8";
    let inbound = taken(format!("{head}\r\n\r\n{text}").as_bytes());
    assert_eq!(inbound.body.unwrap().len(), MESSAGE_BODY_BYTES_MAX);
    let [InboundMedia::Here { bytes, .. }] = inbound.media.as_slice() else { panic!("one file") };
    assert_eq!(bytes, text.as_bytes());
}

#[test]
fn lists_have_bounds() {
    let ids: String = (0..500).map(|n| format!(" <{n}@example.org>")).collect();
    let head =
        format!("From: a@example.org\r\nTo: help@shop.example\r\nReferences:{ids}\r\nIn-Reply-To: <498@example.org>");
    let references = taken(&mail(&head)).references;
    assert_eq!(references.len(), REFERENCES_MAX);
    assert_eq!(references.last().map(String::as_str), Some("498@example.org"), "what it answers is the nearest");
    let parts = "--z\r\nContent-Type: image/gif\r\n\r\nGIF\r\n".repeat(50);
    let raw = format!(
        "From: a@example.org\r\nTo: help@shop.example\r\nContent-Type: multipart/mixed; boundary=z\r\n\r\n{parts}--z--"
    );
    assert_eq!(taken(raw.as_bytes()).media.len(), FILES_MAX);
}

proptest! {
    /// Whatever comes, reading it ends, and with texts that may be stored.
    #[test]
    fn anything_can_be_read(start in 0_usize..5, noise in proptest::collection::vec(any::<u8>(), 0..400), at in 0_usize..2_000) {
        let samples = [sample!("plain"), sample!("alternative"), sample!("html"), sample!("bounce"), sample!("latin1")];
        let mut raw = samples[start].to_vec();
        let at = at.min(raw.len());
        raw.splice(at..(at + noise.len()).min(raw.len()), noise);
        if let Ok(Mail::Message(inbound)) = read(&raw, &channel(&BOTH)) {
            let texts = [inbound.body, inbound.subject, inbound.from_name, Some(inbound.from)];
            prop_assert!(texts.iter().flatten().all(|text| !text.contains('\0')));
            prop_assert!(inbound.references.iter().all(|id| is_message_id(id)));
        }
    }
}
