use dwell_core::MediaSid;
use dwell_core::channel::Settings;
use dwell_core::sid::SidBytes;
use mail_parser::{MessageParser, MimeHeaders};

use super::*;
use crate::email::samples::{TOKEN, parcel, settings};

fn written(parcel: &Parcel) -> Letter {
    let Settings::Email(settings) = &parcel.settings else { panic!("e-mail") };
    write(parcel, settings, Timestamp::from_micros(1_772_530_000_000_000)).unwrap()
}

fn file(content_type: &str, filename: &str, bytes: &'static [u8]) -> Enclosure {
    Enclosure {
        sid: MediaSid::new(SidBytes::new(5, 5, [5; 8])),
        content_type: content_type.to_owned(),
        filename: Some(filename.to_owned()),
        size: 3,
        link: String::new(),
        bytes: Some(bytes.into()),
    }
}

#[test]
fn a_mail_carries_what_its_reader_and_a_thread_need() {
    let letter = written(&parcel("smtp://h"));
    assert_eq!(letter.message_id, format!("{TOKEN}@shop.example"));
    let mail = MessageParser::default().parse(&letter.bytes).unwrap();
    assert_eq!(mail.message_id(), Some(letter.message_id.as_str()));
    assert_eq!(mail.subject(), Some("Re: Rücksendung"));
    let from = mail.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("The Shöp"), Some("help@shop.example")));
    assert_eq!(mail.to().unwrap().first().unwrap().address(), Some("ann@example.org"));
    assert_eq!(mail.in_reply_to().as_text(), Some("second@shop.example"));
    assert_eq!(mail.references().as_text_list().unwrap(), ["first@example.org", "second@shop.example"]);
    assert_eq!(mail.body_text(0).unwrap().replace("\r\n", "\n").trim_end(), "Hello,\nsee you — soon.");
    assert_eq!(mail.date().unwrap().to_rfc3339(), "2026-03-03T09:26:40Z");
    assert!(mail.header("Auto-Submitted").is_none());
    assert!(letter.bytes.is_ascii(), "any server takes it");
}

#[test]
fn every_attempt_has_the_same_name_and_another_message_another() {
    let mut other = parcel("smtp://h");
    other.idempotency_token = "2d9c1a0e-0000-4000-8000-000000000002".to_owned();
    let name = |parcel: &Parcel| written(parcel).message_id;
    assert_eq!(name(&parcel("smtp://h")), name(&parcel("smtp://h")));
    assert_ne!(name(&parcel("smtp://h")), name(&other));
}

#[test]
fn nothing_that_people_write_becomes_a_header() {
    let mut parcel = parcel("smtp://h");
    let evil = "x\r\nBcc: victim@example.org\r\n\r\nEvil";
    parcel.subject = Some(evil.to_owned());
    parcel.references = vec![format!("<{evil}@x>"), "ok@example.org".to_owned()];
    parcel.settings = Settings::Email(EmailSettings { from_name: Some(evil.to_owned()), ..settings("smtp://h") });
    parcel.media = vec![file(evil, evil, &[0, 1, 2])];
    let letter = written(&parcel);
    let mail = MessageParser::default().parse(&letter.bytes).unwrap();
    assert!(mail.bcc().is_none());
    assert_eq!(letter.envelope.to().len(), 1);
    assert_eq!(mail.subject(), Some("x  Bcc: victim@example.org    Evil"));
    assert_eq!(mail.references().as_text(), Some("ok@example.org"));

    let addresses = ["a@x.example\r\nBcc: v@example.org", "a b@example.org", "nobody", "<a@x.example>"];
    for address in addresses {
        parcel.to = vec![address.to_owned()];
        let Settings::Email(settings) = &parcel.settings else { panic!("e-mail") };
        assert!(write(&parcel, settings, Timestamp::from_micros(0)).is_err(), "{address}");
    }
}

#[test]
fn files_go_along_with_their_names() {
    let mut parcel = parcel("smtp://h");
    parcel.media = vec![file("image/png", "Küche.png", b"\x89PNG\r\n\x1a\n")];
    let letter = written(&parcel);
    let mail = MessageParser::default().parse(&letter.bytes).unwrap();
    let found = mail.attachment(0).unwrap();
    assert_eq!((found.attachment_name(), found.contents()), (Some("Küche.png"), b"\x89PNG\r\n\x1a\n".as_slice()));
    assert!(mail.body_text(0).unwrap().starts_with("Hello,"));
}

#[test]
fn a_mail_without_a_subject_says_from_whom_it_is() {
    let mut parcel = parcel("smtp://h");
    parcel.subject = None;
    let subject =
        |parcel: &Parcel| MessageParser::default().parse(&written(parcel).bytes).unwrap().subject().unwrap().to_owned();
    assert_eq!(subject(&parcel), "Message from The Shöp");
    parcel.settings = Settings::Email(EmailSettings { from_name: None, ..settings("smtp://h") });
    assert_eq!(subject(&parcel), "Message from help@shop.example");
    parcel.from_name = Some("Ada".to_owned());
    assert_eq!(subject(&parcel), "Message from Ada", "the conversation's own name comes first");
}

#[test]
fn programs_are_asked_not_to_answer_what_a_program_wrote() {
    let mut parcel = parcel("smtp://h");
    parcel.author = "system".to_owned();
    let letter = written(&parcel);
    let mail = MessageParser::default().parse(&letter.bytes).unwrap();
    assert_eq!(mail.header("Auto-Submitted").and_then(|value| value.as_text()), Some("auto-generated"));
}

#[test]
fn a_long_thread_is_folded_and_bounded() {
    let mut parcel = parcel("smtp://h");
    parcel.references = (0..50).map(|n| format!("{n}-{}@example.org", "x".repeat(150))).collect();
    let letter = written(&parcel);
    let mail = MessageParser::default().parse(&letter.bytes).unwrap();
    let references = mail.references().as_text_list().unwrap();
    assert_eq!(references, &parcel.references[50 - REFERENCES_MAX..]);
    assert!(letter.bytes.split(|&byte| byte == b'\n').all(|line| line.len() < 998), "no line is too long for SMTP");
}
