//! Timers and metrics of a running server.

use crate::api::{Api, page, text};
use crate::server::{Home, Server, eventually};

/// A conversation whose inactive timer ends a second from now, however slow the machine, and the due
/// time.
async fn almost_due(api: &Api) -> (String, String) {
    api.post("/dwell/v1/TestClock/Freeze", &[]).await;
    let conversation = api.post("/v1/Conversations", &[("Timers.Inactive", "PT1M")]).await;
    let path = format!("/dwell/v1/Conversations/{}/Lifecycle", text(&conversation, "sid"));
    let due = text(&api.fetch(&path).await["armed"], "due").to_owned();
    api.post("/dwell/v1/TestClock/Advance", &[("By", "PT59S")]).await;
    api.post("/dwell/v1/TestClock/Resume", &[]).await;
    (path, due)
}

/// Waits for the timer and checks that it was carried out once, at its due time.
async fn fired(api: &Api, path: &str, due: &str) {
    let life = eventually(async || {
        let life = api.fetch(path).await;
        (text(&life, "state") == "inactive").then_some(life)
    })
    .await;
    let history = life["history"].as_array().unwrap();
    assert_eq!(history.len(), 2, "{life}");
    assert_eq!(text(&history[1], "at"), due);
    assert_eq!(text(&history[1], "reason"), "TIMER");
}

/// The value of a line of the metrics.
async fn metric(server: &Server, line: &str) -> Option<f64> {
    let metrics = page(&format!("{}/metrics", server.metrics_url)).await;
    metrics.lines().find_map(|found| found.strip_prefix(line)).and_then(|value| value.trim().parse().ok())
}

#[tokio::test]
async fn a_timer_fires_and_its_lateness_is_measured() {
    let home = Home::new();
    let server = home.start();
    let api = server.new_account(&home, &["--test"]);
    let (path, due) = almost_due(&api).await;
    fired(&api, &path, &due).await;
    eventually(async || metric(&server, "dwell_timer_lateness_seconds_count").await.filter(|count| *count == 1.0))
        .await;
    assert!(metric(&server, "dwell_timer_lateness_seconds_bucket{le=\"1\"}").await.is_some());
    assert_eq!(metric(&server, "dwell_timers_fired_total").await, Some(1.0));
    assert!(metric(&server, "dwell_store_batch_seconds_count").await.is_some_and(|count| count > 1.0));
    let metrics = page(&format!("{}/metrics", server.metrics_url)).await;
    assert!(metrics.contains("dwell_http_request_seconds_bucket"), "{metrics}");
    assert!(metrics.contains("# HELP dwell_timer_lateness_seconds "), "{metrics}");
    assert!(metrics.contains("dwell_build_info{"), "{metrics}");
    let documented = include_str!("../../../../docs/operations.md");
    for name in metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()) {
        assert!(documented.contains(&format!("| `{name}` |")), "{name} is not documented");
    }
}

#[tokio::test]
async fn timers_missed_while_nobody_was_there_are_carried_out_at_the_next_start() {
    let home = Home::new();
    let mut server = home.start();
    let api = server.new_account(&home, &["--test"]);
    let (path, due) = almost_due(&api).await;
    server.stop();
    let clock = api.url.clone();
    // Two seconds of real time go by.
    for _ in 0..40 {
        crate::server::pause().await;
    }
    assert!(std::net::TcpStream::connect(clock.trim_start_matches("http://")).is_err());
    let server = home.start();
    fired(&api.at(&server.url), &path, &due).await;
}

#[tokio::test]
async fn metrics_can_be_off() {
    let home = Home::new();
    let mut server = home.start_with(&["--metrics-listen", "off"], &[]);
    assert_eq!(server.metrics_url, "http://nowhere");
    server.stop();
}

#[tokio::test]
async fn two_servers_for_development_run_side_by_side() {
    let (home, other_home) = (Home::new(), Home::new());
    let server = home.start();
    let metrics = server.metrics_url.trim_start_matches("http://");
    let other = other_home.start_with(&["--dev", "--metrics-listen", metrics], &[]);
    assert_eq!(other.metrics_url, "http://nowhere");
    assert_eq!(page(&format!("{}/healthz", other.url)).await, "ok");
}
