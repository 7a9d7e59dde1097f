use std::collections::VecDeque;

use dwell_core::channel::Secret;
use dwell_engine::SystemClock;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::*;
use crate::email::samples::{TOKEN, parcel};
use crate::guard::SystemLookup;

const HELLO: &str = "250-mail.example\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME";
const TAKEN: [&str; 7] = ["220 mail.example", HELLO, "250 OK", "250 OK", "354 go on", "250 queued", "221 bye"];

/// A server that says these things one after another and returns what it heard, a line each.
async fn server(answers: &[&str]) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let mut answers: VecDeque<_> = answers.iter().map(|&answer| answer.to_owned()).collect();
    let task = tokio::spawn(async move {
        let mut stream = BufReader::new(listener.accept().await.unwrap().0);
        let mut heard = Vec::new();
        while let Some(answer) = answers.pop_front() {
            stream.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
            let is_in_mail = answer.starts_with("354");
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                    return heard;
                }
                let line = line.trim_end().to_owned();
                let is_end = !is_in_mail || line == ".";
                heard.push(line);
                if is_end {
                    break;
                }
            }
        }
        heard
    });
    (url, task)
}

fn mailer() -> Mailer {
    let guard = Guard::from_allow_list(&["127.0.0.1".to_owned()]).unwrap();
    Mailer::new(Arc::new(guard), Arc::new(SystemLookup), Arc::new(SystemClock))
}

async fn outcome_of(answers: &[&str]) -> Result<Accepted, CarryError> {
    let (url, _server) = server(answers).await;
    mailer().carry(parcel(&url)).await
}

#[tokio::test]
async fn a_mail_that_is_taken_is_sent_under_its_name() {
    let (url, server) = server(&TAKEN).await;
    let accepted = mailer().carry(parcel(&url)).await.unwrap();
    let name = format!("{TOKEN}@shop.example");
    assert_eq!(accepted, Accepted { channel_message_sid: Some(name.clone()), status: Some(Status::Sent) });
    let heard = server.await.unwrap();
    assert_eq!(heard[..4], ["EHLO shop.example", "MAIL FROM:<help@shop.example>", "RCPT TO:<ann@example.org>", "DATA"]);
    assert!(heard.contains(&format!("Message-ID: <{name}>")), "{heard:?}");
    assert_eq!(heard.last().map(String::as_str), Some("QUIT"));
}

#[tokio::test]
async fn who_signs_in_is_said_before_anything_else() {
    let signed_in: Vec<_> = [&TAKEN[..2], &["235 welcome"], &TAKEN[2..]].concat();
    let (url, server) = server(&signed_in).await;
    let mut parcel = parcel(&url);
    let Settings::Email(settings) = &mut parcel.settings else { panic!("e-mail") };
    settings.smtp_username = Some("help".to_owned());
    settings.smtp_password = Some(Secret::new("secret"));
    mailer().carry(parcel).await.unwrap();
    assert_eq!(server.await.unwrap()[1], "AUTH PLAIN AGhlbHAAc2VjcmV0");
}

#[tokio::test]
async fn a_refusal_for_good_says_so_with_its_code() {
    for (answers, code) in [
        (&["220 x", HELLO, "250 OK", "550 5.1.1 <ann@example.org> unknown", "221 x"], 550),
        (&["220 x", HELLO, "553 5.1.7 not you", "221 x", "221 x"], 553),
    ] {
        let refused = outcome_of(answers).await.unwrap_err();
        let CarryError::Never { status: Status::Undelivered, error_code, what } = &refused else { panic!("{refused}") };
        assert_eq!(*error_code, Some(code));
        assert!(!what.contains("ann"), "no addresses: {what}");
    }
    let late = outcome_of(&["220 x", HELLO, "250 OK", "250 OK", "354 go", "554 looks like spam", "221 x"]).await;
    assert!(matches!(late, Err(CarryError::Never { error_code: Some(554), .. })), "{late:?}");
}

#[tokio::test]
async fn what_may_go_better_later_is_left_for_later() {
    for answers in [
        &["554 go away", "221 x"][..],
        &["421 busy", "221 x"],
        &["220 x", HELLO, "530 sign in first", "221 x"],
        &["220 x", HELLO, "250 OK", "451 greylisted", "221 x"],
        &["220 x", HELLO, "250 OK", "250 OK", "354 go", "452 full", "221 x"],
        &["220 x", HELLO, "250 OK"],
        &["220 x", "what?"],
        &[],
    ] {
        let outcome = outcome_of(answers).await;
        assert!(matches!(outcome, Err(CarryError::Later { .. })), "{answers:?}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_left_for_later_without_being_repeated() {
    let (url, _server) = server(&["220 x", HELLO, "535 5.7.8 no", "221 x"]).await;
    let mut parcel = parcel(&url);
    let Settings::Email(settings) = &mut parcel.settings else { panic!("e-mail") };
    settings.smtp_username = Some("help".to_owned());
    settings.smtp_password = Some(Secret::new("secret"));
    let CarryError::Later { what } = mailer().carry(parcel).await.unwrap_err() else { panic!("later") };
    assert!(what.ends_with("the SMTP server answered 535") && !what.contains("secret"), "{what}");
}

#[tokio::test]
async fn nothing_is_sent_in_the_clear_where_encryption_was_asked_for() {
    let (url, server) = server(&["220 x", HELLO, "221 x"]).await;
    let outcome = mailer().carry(parcel(&format!("{url}?tls=required"))).await;
    assert!(matches!(outcome, Err(CarryError::Later { .. })), "{outcome:?}");
    let heard = server.await.unwrap();
    assert!(!heard.iter().any(|line| line.starts_with("MAIL")), "{heard:?}");
}

#[tokio::test]
async fn a_server_that_says_nothing_or_too_much_is_given_up() {
    let (url, _server) = server(&[]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = format!("smtp://127.0.0.1:{}", listener.local_addr().unwrap().port());
    let long = "x".repeat(2 * ANSWERS_BYTES_MAX);
    let (talkative, _talker) = self::server(&[&format!("220 {long}")]).await;
    for (url, why) in [(url, "incomplete"), (silent, "within 500 ms"), (talkative, "too much")] {
        let mut parcel = parcel(&url);
        parcel.timeout_millis = 500;
        let error = mailer().carry(parcel).await.unwrap_err();
        assert!(matches!(&error, CarryError::Later { what } if what.contains(why) || why == "incomplete"), "{error}");
    }
}

#[tokio::test]
async fn the_guard_has_its_say() {
    let (url, _server) = server(&TAKEN).await;
    let mailer = Mailer::new(Arc::new(Guard::public_only()), Arc::new(SystemLookup), Arc::new(SystemClock));
    let CarryError::Later { what } = mailer.carry(parcel(&url)).await.unwrap_err() else { panic!("later") };
    assert!(what.contains("may not be called"), "{what}");
}
