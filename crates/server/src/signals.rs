//! SIGTERM and SIGINT: the first asks the server to stop, the second ends it at once.

use std::thread;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::console::complain;
use crate::failure::Failure;

/// Becomes ready when the server is to stop.
#[derive(Clone)]
pub(crate) struct Stop(watch::Receiver<bool>);

impl Stop {
    /// A stop with the sender that brings it about.
    pub(crate) fn new() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Stop(receiver))
    }

    /// Whether the server is to stop by now.
    pub(crate) fn is_asked_for(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for it.
    pub(crate) async fn wait(mut self) {
        // A sender that is gone can no longer ask for anything but this.
        let _ = self.0.wait_for(|stop| *stop).await;
    }
}

/// Listens for signals from now on. The thread has a runtime of its own, so that the second signal
/// is heard whatever the server is busy with, even while it closes the database.
pub(crate) fn listen() -> Result<Stop, Failure> {
    let (stopping, stop) = Stop::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::new)?;
    let (mut terminate, mut interrupt) = {
        let _entered = runtime.enter();
        let listen = |kind| signal(kind).map_err(Failure::new);
        (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?)
    };
    let wait = move || {
        runtime.block_on(async {
            let name = next(&mut terminate, &mut interrupt).await;
            tracing::info!(signal = name, "stopping; once more to stop at once");
            let _ = stopping.send(true);
            let name = next(&mut terminate, &mut interrupt).await;
            complain(format_args!("{name} again: stopped at once"));
            std::process::exit(1)
        })
    };
    thread::Builder::new().name("dwell-signals".to_owned()).spawn(wait).map_err(Failure::new)?;
    Ok(stop)
}

async fn next(
    terminate: &mut tokio::signal::unix::Signal,
    interrupt: &mut tokio::signal::unix::Signal,
) -> &'static str {
    tokio::select! {
        _ = terminate.recv() => "SIGTERM",
        _ = interrupt.recv() => "SIGINT",
    }
}
