//! Events delivered to webhooks: how many a second, and how long after the commit, to one webhook and to
//! a thousand; and the living ones of a thousand while every tenth is dead. Next to each, in the same
//! run, the receiver called directly by this program's own client.

use dwell_engine::{Clock, SystemClock};

use crate::Arguments;
use crate::http::Connection;
use crate::load::{load_at, make, post};
use crate::report::{Report, median, percentile};
use crate::server::Server;
use crate::sink::{SilentSink, Sink};

/// Conversations with a webhook each, at an endpoint of its own.
const HOOKS: usize = 1_000;
/// One webhook of so many is dead: it takes connections and never answers.
const DEAD: usize = 10;
/// Events of a measurement of the rate.
const EVENTS: usize = 20_000;
/// Connections that post messages when the rate is measured.
const CONNECTIONS: usize = 64;
/// Messages a second while the latency is measured: few enough for none to wait for another.
const PACE: i64 = 200;
/// Longest wait for what is to arrive, in seconds.
const PATIENCE: i64 = 120;

/// What one set-up does.
struct Figures {
    /// Events a second that arrive, from the first message to the last arrival.
    rate: f64,
    /// Milliseconds from the answer to a message, which is when it is on disk, to its arrival; sorted.
    latencies: Vec<f64>,
}

pub(crate) async fn run(arguments: &Arguments, report: &mut Report) {
    let silent = SilentSink::start().await;
    let names = ["1 hook", "1,000 hooks", "1,000 hooks, every tenth dead"];
    let mut figures: [Vec<Figures>; 3] = Default::default();
    let mut directly = Vec::new();
    for _ in 0..arguments.rounds {
        let sink = Sink::start().await;
        let call = sink.request();
        directly.push(load_at(&sink.address, &[call], CONNECTIONS, arguments.seconds.min(2), 200).await.rate);
        figures[0].push(measure(arguments, 1, |_| sink.url(0), &sink).await);
        figures[1].push(measure(arguments, HOOKS, |n| sink.url(n), &sink).await);
        let url = |n| if n % DEAD == 0 { silent.url(n) } else { sink.url(n) };
        figures[2].push(measure(arguments, HOOKS, url, &sink).await);
    }
    let directly = median(directly);
    report.add("webhooks", format!("the receiver called directly, {CONNECTIONS} at a time"), directly, "/s");
    let mut rates = Vec::new();
    let mut late = Vec::new();
    for (name, figures) in names.iter().zip(&figures) {
        let rate = median(figures.iter().map(|f| f.rate).collect());
        let at = |share| median(figures.iter().map(|f| percentile(&f.latencies, share)).collect());
        report.add("webhooks", format!("{name}: events delivered"), rate, "/s");
        report.add("webhooks", format!("{name}: delivered / called directly"), rate / directly, "");
        report.add("webhooks", format!("{name}: commit to arrival, median"), at(0.5), "ms");
        report.add("webhooks", format!("{name}: commit to arrival, 99th percentile"), at(0.99), "ms");
        rates.push(rate);
        late.push(at(0.99));
    }
    report.add("webhooks", "living hooks, with dead ones / without: rate", rates[2] / rates[1], "");
    report.add("webhooks", "living hooks, with dead ones / without: 99th percentile", late[2] / late[1], "");
}

