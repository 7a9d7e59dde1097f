//! Connections: how many, how long, and how they end.

use std::future::Future;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use dwell_engine::Clock;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::Options;

/// How long to wait before the next connection is accepted when the system has no more to give, in
/// seconds.
const NO_MORE_SECONDS: i64 = 1;

/// Serves a router until `stop` is ready, then finishes the requests in flight.
///
/// # Errors
/// None once the listener is open; the signature leaves room for them.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: &Options,
    clock: Arc<dyn Clock>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let mut builder = Builder::new();
    // A connection is held open by whole requests only, not by one letter a minute, nor by silence.
    let patience = Duration::from_secs(options.request_read_seconds_max.into());
    builder.timer(TokioTimer::new()).header_read_timeout(patience);
    let places = Arc::new(Semaphore::new(options.connections_max as usize));
    let (finish, finishing) = watch::channel(());
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &places) => accepted,
        };
        match accepted {
            Ok((stream, peer, place)) => {
                let service = WithPeer { router: router.clone(), peer };
                let (builder, finishing) = (builder.clone(), finishing.clone());
                tokio::spawn(async move {
                    attend(&builder, stream, service, finishing).await;
                    drop(place);
                });
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "no more connections can be accepted");
                let until = clock.now().plus_seconds(NO_MORE_SECONDS);
                tokio::select! {
                    () = &mut stop => break,
                    () = clock.sleep_until(until) => {}
                }
            }
        }
    }
    drop(listener);
    drop(finish);
    // All places are free when the last connection has ended.
    let _ = places.acquire_many(options.connections_max).await;
    Ok(())
}

/// Answers the requests of one connection until it ends or, when the server stops, until none is in
/// flight.
async fn attend(builder: &Builder, stream: TcpStream, service: WithPeer, mut finishing: watch::Receiver<()>) {
    let service = TowerToHyperService::new(service);
    let connection = builder.serve_connection(TokioIo::new(stream), service).with_upgrades();
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        // Nothing is ever sent: it is the end of the sender that is waited for.
        _ = finishing.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::trace!(%error, "a connection broke");
    }
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, SocketAddr, Option<OwnedSemaphorePermit>)> {
    // Nobody ever closes the semaphore, so there is always a permit.
    let place = places.clone().acquire_owned().await.ok();
    let (stream, peer) = listener.accept().await?;
    // Answers are small and complete; waiting to fill a packet only delays them.
    let _ = stream.set_nodelay(true);
    Ok((stream, peer, place))
}

fn is_of_one_connection(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}

/// The router, for requests of one peer.
#[derive(Clone)]
struct WithPeer {
    router: Router,
    peer: SocketAddr,
}

impl<B> tower::Service<Request<B>> for WithPeer
where
    Router: tower::Service<Request<B>>,
{
    type Response = <Router as tower::Service<Request<B>>>::Response;
    type Error = <Router as tower::Service<Request<B>>>::Error;
    type Future = <Router as tower::Service<Request<B>>>::Future;

    fn poll_ready(&mut self, context: &mut std::task::Context<'_>) -> std::task::Poll<Result<(), Self::Error>> {
        tower::Service::<Request<B>>::poll_ready(&mut self.router, context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        request.extensions_mut().insert(ConnectInfo(self.peer));
        self.router.call(request)
    }
}
