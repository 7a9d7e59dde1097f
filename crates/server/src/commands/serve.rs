//! `dwell serve`: the server.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use dwell_delivery::email;
use dwell_delivery::smpp::{self, Smpp};
use dwell_delivery::{CarrierOptions, Carriers, HttpTransport};
use dwell_engine::media::Collector;
use dwell_engine::{
    BulkWorker, Clock, Dispatcher, Engine, Initializer, LastCaller, Scheduler, SystemClock, SystemRandom, TallyKeeper,
};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::console::say;
use crate::failure::Failure;
use crate::first_account::{self, Admin, Credentials};
use crate::meters::Meters;
use crate::opening::Outside;
use crate::settings::{Flags, MetricsListen, OpenIdSettings, Settings};
use crate::signals::Stop;
use crate::{log, mcp, opening, signals};

/// Longest wait for the current batch of each background task when the server stops, in seconds. What
/// it has not begun then is the first thing to be carried out after the next start.
const TASK_STOP_SECONDS: i64 = 5;
/// Longest wait for sessions with carriers to end in good order, in seconds.
const SESSIONS_STOP_SECONDS: i64 = 12;
/// Longest wait for tasks that were cut off to let go of the store.
const CUT_OFF_WAIT: Duration = Duration::from_secs(2);

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    flags: Flags,
    /// Development: print the credentials of the first account at every start; if it has to be
    /// created, it is a test account, whose clock can be turned. Writes are not limited, unless
    /// writes_per_second_max is given. Participants may have any proxy address, not only those of the
    /// account's channels
    #[arg(long)]
    dev: bool,
}

/// The sockets, taken before anything else is touched.
struct Listeners {
    api: TcpListener,
    metrics: Option<(TcpListener, Meters)>,
}

/// Runs the server until it is told to stop. The store is opened and closed outside of the runtime:
/// its engines block.
pub(super) fn run(arguments: Arguments) -> Result<(), Failure> {
    let (settings, source) = Settings::load(arguments.flags)?;
    let adopt = first_account::from_environment()?;
    log::start(&settings.log_level, settings.log_format)?;
    let stop = signals::listen()?;
    let runtime = Runtime::new().map_err(Failure::new)?;
    let listeners = runtime.block_on(listen(&settings, arguments.dev))?;

    let transport = HttpTransport::new(settings.webhook_guard(arguments.dev)?)?;
    let options = CarrierOptions { public_base_url: settings.public_base_url.clone() };
    let smpp = Smpp::new(
        settings.webhook_guard(arguments.dev)?,
        Arc::new(SystemClock),
        Arc::new(SystemRandom),
        settings.public_base_url.clone(),
    );
    let smpp = Arc::new(smpp);
    let carriers =
        Carriers::new(settings.webhook_guard(arguments.dev)?, options, Arc::new(SystemClock))?.with_smpp(smpp.clone());
    let outside = Outside {
        transport: Arc::new(transport),
        carrier: Arc::new(carriers),
        media: Box::new(|| settings.media(arguments.dev)),
        is_development: arguments.dev,
    };
    let engine = opening::open(&settings.database, &settings.key_file, &settings.store, outside)?;
    let store = engine.store().clone();
    metrics::gauge!("dwell_build_info", "version" => env!("CARGO_PKG_VERSION"), "database" => store.engine_name())
        .set(1.0);
    tracing::info!(version = env!("CARGO_PKG_VERSION"), database = %settings.database, %source, "starting");

    let ended = runtime.block_on(async {
        let shown = first_account::ensure(&engine, adopt, arguments.dev).await?;
        serve(engine, smpp, listeners, &settings, arguments.dev, shown, stop).await
    });
    // Requests that were cut off let go of the store here, so that the last to hold it is this thread.
    runtime.shutdown_timeout(CUT_OFF_WAIT);
    drop(store);
    tracing::info!("stopped");
    ended
}

async fn listen(settings: &Settings, is_development: bool) -> Result<Listeners, Failure> {
    let api = bind("listen", settings.listen).await?;
    let metrics = match settings.metrics_listen {
        MetricsListen::Off => None,
        MetricsListen::At(address) => match bind("metrics_listen", address).await {
            Ok(listener) => Some((listener, Meters::start()?)),
            // A second server on a developer's machine needs a port of its own, but no metrics.
            Err(problem) if is_development => {
                tracing::warn!(%problem, "no metrics");
                None
            }
            Err(problem) => return Err(problem),
        },
    };
    Ok(Listeners { api, metrics })
}

