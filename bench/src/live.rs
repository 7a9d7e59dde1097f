//! A desk that many watch: messages into conversations with sessions, one after another, next to the same with nobody
//! watching. How long after its answer a message has shown in every stream, and what it costs the server.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dwell_engine::{Clock, SystemClock};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::Arguments;
use crate::http::Connection;
use crate::load::{get, make, post};
use crate::report::{Report, median, percentile};
use crate::server::Server;

/// How many watch.
const STREAMS: [usize; 4] = [0, 1, 100, 500];
/// Conversations that somebody is at work on.
const CONVERSATIONS: usize = 64;
/// Messages of a measurement.
const MESSAGES: usize = 200;
/// Longest wait for what is to arrive, in seconds.
const PATIENCE: i64 = 30;
/// Streams that have told nothing for so long are quiet, in microseconds.
const QUIET_MICROS: i64 = 1_500_000;
/// How an event of a session begins on the wire.
const EVENT: &[u8] = b"event: session";

struct Figures {
    /// Milliseconds from the answer to a message to its arrival at the last stream; sorted.
    latencies: Vec<f64>,
    /// Milliseconds of the server's processors for a message that every stream is told of.
    cost: f64,
}

pub(crate) async fn run(arguments: &Arguments, report: &mut Report) {
    let mut figures: [Vec<Figures>; STREAMS.len()] = Default::default();
    for _ in 0..arguments.rounds {
        let directory = tempfile::tempdir_in(".").expect("a directory on a real disk");
        let server = Server::start(&arguments.server, &directory.path().join("dwell.db")).await;
        let messages = desk(&server).await;
        for (streams, figures) in STREAMS.into_iter().zip(&mut figures) {
            figures.push(measure(&server, &messages, streams).await);
        }
        server.stop().await;
    }
    let alone = median(figures[0].iter().map(|f| f.cost).collect());
    for (streams, figures) in STREAMS.into_iter().zip(&figures) {
        let of = |value: &dyn Fn(&Figures) -> f64| median(figures.iter().map(value).collect());
        let cost = of(&|f| f.cost);
        report.add("live", format!("{streams} streams: processor time for one message"), cost, "ms");
        if streams > 0 {
            report.add("live", format!("{streams} streams: processor time / with nobody watching"), cost / alone, "");
            let at = |share| of(&|f| percentile(&f.latencies, share));
            report.add("live", format!("{streams} streams: answer to the last stream, median"), at(0.5), "ms");
            report.add(
                "live",
                format!("{streams} streams: answer to the last stream, 99th percentile"),
                at(0.99),
                "ms",
            );
        }
    }
}

/// Conversations with a customer and a rep each; requests that have the customers write.
async fn desk(server: &Server) -> Vec<Vec<u8>> {
    let rep = "Email=rep%40example.com&FriendlyName=Rep&Identity=rep&Role=agent&Password=correct%20horse%20battery";
    make(server, &post(server, "/dwell/v1/People", rep), 1).await;
    let mut messages = Vec::new();
    for sid in make(server, &post(server, "/v1/Conversations", "FriendlyName=Bench"), CONVERSATIONS).await {
        let of = format!("/v1/Conversations/{sid}");
        make(server, &post(server, &format!("{of}/Participants"), "Identity=customer"), 1).await;
        let assign = post(server, &format!("/dwell/v1/Conversations/{sid}/Assign"), "To=rep");
        let mut connection = Connection::open(&server.address).await.expect("a connection");
        let (status, body) = connection.exchange(&assign).await.expect("an answer");
        assert!((200..300).contains(&status), "{}", String::from_utf8_lossy(body));
        messages.push(post(server, &format!("{of}/Messages"), "Author=customer&Body=Hello"));
    }
    messages
}

async fn measure(server: &Server, messages: &[Vec<u8>], streams: usize) -> Figures {
    let crowd = Crowd::open(server, streams).await;
    let mut connection = Connection::open(&server.address).await.expect("a connection");
    let mut latencies = Vec::with_capacity(MESSAGES);
    let before = server.cpu_seconds();
    for message in messages.iter().cycle().take(MESSAGES) {
        crowd.told.store(0, Ordering::SeqCst);
        assert_eq!(connection.send(message).await.expect("an answer"), 201);
        let answered = SystemClock.now();
        crowd.wait_for_all().await;
        latencies.push(SystemClock.now().micros_since(answered) as f64 / 1e3);
    }
    let cost = (server.cpu_seconds() - before) * 1e3 / MESSAGES as f64;
    latencies.sort_by(f64::total_cmp);
    Figures { latencies, cost }
}

/// Those who watch.
struct Crowd {
    /// How many events of sessions all of them have seen.
    told: Arc<AtomicUsize>,
    heard: Arc<Notify>,
    readers: Vec<JoinHandle<()>>,
}

impl Crowd {
    async fn open(server: &Server, streams: usize) -> Crowd {
        let mut crowd = Crowd { told: Arc::default(), heard: Arc::default(), readers: Vec::new() };
        for _ in 0..streams {
            let mut stream = TcpStream::connect(&server.address).await.expect("a connection");
            stream.write_all(&get(server, "/dwell/v1/Live")).await.expect("a request");
            let (told, heard) = (crowd.told.clone(), crowd.heard.clone());
            crowd.readers.push(tokio::spawn(async move { read(stream, &told, &heard).await }));
        }
        crowd.calm().await;
        crowd
    }

    /// Waits until no stream has anything more to tell.
    async fn calm(&self) {
        loop {
            let before = self.told.load(Ordering::SeqCst);
            SystemClock.sleep_until(SystemClock.now().plus_micros(QUIET_MICROS)).await;
            if self.told.load(Ordering::SeqCst) == before {
                return;
            }
        }
    }

    async fn wait_for_all(&self) {
        let until = SystemClock.now().plus_seconds(PATIENCE);
        while self.told.load(Ordering::SeqCst) < self.readers.len() {
            tokio::select! {
                () = self.heard.notified() => {}
                () = SystemClock.sleep_until(until) => panic!("not every stream was told"),
            }
        }
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        for reader in &self.readers {
            reader.abort();
        }
    }
}

/// Counts the events of sessions in a stream, which may come in pieces.
async fn read(mut stream: TcpStream, told: &AtomicUsize, heard: &Notify) {
    let mut buffer = vec![0; 16 * 1024];
    let mut kept = 0;
    loop {
        let read = stream.read(&mut buffer[kept..]).await.expect("the stream goes on");
        assert_ne!(read, 0, "the stream ended");
        let filled = kept + read;
        let found = buffer[..filled].windows(EVENT.len()).filter(|window| *window == EVENT).count();
        if found > 0 {
            told.fetch_add(found, Ordering::SeqCst);
            heard.notify_one();
        }
        // Too little for an event, enough for the beginning of one.
        kept = filled.min(EVENT.len() - 1);
        buffer.copy_within(filled - kept..filled, 0);
    }
}
