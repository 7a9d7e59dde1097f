use dwell_core::receipt::Status;
use dwell_engine::SystemClock;
use dwell_engine::inbound;
use parking_lot::Mutex;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::email::samples::{channel, settings};
use crate::guard::SystemLookup;

/// A mail in the folder: what it is and how it is flagged.
type Kept = (Vec<u8>, String);

/// A server with one folder, whose messages have their numbers as UIDs.
#[derive(Clone, Default)]
struct Folder(Arc<Mutex<Vec<Kept>>>);

impl Folder {
    fn of(mails: &[&[u8]]) -> Self {
        Folder(Arc::new(Mutex::new(mails.iter().map(|mail| (mail.to_vec(), String::new())).collect())))
    }

    fn flags(&self) -> Vec<String> {
        self.0.lock().iter().map(|(_, flags)| flags.clone()).collect()
    }

    async fn listen(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("imap://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let folder = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(folder.clone().serve(BufReader::new(stream)));
            }
        });
        url
    }

    async fn serve(self, mut stream: BufReader<TcpStream>) {
        stream.write_all(b"* OK hello\r\n").await.unwrap();
        let mut line = String::new();
        while stream.read_line(&mut line).await.is_ok_and(|read| read > 0) {
            let (tag, command) = line.trim_end().split_once(' ').unwrap();
            let mut answer = self.answer(command);
            answer.extend_from_slice(format!("{tag} OK\r\n").as_bytes());
            stream.write_all(&answer).await.unwrap();
            line.clear();
        }
    }

    fn answer(&self, command: &str) -> Vec<u8> {
        let mut kept = self.0.lock();
        let words: Vec<_> = command.split(' ').collect();
        let uid = words.get(2).and_then(|word| word.parse::<usize>().ok()).unwrap_or(1);
        match words[..2.min(words.len())] {
            ["SELECT", _] => format!("* {} EXISTS\r\n", kept.len()).into_bytes(),
            ["UID", "SEARCH"] => {
                let unread = kept.iter().enumerate().filter(|(_, (_, flags))| !flags.contains("Seen"));
                let uids: String = unread.map(|(at, _)| format!(" {}", at + 1)).collect();
                format!("* SEARCH{uids}\r\n").into_bytes()
            }
            ["UID", "FETCH"] if command.contains("SIZE") => {
                format!("* {uid} FETCH (UID {uid} RFC822.SIZE {})\r\n", kept[uid - 1].0.len()).into_bytes()
            }
            ["UID", "FETCH"] => {
                let raw = &kept[uid - 1].0;
                let begin = format!("* {uid} FETCH (UID {uid} BODY[] {{{}}}\r\n", raw.len());
                [begin.as_bytes(), raw, b")\r\n"].concat()
            }
            ["UID", "STORE"] => {
                kept[uid - 1].1 = command.split_once('(').unwrap().1.trim_end_matches(')').to_owned();
                Vec::new()
            }
            _ => Vec::new(),
        }
    }
}

/// A desk that writes down what it is brought. Its first words to messages are given; then it takes all.
#[derive(Default)]
struct Notebook {
    words: Mutex<Vec<Error>>,
    bodies: Mutex<Vec<String>>,
    outcomes: Mutex<Vec<Outcome>>,
}

impl Desk for Notebook {
    fn receive(&self, _: AccountSid, inbound: Inbound) -> Work<'_, Received> {
        let word = self.words.lock().pop();
        if word.is_none() {
            self.bodies.lock().push(inbound.body.unwrap_or_default());
        }
        let taken = Received {
            outcome: inbound::Outcome::Created,
            conversation_sid: None,
            message_sid: None,
            is_repeated: false,
        };
        Box::pin(std::future::ready(word.map_or(Ok(taken), Err)))
    }

    fn note(&self, _: AccountSid, outcome: Outcome) -> Work<'_, ()> {
        self.outcomes.lock().push(outcome);
        Box::pin(std::future::ready(Ok(())))
    }
}

fn mail(from: &str, body: &str) -> Vec<u8> {
    format!("From: {from}\r\nTo: help@shop.example\r\nMessage-ID: <{body}@x.example>\r\n\r\n{body}\r\n").into_bytes()
}