async fn bind(setting: &str, address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            Failure::new(format_args!("{setting} {address}: another process listens there already"))
        }
        _ => Failure::new(format_args!("{setting} {address}: {error}")),
    })
}

/// Answers requests, carries out timers and deliveries, has somebody asked about timers, adds participants, counts
/// and removes media until it is to stop, then finishes what is begun.
async fn serve(
    engine: Engine,
    smpp: Arc<Smpp>,
    listeners: Listeners,
    settings: &Settings,
    is_development: bool,
    shown: Option<Credentials>,
    stop: Stop,
) -> Result<(), Failure> {
    let clock = engine.clock();
    let (halting, halt) = Stop::new();
    let (ending, end) = Stop::new();
    let address = listeners.api.local_addr().map_err(Failure::new)?;
    let metrics = listeners.metrics.map(|(listener, meters)| {
        let address = listener.local_addr().ok();
        tokio::spawn(meters.serve(listener, engine.clock()));
        address
    });
    let options = dwell_http::Options {
        public_base_url: settings.public_base_url.clone(),
        error_docs: settings.error_docs.clone(),
        body_bytes_max: settings.body_bytes_max,
        trusted_proxies: settings.trusted_proxies.clone(),
        writes_per_second_max: settings.writes_per_second_max(is_development),
        request_read_seconds_max: settings.request_read_seconds_max,
        connections_max: settings.connections_max,
        openid: settings.openid.as_ref().map(OpenIdSettings::open).transpose()?,
    };
    let mcp = mcp::routes(engine.clone(), settings);
    let router = dwell_http::router_with(engine.clone(), options.clone(), mcp);
    let (api, stopping) = (listeners.api, stop.clone());
    let mut http = tokio::spawn({
        let clock = clock.clone();
        async move { dwell_http::serve(api, router, &options, clock, stopping.wait()).await }
    });
    let mut initializer = tokio::spawn(Initializer::new(engine.clone()).run(halt.clone().wait()));
    let dispatcher = Dispatcher::new(engine.clone(), settings.deliveries.clone());
    let mut dispatcher = tokio::spawn(dispatcher.run(halt.clone().wait()));
    let mailboxes = email::supervisor(settings.webhook_guard(is_development)?, engine.clone(), Arc::new(SystemRandom));
    let mut mailboxes = tokio::spawn(mailboxes.run(halt.clone().wait()));
    let mut last_caller = tokio::spawn(LastCaller::new(engine.clone()).run(halt.clone().wait()));
    let mut sessions = tokio::spawn(smpp::supervisor(smpp, engine.clone()).run(end.wait()));
    let mut collector = tokio::spawn(Collector::new(engine.clone()).run(halt.clone().wait()));
    let bulk_worker = BulkWorker::new(engine.clone(), dwell_http::beside::tell_of_bulk);
    let mut bulk_worker = tokio::spawn(bulk_worker.run(halt.clone().wait()));
    let mut tally_keeper = tokio::spawn(TallyKeeper::new(engine.clone()).run(halt.clone().wait()));
    let streams = engine.clone();
    let mut scheduler = tokio::spawn(Scheduler::new(engine).run(halt.wait()));

    let metrics = metrics.flatten().map(tracing::field::display);
    tracing::info!(listen = %address, metrics, "ready");
    if let Some(credentials) = shown {
        introduce(&credentials, settings.public_base_url.clone().unwrap_or_else(|| url_of(address)));
    }
    if settings.opens_loopback(is_development) {
        say("Webhooks may call this machine, because of --dev");
    }

    let failure = tokio::select! {
        () = stop.clone().wait() => None,
        ended = &mut http => Some(unexpected("HTTP", ended.map(|ended| format!("{ended:?}")))),
        ended = &mut initializer => Some(unexpected("the initializer", ended.map(|()| String::new()))),
        ended = &mut dispatcher => Some(unexpected("the dispatcher", ended.map(|()| String::new()))),
        ended = &mut mailboxes => Some(unexpected("the reader of mailboxes", ended.map(|()| String::new()))),
        ended = &mut last_caller => Some(unexpected("the last caller", ended.map(|()| String::new()))),
        ended = &mut sessions => Some(unexpected("the supervisor of sessions", ended.map(|()| String::new()))),
        ended = &mut collector => Some(unexpected("the collector", ended.map(|()| String::new()))),
        ended = &mut bulk_worker => Some(unexpected("the bulk worker", ended.map(|()| String::new()))),
        ended = &mut tally_keeper => Some(unexpected("the tally keeper", ended.map(|()| String::new()))),
        ended = &mut scheduler => Some(unexpected("the scheduler", ended.map(|()| String::new()))),
    };
    // The API is told to stop as well and, with nothing in flight, may be the first to end.
    if let Some(failure) = failure.filter(|_| !stop.is_asked_for()) {
        return Err(failure);
    }
    // They would never end of themselves.
    streams.end_streams();
    if !finish(&mut http, &*clock, settings.drain_seconds.into()).await {
        tracing::warn!(seconds = settings.drain_seconds, "requests still in flight were cut off");
    }
    let _ = halting.send(true);
    if !finish(&mut mailboxes, &*clock, TASK_STOP_SECONDS).await {
        tracing::warn!("mail that was being taken in is read again after the next start");
    }
    if !finish(&mut scheduler, &*clock, TASK_STOP_SECONDS).await {
        tracing::warn!("timers that are due wait for the next start");
    }
    if !finish(&mut last_caller, &*clock, TASK_STOP_SECONDS).await {
        tracing::warn!("timers that somebody was being asked about go their way");
    }
    if !finish(&mut initializer, &*clock, TASK_STOP_SECONDS).await {
        tracing::warn!("participants that are still to be added wait for the next start");
    }
    if !finish(&mut collector, &*clock, TASK_STOP_SECONDS).await {
        tracing::warn!("media that is to be removed waits for the next start");
    }
    if !finish(&mut bulk_worker, &*clock, TASK_STOP_SECONDS).await {
        tracing::warn!("bulk jobs go on after the next start");
    }
    if !finish(&mut tally_keeper, &*clock, TASK_STOP_SECONDS).await {
        tracing::warn!("what has happened is counted after the next start");
    }
    if !finish(&mut dispatcher, &*clock, settings.drain_seconds.into()).await {
        tracing::warn!("calls of webhooks under way were cut off; they are made again after the next start");
    }
    // Last, as what is being handed over goes through them.
    let _ = ending.send(true);
    if !finish(&mut sessions, &*clock, SESSIONS_STOP_SECONDS).await {
        tracing::warn!("sessions with carriers were cut off");
    }
    Ok(())
}

