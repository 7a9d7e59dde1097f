//! A real server asks a real program before it writes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use crate::api::text;
use crate::server::Home;

/// What was asked: the head of the request in lower case, and its body.
type Asked = (String, String);

/// A receiver that gives one answer after another, each to one connection.
fn receiver(answers: &'static [(&'static str, &'static str)]) -> (String, Receiver<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/pre", listener.local_addr().unwrap());
    let (sender, asked) = channel();
    std::thread::spawn(move || {
        for (status, body) in answers {
            let (stream, _) = listener.accept().unwrap();
            sender.send(answer(stream, status, body)).unwrap();
        }
    });
    (url, asked)
}

fn answer(mut stream: TcpStream, status: &str, body: &str) -> Asked {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = String::new();
    while reader.read_line(&mut head).unwrap() > 2 {}
    let head = head.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut sent = vec![0; length.trim().parse().unwrap()];
    reader.read_exact(&mut sent).unwrap();
    let length = body.len();
    write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}").unwrap();
    (head, String::from_utf8(sent).unwrap())
}

#[tokio::test]
async fn a_program_rejects_and_alters() {
    let home = Home::new();
    let server = home.start_with(&["--dev"], &[]);
    let api = server.new_account(&home, &[]).with_webhooks();
    let (url, asked) = receiver(&[("403 Forbidden", ""), ("200 OK", r#"{"body": "altered"}"#)]);
    api.post("/v1/Configuration/Webhooks", &[("PreWebhookUrl", &url), ("Filters", "onMessageAdd")]).await;
    let conversation = api.post("/v1/Conversations", &[]).await;
    let messages = format!("/v1/Conversations/{}/Messages", text(&conversation, "sid"));

    let (status, refused) = api.try_post(&messages, &[("Body", "sent")]).await.unwrap();
    assert_eq!((status, refused["code"].as_i64()), (403, Some(50_056)), "{refused}");
    assert_eq!(text(&api.post(&messages, &[("Body", "sent")]).await, "body"), "altered");
    let stored = api.fetch(&messages).await;
    assert_eq!(stored["messages"].as_array().unwrap().len(), 1, "{stored}");

    for (head, body) in [asked.recv().unwrap(), asked.recv().unwrap()] {
        assert!(head.starts_with("post /pre http/1.1\r\n"), "{head}");
        assert!(head.contains("x-twilio-signature: ") && head.contains("i-twilio-idempotency-token: "), "{head}");
        for parameter in ["EventType=onMessageAdd", "Source=API", "RetryCount=0", "Body=sent"] {
            assert!(body.split('&').any(|found| found == parameter), "{parameter} in {body}");
        }
    }
    // Nobody listens there any more.
    assert_eq!(text(&api.post(&messages, &[("Body", "sent")]).await, "body"), "sent");
}