/// A server of its own, so that nothing waits there of what was measured before.
async fn measure(arguments: &Arguments, hooks: usize, url: impl Fn(usize) -> String, sink: &Sink) -> Figures {
    let directory = tempfile::tempdir_in(".").expect("a directory on a real disk");
    let server = Server::start(&arguments.server, &directory.path().join("dwell.db")).await;
    let create = post(&server, "/v1/Conversations", "FriendlyName=Bench");
    let sids = make(&server, &create, hooks.max(CONNECTIONS)).await;
    if hooks == 1 {
        // The account's one webhook hears of every conversation.
        let form = format!("Filters=onMessageAdded&PostWebhookUrl={}", url(0));
        send(&server, &post(&server, "/v1/Configuration/Webhooks", &form), 200).await;
    } else {
        for (n, sid) in sids.iter().enumerate() {
            let form = format!("Target=webhook&Configuration.Filters=onMessageAdded&Configuration.Url={}", url(n));
            send(&server, &post(&server, &format!("/v1/Conversations/{sid}/Webhooks"), &form), 201).await;
        }
    }
    // Who is dead hears nothing: what is told to the others is what is counted.
    let living: Vec<&String> =
        sids.iter().enumerate().filter(|(n, _)| hooks == 1 || sink.is_at(&url(*n))).map(|(_, sid)| sid).collect();
    let dead: Vec<&String> =
        sids.iter().enumerate().filter(|(n, _)| hooks > 1 && !sink.is_at(&url(*n))).map(|(_, sid)| sid).collect();
    let rate = rate(&server, &living, &dead, sink).await;
    let latencies = latencies(arguments, &server, &living, sink).await;
    server.stop().await;
    Figures { rate, latencies }
}

/// A message whose body is a number, with the header that has webhooks told of it.
fn message(server: &Server, sid: &str, number: usize) -> Vec<u8> {
    let request = post(server, &format!("/v1/Conversations/{sid}/Messages"), &format!("Author=agent&Body={number}"));
    let request = String::from_utf8(request).expect("text");
    request.replacen("\r\n", "\r\nX-Twilio-Webhook-Enabled: true\r\n", 1).into_bytes()
}

async fn send(server: &Server, request: &[u8], expected: u16) {
    let mut connection = Connection::open(&server.address).await.expect("a connection");
    let (status, body) = connection.exchange(request).await.expect("an answer");
    assert_eq!(status, expected, "{}", String::from_utf8_lossy(body));
}

/// Posts messages as fast as they are taken and says how many events a second arrive.
async fn rate(server: &Server, living: &[&String], dead: &[&String], sink: &Sink) -> f64 {
    sink.forget();
    let start = SystemClock.now();
    let mut tasks = Vec::new();
    for place in 0..CONNECTIONS {
        let numbers = (place..EVENTS).step_by(CONNECTIONS);
        let mut requests: Vec<_> = numbers.clone().map(|n| message(server, living[n % living.len()], n)).collect();
        // As many for each of the dead as for each of the living.
        for n in numbers.filter(|_| !dead.is_empty()).filter(|n| (n / CONNECTIONS).is_multiple_of(DEAD)) {
            requests.push(message(server, dead[n / DEAD % dead.len()], n));
        }
        let address = server.address.clone();
        tasks.push(tokio::spawn(async move {
            let mut connection = Connection::open(&address).await.expect("a connection");
            for request in requests {
                assert_eq!(connection.send(&request).await.expect("an answer"), 201);
            }
        }));
    }
    for task in tasks {
        task.await.expect("a connection ends well");
    }
    let last = sink.wait_for(EVENTS, PATIENCE).await;
    EVENTS as f64 / (last.micros_since(start) as f64 / 1e6)
}

/// Posts messages at a steady pace and says how long after its answer each arrived, in milliseconds. One
/// that arrives before its answer is read took no time.
async fn latencies(arguments: &Arguments, server: &Server, living: &[&String], sink: &Sink) -> Vec<f64> {
    sink.forget();
    let count = usize::try_from(PACE).unwrap_or_default() * usize::try_from(arguments.seconds).unwrap_or(1);
    let mut connection = Connection::open(&server.address).await.expect("a connection");
    let start = SystemClock.now();
    let mut committed = Vec::with_capacity(count);
    for n in 0..count {
        SystemClock.sleep_until(start.plus_micros(n as i64 * 1_000_000 / PACE)).await;
        let request = message(server, living[n % living.len()], n);
        assert_eq!(connection.send(&request).await.expect("an answer"), 201);
        committed.push(SystemClock.now());
    }
    sink.wait_for(count, PATIENCE).await;
    let arrivals = sink.arrivals();
    let mut latencies: Vec<f64> = committed
        .iter()
        .enumerate()
        .map(|(n, at)| arrivals.get(&n).map_or(f64::NAN, |arrived| arrived.micros_since(*at).max(0) as f64 / 1e3))
        .collect();
    latencies.sort_by(f64::total_cmp);
    latencies
}
