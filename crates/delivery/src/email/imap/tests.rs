use tokio::io::{AsyncBufReadExt, BufReader, DuplexStream, duplex};
use tokio::task::JoinHandle;

use super::*;

const LIMIT: usize = 1_000;

/// A server that answers one command after another; `%` stands for the tag.
fn server(greeting: &str, answers: &[&str]) -> (Box<dyn Connection>, JoinHandle<Vec<String>>) {
    let (ours, theirs): (DuplexStream, DuplexStream) = duplex(64 * 1024);
    let greeting = greeting.to_owned();
    let answers: Vec<_> = answers.iter().map(|&answer| answer.to_owned()).collect();
    let task = tokio::spawn(async move {
        let mut stream = BufReader::new(theirs);
        stream.write_all(greeting.as_bytes()).await.unwrap();
        let mut heard = Vec::new();
        for answer in answers {
            let mut line = String::new();
            stream.read_line(&mut line).await.unwrap();
            let tag = line.split(' ').next().unwrap().to_owned();
            heard.push(line.trim_end().to_owned());
            let _ = stream.write_all(answer.replace('%', &tag).as_bytes()).await;
        }
        heard
    });
    (Box::new(ours), task)
}

async fn greeted(answers: &[&str]) -> (Imap, JoinHandle<Vec<String>>) {
    let (stream, task) = server("* OK hello\r\n", answers);
    (Imap::greeted(stream, LIMIT).await.unwrap(), task)
}

#[tokio::test]
async fn signing_in_takes_what_the_server_offers() {
    let offers = "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n% OK\r\n";
    let (mut imap, heard) =
        greeted(&[offers, "+ \r\n", "b OK\r\n".replace('b', "a2").as_str(), "* CAPABILITY IMAP4rev1 IDLE\r\n% OK\r\n"])
            .await;
    imap.log_in("help", "secret").await.unwrap();
    assert!(imap.can_idle());
    assert_eq!(heard.await.unwrap()[1..3], ["a2 AUTHENTICATE PLAIN", "AGhlbHAAc2VjcmV0"]);

    let (mut imap, heard) =
        greeted(&["* CAPABILITY IMAP4rev1\r\n% OK\r\n", "% OK\r\n", "* CAPABILITY IMAP4rev1\r\n% OK\r\n"]).await;
    imap.log_in("help", "se\"cr\\et").await.unwrap();
    assert!(!imap.can_idle());
    assert_eq!(heard.await.unwrap()[1], r#"a2 LOGIN "help" "se\"cr\\et""#);
}

#[tokio::test]
async fn a_wrong_password_is_told_apart_and_not_repeated() {
    let (mut imap, _) = greeted(&["* CAPABILITY IMAP4rev1\r\n% OK\r\n", "% NO [AUTHENTICATIONFAILED] no\r\n"]).await;
    let refused = imap.log_in("help", "secret").await.unwrap_err();
    assert_eq!(refused.to_string(), "the IMAP server refuses the user name or password");
    let (mut imap, _) = greeted(&["* CAPABILITY IMAP4rev1\r\n% OK\r\n"]).await;
    assert!(imap.log_in("help", "se\r\na3 DELETE INBOX").await.is_err(), "a password is no command");
}

#[tokio::test]
async fn a_folder_is_read_by_uid_without_marking_anything() {
    let mail = "Subject: a\r\n\r\n) a4 OK not the end\r\n";
    let fetched = format!(
        "* 2 FETCH (FLAGS (\\Seen))\r\n* 7 FETCH (UID 12 BODY[] {{{}}}\r\n{mail} FLAGS ())\r\n% OK\r\n",
        mail.len()
    );
    let (mut imap, heard) = greeted(&[
        "* FLAGS (\\Seen)\r\n* 7 EXISTS\r\n* OK [UIDVALIDITY 1] x\r\n* UNKNOWN thing here\r\n% OK [READ-WRITE] x\r\n",
        "* SEARCH 12 9\r\n% OK\r\n",
        "* 7 FETCH (UID 12 RFC822.SIZE 41)\r\n% OK\r\n",
        &fetched,
        "% OK\r\n",
        "% OK\r\n",
    ])
    .await;
    assert_eq!(imap.select("Entwürfe").await.unwrap(), 7);
    assert_eq!(imap.unread(7, 100).await.unwrap(), [9, 12]);
    assert_eq!(imap.size(12).await.unwrap(), Some(41));
    assert_eq!(imap.fetch(12).await.unwrap().as_deref(), Some(mail.as_bytes()));
    assert_eq!(imap.fetch(13).await.unwrap(), None, "it is gone");
    imap.flag(12, "\\Seen").await.unwrap();
    let heard = heard.await.unwrap();
    assert_eq!(heard[0], "a1 SELECT \"Entw&APw-rfe\"");
    assert_eq!(heard[3], "a4 UID FETCH 12 (UID BODY.PEEK[])");
    assert_eq!(heard[5], "a6 UID STORE 12 +FLAGS.SILENT (\\Seen)");
}

#[tokio::test]
async fn a_large_folder_is_searched_in_windows() {
    let (mut imap, heard) =
        greeted(&["* SEARCH 5\r\n% OK\r\n", "* SEARCH\r\n% OK\r\n", "* SEARCH 100001\r\n% OK\r\n"]).await;
    assert_eq!(imap.unread(100_001, 10).await.unwrap(), [5, 100_001]);
    assert_eq!(heard.await.unwrap()[2], "a3 UID SEARCH 100001:100001 UNSEEN");
}

#[tokio::test]
async fn waiting_ends_with_news_or_when_it_is_enough() {
    let (mut imap, heard) =
        greeted(&["+ idling\r\n* OK still here\r\n* 8 EXISTS\r\n", "a1 OK\r\n", "+ \r\n", "a2 OK\r\n"]).await;
    imap.idle(std::future::pending()).await.unwrap();
    imap.idle(async {}).await.unwrap();
    assert_eq!(heard.await.unwrap(), ["a1 IDLE", "DONE", "a2 IDLE", "DONE"]);
}

#[tokio::test]
async fn a_server_that_does_not_keep_to_the_bounds_is_left() {
    let endless = "x".repeat(ANSWER_BYTES_MAX + READ_BYTES);
    for (answer, why) in [
        (format!("* 1 FETCH (UID 1 BODY[] {{{}}}\r\n", LIMIT + 1), "the IMAP server sends more than a mail may have"),
        (format!("* {endless}"), "the IMAP server says too long a line"),
        ("* ok\r\n".repeat(ANSWERS_MAX), "the IMAP server says too much"),
        ("nonsense\r\n".to_owned(), "the IMAP server answers in no known form"),
        ("% NO\r\n".to_owned(), "the IMAP server refuses a message"),
        (String::new(), "the IMAP server hung up"),
    ] {
        let (mut imap, _server) = greeted(&[&answer]).await;
        assert_eq!(imap.fetch(1).await.unwrap_err().to_string(), why);
    }
    let (stream, _server) = server("* BYE not now\r\n", &[]);
    assert!(Imap::greeted(stream, LIMIT).await.is_err());
}

#[tokio::test]
async fn what_was_said_before_encryption_is_not_believed() {
    let (imap, _) = greeted(&["% OK begin\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n"]).await;
    assert!(imap.start_tls().await.is_err());
}
