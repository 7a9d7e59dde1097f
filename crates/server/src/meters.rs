//! Metrics in Prometheus' text form, on a listener of their own.

use std::sync::Arc;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use dwell_engine::Clock;
use metrics::Unit;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;

use crate::failure::Failure;

/// Pause between two rounds of sorting what was recorded into buckets, in seconds. What waits for it
/// takes memory.
const UPKEEP_SECONDS: i64 = 5;
/// The media type of the text form.
const TEXT_FORM: &str = "text/plain; version=0.0.4; charset=utf-8";

/// How late timers may be: a millisecond to a day, with the promised second in the middle.
const LATENESS_SECONDS: &[f64] =
    &[0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0, 600.0, 3_600.0, 86_400.0];
/// How long until a webhook has heard: a millisecond to the hours of retries.
const DELIVERY_SECONDS: &[f64] =
    &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 30.0, 300.0, 3_600.0, 14_400.0];
/// How long commits take: the speed of a disk.
const BATCH_SECONDS: &[f64] = &[0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 1.0, 5.0];
/// How long anything else takes.
const SECONDS: &[f64] = &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// How much is done at once.
const COUNTS: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1_024.0];

/// Where metrics are collected.
pub(crate) struct Meters(PrometheusHandle);

impl Meters {
    /// Collects metrics from now on.
    pub(crate) fn start() -> Result<Self, Failure> {
        let full = |name: &str| Matcher::Full(name.to_owned());
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(full("dwell_timer_lateness_seconds"), LATENESS_SECONDS)
            .and_then(|b| b.set_buckets_for_metric(full("dwell_webhook_delivery_seconds"), DELIVERY_SECONDS))
            .and_then(|b| b.set_buckets_for_metric(full("dwell_store_batch_seconds"), BATCH_SECONDS))
            .and_then(|b| b.set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS))
            .and_then(|b| b.set_buckets(COUNTS));
        let handle = builder.and_then(PrometheusBuilder::install_recorder).map_err(Failure::new)?;
        describe();
        Ok(Meters(handle))
    }

    /// Serves them at `/metrics`, for ever.
    pub(crate) async fn serve(self, listener: TcpListener, clock: Arc<dyn Clock>) {
        let handle = self.0.clone();
        let page = move || std::future::ready(([(CONTENT_TYPE, TEXT_FORM)], handle.render()));
        let server = axum::serve(listener, Router::new().route("/metrics", get(page)));
        let upkeep = async {
            loop {
                clock.sleep_until(clock.now().plus_seconds(UPKEEP_SECONDS)).await;
                self.0.run_upkeep();
            }
        };
        tokio::select! {
            ended = server => tracing::error!(?ended, "metrics are no longer served"),
            () = upkeep => {}
        }
    }
}

/// The line of help for each metric of the scheduler, the dispatcher and the store.
fn describe() {
    metrics::describe_histogram!(
        "dwell_timer_lateness_seconds",
        Unit::Seconds,
        "How long after its due time a timer was carried out"
    );
    metrics::describe_counter!("dwell_timers_fired_total", "Timers carried out");
    metrics::describe_counter!("dwell_mails_total", "Mail read from mailboxes, by what became of it");
    metrics::describe_counter!("dwell_webhook_deliveries_total", "Deliveries to webhooks that are finished");
    metrics::describe_counter!("dwell_webhook_attempts_total", "Calls of webhooks");
    metrics::describe_histogram!(
        "dwell_webhook_delivery_seconds",
        Unit::Seconds,
        "How long after its event a delivery had arrived"
    );
    metrics::describe_gauge!("dwell_webhook_endpoints_paused", "Endpoints of webhooks that do not answer");
    metrics::describe_counter!("dwell_inbound_messages_total", "Messages from outside");
    metrics::describe_gauge!("dwell_smpp_sessions", "Sessions with SMSCs that are bound");
    metrics::describe_counter!("dwell_smpp_arrivals_total", "What SMSCs brought, by what became of it");
    metrics::describe_counter!("dwell_last_calls_total", "Questions that were asked before a timer");
    metrics::describe_histogram!(
        "dwell_store_batch_seconds",
        Unit::Seconds,
        "How long the units of work committed together took, with the wait for the disk"
    );
    metrics::describe_histogram!("dwell_store_batch_jobs", "Units of work committed together");
    metrics::describe_gauge!("dwell_store_wal_pages", "Pages in SQLite's write-ahead log");
    metrics::describe_histogram!(
        "dwell_store_transaction_seconds",
        Unit::Seconds,
        "How long a unit of work took on PostgreSQL"
    );
    metrics::describe_counter!(
        "dwell_store_contended_runs_total",
        "Units of work run again on PostgreSQL because another had changed the same rows"
    );
    metrics::describe_counter!("dwell_store_lost_connections_total", "Connections to PostgreSQL that were lost");
    metrics::describe_histogram!("dwell_http_request_seconds", Unit::Seconds, "How long requests took");
    metrics::describe_gauge!("dwell_build_info", "1, with the version and the database as labels");
}