/// Whether the task ends within so many seconds; otherwise it is cut off.
async fn finish<T>(task: &mut JoinHandle<T>, clock: &dyn Clock, seconds: i64) -> bool {
    if task.is_finished() {
        return true;
    }
    let until = clock.now().plus_seconds(seconds);
    tokio::select! {
        _ = &mut *task => true,
        () = clock.sleep_until(until) => {
            task.abort();
            false
        }
    }
}

/// A task that should have gone on ended: a failed socket or a mistake of ours.
fn unexpected(what: &str, ended: Result<String, tokio::task::JoinError>) -> Failure {
    match ended {
        Ok(result) => Failure::new(format_args!("{what} stopped unexpectedly {result}")),
        Err(error) => Failure::new(format_args!("{what} stopped unexpectedly: {error}")),
    }
}

/// Tells the person at the terminal how to use the server.
fn introduce(credentials: &Credentials, url: String) {
    let Credentials { account_sid, auth_token, admin } = credentials;
    say(format_args!("URL: {url}"));
    say(format_args!("Account SID: {account_sid}"));
    say(format_args!("Auth Token: {auth_token}"));
    say(format_args!("export TWILIO_ACCOUNT_SID={account_sid} TWILIO_AUTH_TOKEN={auth_token}"));
    say(format_args!("Console: {url}/console"));
    if let Some(Admin { email, password }) = admin {
        say(format_args!("Console Email: {email}"));
        say(format_args!("Console Password: {password}"));
    }
}

/// The URL that reaches a listener from the same machine.
fn url_of(address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => format!("http://127.0.0.1:{}", address.port()),
        IpAddr::V6(ip) if ip.is_unspecified() => format!("http://[::1]:{}", address.port()),
        _ => format!("http://{address}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_can_be_called_from_here() {
        for (address, url) in [
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("0.0.0.0:80", "http://127.0.0.1:80"),
            ("[::]:80", "http://[::1]:80"),
            ("[::1]:81", "http://[::1]:81"),
        ] {
            assert_eq!(url_of(address.parse().unwrap()), url);
        }
    }
}