/// Reads the folder until `is_enough`, then stops in good order.
async fn read(folder: &Folder, desk: &Arc<Notebook>, is_enough: impl Fn() -> bool) {
    let mut settings = settings("smtp://unused");
    settings.imap_url = Some(folder.listen().await);
    settings.imap_username = Some("help".to_owned());
    let guard = Guard::from_allow_list(&["127.0.0.1".to_owned()]).unwrap();
    let desk_of_mailbox: Arc<dyn Desk> = desk.clone();
    let mailbox = Mailbox::new(Arc::new(guard), Arc::new(SystemLookup), Arc::new(SystemClock), desk_of_mailbox);
    let (halt, stop) = Stopping::new();
    let session = Session { channel: channel(&["help@shop.example"]), settings: Settings::Email(settings), stop };
    let holding = mailbox.hold(session);
    let watching = async {
        while !is_enough() {
            tokio::task::yield_now().await;
        }
        halt.send(true).unwrap();
        std::future::pending::<()>().await;
    };
    tokio::select! {
        held = holding => held.unwrap(),
        () = watching => {}
    }
}

#[tokio::test]
async fn every_mail_goes_where_it_belongs_and_is_marked_so() {
    let folder = Folder::of(&[
        &mail("ann@example.org", "one"),
        b"\xff\xff no mail at all",
        include_bytes!("../samples/out-of-office.eml"),
        include_bytes!("../samples/bounce.eml"),
        include_bytes!("../samples/delayed.eml"),
        &mail("bob@example.org", "two"),
    ]);
    let desk = Arc::new(Notebook::default());
    read(&folder, &desk, || folder.flags()[5] == SEEN).await;
    assert_eq!(*desk.bodies.lock(), ["one", "two"], "in the order in which they came");
    assert_eq!(folder.flags(), [SEEN, SEEN_AND_FLAGGED, SEEN, SEEN, SEEN, SEEN]);
    let outcomes = desk.outcomes.lock();
    let [outcome] = outcomes.as_slice() else { panic!("{outcomes:?}") };
    assert_eq!((outcome.status, outcome.error_code), (Status::Undelivered, Some(550)));
    assert_eq!(outcome.channel_message_sid, "2d9c1a0e-0000-4000-8000-000000000001@shop.example");
}

#[tokio::test]
async fn a_mail_that_is_refused_holds_up_nothing() {
    let folder = Folder::of(&[&mail("ann@example.org", "one"), &mail("bob@example.org", "two")]);
    let desk = Arc::new(Notebook { words: Mutex::new(vec![Error::NotFound]), ..Notebook::default() });
    read(&folder, &desk, || folder.flags()[1] == SEEN).await;
    assert_eq!(*desk.bodies.lock(), ["two"]);
    assert_eq!(folder.flags(), [SEEN_AND_FLAGGED, SEEN]);
}

#[tokio::test]
async fn a_mail_that_cannot_be_taken_in_now_stays_unread_with_all_behind_it() {
    let folder = Folder::of(&[&mail("ann@example.org", "one"), &mail("bob@example.org", "two")]);
    let desk = Arc::new(Notebook { words: Mutex::new(vec![Error::Overloaded]), ..Notebook::default() });
    read(&folder, &desk, || desk.words.lock().is_empty()).await;
    assert!(desk.bodies.lock().is_empty());
    assert_eq!(folder.flags(), ["", ""]);

    read(&folder, &desk, || folder.flags()[1] == SEEN).await;
    assert_eq!(*desk.bodies.lock(), ["one", "two"], "later they come in their order");
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_breaks_the_session() {
    let mut settings = settings("smtp://unused");
    settings.imap_url = Some("imap://127.0.0.1:1".to_owned());
    let desk: Arc<dyn Desk> = Arc::new(Notebook::default());
    let guard = Arc::new(Guard::public_only());
    let mailbox = Mailbox::new(guard, Arc::new(SystemLookup), Arc::new(SystemClock), desk);
    let (_halt, stop) = Stopping::new();
    let session = Session { channel: channel(&["help@shop.example"]), settings: Settings::Email(settings), stop };
    let broken = mailbox.hold(session).await.unwrap_err();
    assert!(broken.0.contains("may not be called"), "{broken}");
}
